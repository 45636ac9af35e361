//! A file of lines that survives a crash: every line is written whole, and opening it changes nothing in it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use same_file::Handle;

use super::earlier::{self, Earlier};
use super::lines::Content;
use crate::arguments::FileFormat;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::record::Record;

/// Where lines go.
pub(super) struct Journal {
    out: Box<dyn Write>,
    /// The same where it keeps what is written, and not of a pipe or a device: those cannot be resumed.
    file: Option<File>,
    pub(super) path: PathBuf,
    content: Content,
    format: FileFormat,
    /// The first line, if the format has one.
    header: String,
    is_at_start: bool,
}

const RESUME: &str = "Free up space or choose another folder, then run the same command with --resume.";

impl Journal {
    /// Opens it without changing it.
    pub(super) fn open(path: &Path, content: Content, format: FileFormat, header: String) -> Result<Self, Failure> {
        let journal = |out, file, path: &Path| {
            let path = path.to_owned();
            Self { out, file, path, content, format, header, is_at_start: true }
        };
        if path.as_os_str() == "-" {
            return Ok(journal(Box::new(io::stdout()), None, Path::new("standard output")));
        }
        // Opened for reading too, a pipe would have this process as a reader, and not wait for another.
        let is_stream = is_device(path) || fs::metadata(path).is_ok_and(|metadata| !metadata.is_file());
        let mut options = OpenOptions::new();
        options.write(true);
        if !is_stream {
            options.read(true).create(true).truncate(false);
            // FILE_SHARE_READ and FILE_SHARE_DELETE: others may read and remove it while it is open, and not write.
            #[cfg(windows)]
            std::os::windows::fs::OpenOptionsExt::share_mode(&mut options, 1 | 4);
        }
        let opened = options.open(path).and_then(|file| Ok((file.try_clone()?, file)));
        let (out, file) = opened.map_err(|error| {
            let what = format!("{} cannot be opened", path.display());
            Failure::file(&error, what, "Check the name and the folder, and whether another program has it open.")
        })?;
        Ok(journal(Box::new(out), (!is_stream).then_some(file), path))
    }

    /// Keeps other exports from writing into it until the process ends.
    pub(super) fn lock(&self) -> Result<(), Failure> {
        // Locks on Windows would keep readers out too; there its share mode keeps other writers out.
        match self.file.as_ref().filter(|_| !cfg!(windows)).map(File::try_lock) {
            Some(Err(TryLockError::WouldBlock)) => Err(Failure::new(
                Exit::File,
                format!("another export is writing to {}", self.path.display()),
                "Wait until it ends, or choose another file.",
            )),
            // Some file systems have no locks.
            _ => Ok(()),
        }
    }

    /// Whether it is the same file, by whatever name; pipes and devices may serve twice.
    pub(super) fn is(&self, other: &Handle) -> bool {
        let own = self.file.as_ref().and_then(|file| Handle::from_file(file.try_clone().ok()?).ok());
        own.is_some_and(|own| own == *other)
    }

    pub(super) fn is_empty(&self) -> Result<bool, Failure> {
        let Some(file) = &self.file else { return Ok(true) };
        file.metadata().map(|metadata| metadata.len() == 0).map_err(|error| self.unwritable(&error))
    }

    /// What an earlier run wrote; an error where the file contains anything else.
    pub(super) fn earlier(&self) -> Result<Earlier, Failure> {
        let Some(mut file) = self.file.as_ref() else { return Ok(Earlier::default()) };
        let (mut bytes, path) = (Vec::new(), self.path.display());
        let read = file.rewind().and_then(|()| file.read_to_end(&mut bytes));
        read.map_err(|error| Failure::file(&error, format!("{path} cannot be resumed"), RESUME))?;
        earlier::read(bytes, self.content, self.format, &self.header).map_err(|number| {
            Failure::usage(
                format!("{path} cannot be resumed: line {number} is not a line of this export"),
                "Check --to and --failures, and use the --format, --columns and --excel of the earlier run.",
            )
        })
    }

    /// Cuts off the rest after the lines of an earlier run, or writes the header and the lines that have no place yet.
    pub(super) fn begin(&mut self, earlier: Earlier) -> Result<(), Failure> {
        self.is_at_start = earlier.lines.is_empty();
        if let Some(file) = &mut self.file {
            let cut = file.set_len(earlier.length).and_then(|()| file.seek(SeekFrom::End(0)));
            cut.map_err(|error| self.unwritable(&error))?;
        }
        match earlier.length {
            0 => self.write_text(&earlier.lines.iter().fold(self.header.clone(), |text, line| text + &line.text)),
            _ => Ok(()),
        }
    }

    /// Writes one line, at once.
    pub(super) fn write(&mut self, record: &Record, columns: &[&str]) -> Result<(), Failure> {
        let line = self.format.line(record, columns, std::mem::take(&mut self.is_at_start));
        self.write_text(&line)
    }

    fn write_text(&mut self, text: &str) -> Result<(), Failure> {
        let written = self.out.write_all(&self.format.encode(text)).and_then(|()| self.out.flush());
        written.map_err(|error| self.unwritable(&error))
    }

    /// Writes the last line, and makes all of them survive a power cut.
    pub(super) fn finish(&mut self) -> Result<(), Failure> {
        if self.content == Content::Organizations {
            self.write_text(self.format.footer())?;
        }
        self.file.as_ref().map_or(Ok(()), File::sync_all).map_err(|error| self.unwritable(&error))
    }

    fn unwritable(&self, error: &io::Error) -> Failure {
        let help = if self.is_file() { RESUME } else { "Check where the output goes, then run the command again." };
        Failure::file(error, format!("{} cannot be written", self.path.display()), help)
    }

    /// Whether it keeps what is written, so that it can be resumed.
    pub(super) fn is_file(&self) -> bool {
        self.file.is_some()
    }
}

/// Windows has devices by name, in every folder.
fn is_device(path: &Path) -> bool {
    cfg!(windows) && ["NUL", "CON", "CONOUT$"].iter().any(|name| path.as_os_str().eq_ignore_ascii_case(name))
}
