//! A file of lines that survives a crash: every line is written whole, and opening it changes nothing in it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use same_file::Handle;
use tempfile::NamedTempFile;

use super::earlier::{self, Earlier, NotResumable};
use super::lines::{Content, Line};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::file_format::FileFormat;

/// Where lines go.
pub(super) struct Journal {
    target: Target,
    path: PathBuf,
    content: Content,
    format: FileFormat,
    /// The first line, if the format has one.
    header: String,
    is_at_start: bool,
}

enum Target {
    StandardOutput,
    /// A pipe or a device, which cannot be resumed.
    Stream(File),
    File(File),
}

const RESUME: &str = "Make room or choose another place, then run the same command with --resume.";

impl Journal {
    /// Opens it without changing it.
    pub(super) fn open(path: &Path, content: Content, format: FileFormat, header: String) -> Result<Self, Failure> {
        let journal =
            |target, path: &Path| Self { target, path: path.to_owned(), content, format, header, is_at_start: true };
        if path.as_os_str() == "-" {
            return Ok(journal(Target::StandardOutput, Path::new("standard output")));
        }
        // Opened for reading too, a pipe would have this process as a reader, and not wait for another.
        let is_stream = is_device(path) || fs::metadata(path).is_ok_and(|metadata| !metadata.is_file());
        let mut options = OpenOptions::new();
        options.write(true);
        if !is_stream {
            options.read(true).create(true).truncate(false);
            only_writer(&mut options);
        }
        let file = options.open(path).map_err(|error| {
            let what = format!("{} cannot be opened", path.display());
            Failure::file(&error, what, "Check the name and the folder, and whether another program has it open.")
        })?;
        Ok(journal(if is_stream { Target::Stream(file) } else { Target::File(file) }, path))
    }

    /// Keeps other exports from writing into it until the process ends.
    pub(super) fn lock(&self) -> Result<(), Failure> {
        match self.file().map(try_lock) {
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
        let own = self.file().and_then(|file| Handle::from_file(file.try_clone().ok()?).ok());
        own.is_some_and(|own| own == *other)
    }

    pub(super) fn is_empty(&self) -> Result<bool, Failure> {
        let Some(file) = self.file() else { return Ok(true) };
        file.metadata().map(|metadata| metadata.len() == 0).map_err(|error| self.unwritable(&error))
    }

    /// What an earlier run wrote; an error where the file contains anything else.
    pub(super) fn earlier(&self) -> Result<Earlier, Failure> {
        let Some(file) = self.file() else { return Ok(Earlier::default()) };
        earlier::read(file, self.content, self.format, &self.header).map_err(|reason| self.not_resumable(&reason))
    }

    fn not_resumable(&self, reason: &NotResumable) -> Failure {
        let path = self.path.display();
        match reason {
            NotResumable::Unreadable(error) => Failure::file(error, format!("{path} cannot be resumed"), RESUME),
            NotResumable::Foreign(number) => Failure::usage(
                format!("line {number} of {path} was not written by such an export"),
                "Check --to, --failures, --format, --columns and --excel, or remove the line.",
            ),
        }
    }

    /// Cuts off what comes after the lines of an earlier run, and writes the header where nothing is left.
    pub(super) fn begin(&mut self, earlier: &Earlier) -> Result<(), Failure> {
        self.is_at_start = earlier.lines.is_empty();
        if let Target::File(file) = &mut self.target {
            let cut = file.set_len(earlier.length).and_then(|()| file.seek(SeekFrom::End(0)));
            cut.map_err(|error| self.unwritable(&error))?;
        }
        if earlier.length == 0 { self.write_text(&self.header.clone()) } else { Ok(()) }
    }

    /// Drops some lines; a crash leaves either all lines or those that are kept.
    pub(super) fn drop_lines(&mut self, is_dropped: impl Fn(&Line) -> bool) -> Result<(), Failure> {
        let Some(file) = self.file() else { return Ok(()) };
        let kept = earlier::text_without(file, self.content, self.format, &self.header, is_dropped);
        let kept = kept.map_err(|reason| self.not_resumable(&reason))?;
        let new = replacement(file, &self.path, &self.format.encode(&kept))
            .and_then(|new| Ok((new.as_file().try_clone()?, new)));
        let (file, new) = new.map_err(|error| self.unwritable(&error))?;
        // The old one is closed first, since Windows replaces no open file; the new one has been locked by then.
        self.target = Target::File(file);
        // A link stays one.
        let path = fs::canonicalize(&self.path).map_err(|error| self.unwritable(&error))?;
        new.persist(path).map_err(|error| self.unwritable(&error.error))?;
        Ok(())
    }

    /// Whether the next line is the first one.
    pub(super) fn is_at_start(&self) -> bool {
        self.is_at_start
    }

    /// Writes one line, at once.
    pub(super) fn write(&mut self, line: &str) -> Result<(), Failure> {
        self.is_at_start = false;
        self.write_text(line)
    }

    fn write_text(&mut self, text: &str) -> Result<(), Failure> {
        let bytes = self.format.encode(text);
        let written = match &mut self.target {
            Target::File(file) | Target::Stream(file) => file.write_all(&bytes),
            Target::StandardOutput => {
                let mut out = io::stdout().lock();
                out.write_all(&bytes).and_then(|()| out.flush())
            }
        };
        written.map_err(|error| self.unwritable(&error))
    }

    /// Writes the last line, and makes all of them survive a power cut.
    pub(super) fn finish(&mut self) -> Result<(), Failure> {
        if self.content == Content::Organizations {
            self.write_text(self.format.footer())?;
        }
        self.file().map_or(Ok(()), File::sync_all).map_err(|error| self.unwritable(&error))
    }

    fn unwritable(&self, error: &io::Error) -> Failure {
        let help = if self.is_file() { RESUME } else { "Check where the output goes, then run the command again." };
        Failure::file(error, format!("{} cannot be written", self.path.display()), help)
    }

    fn file(&self) -> Option<&File> {
        match &self.target {
            Target::File(file) => Some(file),
            Target::Stream(_) | Target::StandardOutput => None,
        }
    }

    /// Whether it keeps what is written, so that it can be resumed.
    pub(super) fn is_file(&self) -> bool {
        self.file().is_some()
    }

    pub(super) fn format(&self) -> FileFormat {
        self.format
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// A file with this content, locked, to take the place of the old one.
fn replacement(old: &File, path: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let path = fs::canonicalize(path)?;
    let mut new = NamedTempFile::new_in(path.parent().unwrap_or(&path))?;
    new.write_all(content)?;
    new.as_file().set_permissions(old.metadata()?.permissions())?;
    new.as_file().sync_all()?;
    // Some file systems have no locks.
    let _ = try_lock(new.as_file());
    Ok(new)
}

/// Locks on Windows would keep readers out too; there [`only_writer`] keeps other writers out.
fn try_lock(file: &File) -> Result<(), TryLockError> {
    if cfg!(windows) { Ok(()) } else { file.try_lock() }
}

/// Lets others read the file and remove it while it is open, and not write to it.
#[cfg(windows)]
fn only_writer(options: &mut OpenOptions) {
    const FILE_SHARE_READ: u32 = 1;
    const FILE_SHARE_DELETE: u32 = 4;
    std::os::windows::fs::OpenOptionsExt::share_mode(options, FILE_SHARE_READ | FILE_SHARE_DELETE);
}

#[cfg(not(windows))]
fn only_writer(_: &mut OpenOptions) {}

/// Windows has devices by name, in every folder.
fn is_device(path: &Path) -> bool {
    cfg!(windows) && ["NUL", "CON", "CONOUT$"].iter().any(|name| path.as_os_str().eq_ignore_ascii_case(name))
}
