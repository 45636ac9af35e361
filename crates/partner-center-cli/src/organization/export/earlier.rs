//! What an earlier run left in a file, read without changing it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::lines::{self, Content, Line};
use crate::output::file_format::FileFormat;

/// The lines of an earlier run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Earlier {
    pub(super) lines: Vec<Line>,
    /// Where the whole lines end; what comes after was torn by a crash, or closes an array.
    pub(super) length: u64,
}

/// Why a file cannot be resumed.
#[derive(Debug)]
pub(super) enum NotResumable {
    Unreadable(io::Error),
    /// The line of that number was not written by such an export.
    Foreign(u64),
}

impl From<io::Error> for NotResumable {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}

/// Reads the whole lines below the header; an error where there is anything else.
pub(super) fn read(
    mut file: &File,
    content: Content,
    format: FileFormat,
    header: &str,
) -> Result<Earlier, NotResumable> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    let text = format.decode(bytes);
    let (mut earlier, mut is_closed) = (Earlier::default(), false);
    for (number, line) in (1..).zip(text.split_inclusive(|byte| *byte == b'\n')) {
        let foreign = NotResumable::Foreign(number);
        let header = Some(header).filter(|header| number == 1 && !header.is_empty());
        if is_closed {
            return Err(foreign);
        }
        is_closed = header.is_none() && format == FileFormat::Json && line.trim_ascii_end() == b"]";
        if is_closed {
            continue;
        }
        if line.last() != Some(&b'\n') {
            // A foreign file may lack the last line break too, and must not be cut.
            let is_ours = header.map_or_else(|| lines::is_begun(line, format), |all| all.as_bytes().starts_with(line));
            return if is_ours { Ok(earlier) } else { Err(foreign) };
        }
        let Ok(line) = std::str::from_utf8(line) else { return Err(foreign) };
        match header {
            Some(header) if line == header => {}
            Some(_) => return Err(foreign),
            None => earlier.lines.push(lines::read(line, content, format).ok_or(foreign)?),
        }
        earlier.length += format.encode(line).len() as u64;
    }
    Ok(earlier)
}
