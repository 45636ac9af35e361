//! A file of lines that survives a crash: every line is written whole, and a torn one is cut off on resuming.

use std::collections::HashSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use partner_center::uuid::Uuid;

use super::lines::{self, Content};
use crate::arguments::ExportFormat;
use crate::exit::Exit;
use crate::failure::Failure;

/// A file, or standard output.
pub(super) struct Journal {
    /// `None` is standard output.
    file: Option<File>,
    path: PathBuf,
}

/// What is done with a file that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Existing {
    Refuse,
    Replace,
    GoOn,
}

const MEND: &str = "Make room or choose another place, then give the same command with --resume.";

impl Journal {
    /// Opens it, and tells who has a line in it already.
    pub(super) fn open(
        path: &Path,
        content: Content,
        format: ExportFormat,
        existing: Existing,
    ) -> Result<(Self, HashSet<Uuid>), Failure> {
        if path.as_os_str() == "-" {
            let mut journal = Self { file: None, path: "standard output".into() };
            journal.begin(content, format)?;
            return Ok((journal, HashSet::new()));
        }
        let refused = |error: io::Error| {
            Failure::file(&error, format!("{} cannot be opened", path.display()), "Check the name and the folder.")
        };
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).or_else(|error| {
                // A device or a pipe may be writable alone.
                OpenOptions::new().write(true).open(path).map_err(|_| error)
            });
        let file = file.as_mut().map_err(|error| refused(io::Error::new(error.kind(), error.to_string())))?;
        let mut journal = Self { file: Some(file.try_clone().map_err(refused)?), path: path.to_owned() };
        let metadata = file.metadata().map_err(refused)?;
        if !metadata.is_file() {
            journal.begin(content, format)?;
            return Ok((journal, HashSet::new()));
        }
        journal.lock()?;
        let mut known = HashSet::new();
        match existing {
            Existing::Refuse if metadata.len() > 0 => {
                return Err(Failure::usage(
                    format!("{} exists", path.display()),
                    "Give --resume to go on with it, or --force to replace it.",
                ));
            }
            Existing::Refuse | Existing::Replace => file.set_len(0).map_err(refused)?,
            Existing::GoOn => known = recover(file, path, format)?,
        }
        if file.seek(SeekFrom::End(0)).map_err(refused)? == 0 {
            journal.begin(content, format)?;
        }
        Ok((journal, known))
    }

    /// Nobody else may write into it; the lock ends with the process.
    fn lock(&self) -> Result<(), Failure> {
        match self.file.as_ref().map(File::try_lock) {
            Some(Err(TryLockError::WouldBlock)) => Err(Failure::new(
                Exit::File,
                format!("another export is writing to {}", self.path.display()),
                "Wait until it ends, or name another file.",
            )),
            // Some file systems have no locks.
            _ => Ok(()),
        }
    }

    fn begin(&mut self, content: Content, format: ExportFormat) -> Result<(), Failure> {
        lines::header(content, format)?.map_or(Ok(()), |header| self.write(&header))
    }

    /// Writes one line, at once.
    pub(super) fn write(&mut self, line: &str) -> Result<(), Failure> {
        let outcome = match &mut self.file {
            Some(file) => file.write_all(line.as_bytes()),
            None => {
                let mut out = io::stdout().lock();
                out.write_all(line.as_bytes()).and_then(|()| out.flush())
            }
        };
        let mend = if self.is_file() { MEND } else { "Check where the output goes, then run it again." };
        outcome.map_err(|error| Failure::file(&error, format!("{} cannot be written", self.path.display()), mend))
    }

    /// Makes it survive a power cut too.
    pub(super) fn finish(&self) -> Result<(), Failure> {
        match self.file.as_ref().map(File::sync_all) {
            // What is no file cannot be synced.
            Some(Err(error)) if error.kind() != io::ErrorKind::InvalidInput => {
                Err(Failure::file(&error, format!("{} cannot be written", self.path.display()), MEND))
            }
            _ => Ok(()),
        }
    }

    /// Whether it is a file and not standard output.
    pub(super) fn is_file(&self) -> bool {
        self.file.is_some()
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// Reads whole lines, cuts off a torn one at the end, and tells whom the lines are about.
fn recover(file: &File, path: &Path, format: ExportFormat) -> Result<HashSet<Uuid>, Failure> {
    let refused = |error: io::Error| Failure::file(&error, format!("{} cannot be resumed", path.display()), MEND);
    let mut reader = BufReader::new(file);
    let (mut known, mut line, mut number, mut whole) = (HashSet::new(), Vec::new(), 0, 0);
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line).map_err(refused)?;
        if line.last() != Some(&b'\n') {
            break;
        }
        number += 1;
        whole += length as u64;
        match lines::customer(&line, format) {
            Some(customer) => {
                known.insert(customer);
            }
            None if number == 1 && format == ExportFormat::Csv => {}
            None => {
                return Err(Failure::usage(
                    format!("line {number} of {} is of no export in this format", path.display()),
                    "Check --to, --failures and --format, or remove the line.",
                ));
            }
        }
    }
    file.set_len(whole).map_err(refused)?;
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "e220a839-7b1d-4daf-ae78-9e6aa1b965f4";

    fn resumed(content: &[u8], format: ExportFormat) -> Result<(usize, Vec<u8>), String> {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), content).expect("it can be written");
        let opened = Journal::open(file.path(), Content::Organizations, format, Existing::GoOn);
        let (journal, known) = opened.map_err(|failure| failure.what().to_owned())?;
        drop(journal);
        Ok((known.len(), std::fs::read(file.path()).expect("it can be read")))
    }

    #[test]
    fn a_torn_line_is_cut_off_and_whole_ones_stay() {
        let whole = format!("{{\"customerTenantId\":\"{A}\"}}\n");
        let torn = format!("{whole}{{\"customerTen");
        assert_eq!(resumed(torn.as_bytes(), ExportFormat::Ndjson), Ok((1, whole.into_bytes())));
        assert_eq!(resumed(b"{\"cust", ExportFormat::Ndjson), Ok((0, Vec::new())));
    }

    #[test]
    fn a_torn_header_is_written_anew() {
        let header = lines::header(Content::Organizations, ExportFormat::Csv).expect("a header").expect("in CSV");
        assert_eq!(resumed(b"\"customer", ExportFormat::Csv), Ok((0, header.clone().into_bytes())));
        let whole = format!("{header}\"{A}\",\"x\"\n");
        assert_eq!(resumed(whole.as_bytes(), ExportFormat::Csv), Ok((1, whole.clone().into_bytes())));
    }

    #[test]
    fn a_foreign_file_is_left_alone() {
        let refused = resumed(b"my diary\nmore\n", ExportFormat::Ndjson);
        assert!(refused.is_err_and(|what| what.contains("line 1")));
    }
}
