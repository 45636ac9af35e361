//! A file of lines that survives a crash: every line is written whole, and opening it changes nothing in it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use partner_center::uuid::Uuid;
use same_file::Handle;
use tempfile::NamedTempFile;

use super::earlier::{self, Earlier};
use super::lines::{self, Content};
use crate::arguments::ExportFormat;
use crate::exit::Exit;
use crate::failure::Failure;

/// Where lines go.
pub(super) struct Journal {
    target: Target,
    path: PathBuf,
    content: Content,
    format: ExportFormat,
}

enum Target {
    StandardOutput,
    /// A pipe or a device, which keeps nothing that could be gone on with.
    Stream(File),
    File(File),
}

pub(super) const MEND: &str = "Make room or choose another place, then give the same command with --resume.";

impl Journal {
    /// Opens it and leaves everything in it.
    pub(super) fn open(path: &Path, content: Content, format: ExportFormat) -> Result<Self, Failure> {
        let journal = |target, path: &Path| Self { target, path: path.to_owned(), content, format };
        if path.as_os_str() == "-" {
            return Ok(journal(Target::StandardOutput, Path::new("standard output")));
        }
        // Opened for reading too, a pipe would have this process for a reader, and wait for nobody else.
        let is_stream = fs::metadata(path).is_ok_and(|metadata| !metadata.is_file());
        let mut options = OpenOptions::new();
        options.write(true);
        if !is_stream {
            options.read(true).create(true).truncate(false);
        }
        let file = options.open(path).map_err(|error| {
            Failure::file(&error, format!("{} cannot be opened", path.display()), "Check the name and the folder.")
        })?;
        Ok(journal(if is_stream { Target::Stream(file) } else { Target::File(file) }, path))
    }

    /// Nobody else may write into it; the lock ends with the process.
    pub(super) fn lock(&self) -> Result<(), Failure> {
        match self.file().map(File::try_lock) {
            Some(Err(TryLockError::WouldBlock)) => Err(Failure::new(
                Exit::File,
                format!("another export is writing to {}", self.path.display()),
                "Wait until it ends, or name another file.",
            )),
            // Some file systems have no locks.
            _ => Ok(()),
        }
    }

    /// Whether it is the same file, by whatever name; pipes and devices may serve twice.
    pub(super) fn is(&self, other: &Handle) -> bool {
        self.handle().is_some_and(|own| own == *other)
    }

    pub(super) fn handle(&self) -> Option<Handle> {
        self.file().and_then(|file| Handle::from_file(file.try_clone().ok()?).ok())
    }

    pub(super) fn is_empty(&self) -> Result<bool, Failure> {
        let Some(file) = self.file() else { return Ok(true) };
        file.metadata().map(|metadata| metadata.len() == 0).map_err(|error| self.unwritable(&error))
    }

    /// What an earlier run wrote; refuses a file that holds anything else.
    pub(super) fn earlier(&self) -> Result<Earlier, Failure> {
        self.file().map_or_else(|| Ok(Earlier::default()), |file| self.read(file))
    }

    fn read(&self, file: &File) -> Result<Earlier, Failure> {
        earlier::read(file, self.content, self.format).map_err(|refused| refused.of(&self.path))
    }

    /// Cuts off whatever comes after so many bytes, and writes the header where nothing is left.
    pub(super) fn begin(&mut self, length: u64) -> Result<(), Failure> {
        if let Target::File(file) = &mut self.target {
            let cut = file.set_len(length).and_then(|()| file.seek(SeekFrom::End(0)));
            cut.map_err(|error| self.unwritable(&error))?;
        }
        match lines::header(self.content, self.format)?.filter(|_| length == 0) {
            Some(header) => self.write(&header),
            None => Ok(()),
        }
    }

    /// Drops the lines of some customers; a crash leaves either all lines or those that stay.
    pub(super) fn drop_lines(&mut self, of: impl Fn(Uuid) -> bool) -> Result<(), Failure> {
        let Some(file) = self.file() else { return Ok(()) };
        let kept =
            earlier::text_without(file, self.content, self.format, of).map_err(|refused| refused.of(&self.path))?;
        let new = replacement(file, &self.path, kept.as_bytes()).and_then(|new| Ok((new.as_file().try_clone()?, new)));
        let (file, new) = new.map_err(|error| self.unwritable(&error))?;
        // The old one is closed first, since Windows replaces no open file; the new one has been locked by then.
        self.target = Target::File(file);
        // A link stays one.
        let path = fs::canonicalize(&self.path).map_err(|error| self.unwritable(&error))?;
        new.persist(path).map_err(|error| self.unwritable(&error.error))?;
        Ok(())
    }

    /// Writes one line, at once.
    pub(super) fn write(&mut self, line: &str) -> Result<(), Failure> {
        let outcome = match &mut self.target {
            Target::File(file) | Target::Stream(file) => file.write_all(line.as_bytes()),
            Target::StandardOutput => {
                let mut out = io::stdout().lock();
                out.write_all(line.as_bytes()).and_then(|()| out.flush())
            }
        };
        outcome.map_err(|error| self.unwritable(&error))
    }

    /// Makes it survive a power cut too.
    pub(super) fn finish(&self) -> Result<(), Failure> {
        self.file().map_or(Ok(()), File::sync_all).map_err(|error| self.unwritable(&error))
    }

    fn unwritable(&self, error: &io::Error) -> Failure {
        let mend = if self.is_file() { MEND } else { "Check where the output goes, then run it again." };
        Failure::file(error, format!("{} cannot be written", self.path.display()), mend)
    }

    fn file(&self) -> Option<&File> {
        match &self.target {
            Target::File(file) => Some(file),
            Target::Stream(_) | Target::StandardOutput => None,
        }
    }

    /// Whether it keeps what is written, so that a later run can go on with it.
    pub(super) fn is_file(&self) -> bool {
        self.file().is_some()
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
    let _ = new.as_file().try_lock();
    Ok(new)
}
