//! What an earlier run left in a file, read without changing it.

use super::lines::{self, Content, Line};
use crate::arguments::FileFormat;

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Earlier {
    pub(super) lines: Vec<Line>,
    /// Where the whole lines end; the rest is a line truncated by a crash, or the end of an array.
    pub(super) length: u64,
}

/// Reads the whole lines below the header; an error with the number of the first line that is none of these.
pub(super) fn read(bytes: Vec<u8>, content: Content, format: FileFormat, header: &str) -> Result<Earlier, u64> {
    let text = format.decode(bytes);
    let (mut earlier, mut is_closed) = (Earlier::default(), false);
    for (number, line) in (1..).zip(text.split_inclusive(|byte| *byte == b'\n')) {
        let header = Some(header).filter(|header| number == 1 && !header.is_empty());
        if is_closed {
            return Err(number);
        }
        is_closed = header.is_none() && format == FileFormat::Json && line.trim_ascii_end() == b"]";
        if is_closed {
            continue;
        }
        if line.last() != Some(&b'\n') {
            // A foreign file may lack the last line break too, and must not be cut.
            let is_ours = header.map_or_else(|| lines::is_begun(line, format), |all| all.as_bytes().starts_with(line));
            return if is_ours { Ok(earlier) } else { Err(number) };
        }
        let Ok(line) = std::str::from_utf8(line) else { return Err(number) };
        match header {
            Some(header) if line == header => {}
            Some(_) => return Err(number),
            None => earlier.lines.push(lines::read(line, content, format).ok_or(number)?),
        }
        earlier.length += format.encode(line).len() as u64;
    }
    Ok(earlier)
}
