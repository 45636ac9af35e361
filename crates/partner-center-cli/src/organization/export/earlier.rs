//! What an earlier run left in a file, read without changing it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::Path;

use partner_center::uuid::Uuid;

use super::journal::MEND;
use super::lines::{self, Content, Line};
use crate::arguments::ExportFormat;
use crate::failure::Failure;

/// The lines of an earlier run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Earlier {
    pub(super) lines: Vec<Line>,
    /// Where the whole lines end; what comes after was torn by a crash.
    pub(super) length: u64,
}

/// Why a file is not gone on with.
#[derive(Debug)]
pub(super) enum Refused {
    Unreadable(io::Error),
    /// The line of that number is none of ours.
    Foreign(u64),
}

impl Refused {
    pub(super) fn of(&self, path: &Path) -> Failure {
        match self {
            Self::Unreadable(error) => Failure::file(error, format!("{} cannot be resumed", path.display()), MEND),
            Self::Foreign(number) => Failure::usage(
                format!("line {number} of {} is of no such export", path.display()),
                "Check --to, --failures and --format, or remove the line.",
            ),
        }
    }
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}

/// Reads whole lines, and refuses whatever this command has not written.
pub(super) fn read(file: &File, content: Content, format: ExportFormat) -> Result<Earlier, Refused> {
    let mut earlier = Earlier::default();
    earlier.length = each(file, content, format, |line, _| earlier.lines.push(line))?;
    Ok(earlier)
}

/// The whole lines as they are, without those of some customers.
pub(super) fn text_without(
    file: &File,
    content: Content,
    format: ExportFormat,
    dropped: impl Fn(Uuid) -> bool,
) -> Result<String, Refused> {
    let mut text = lines::header(content, format).ok().flatten().unwrap_or_default();
    each(file, content, format, |line, written| {
        if !dropped(line.customer) {
            text.push_str(written);
        }
    })?;
    Ok(text)
}

/// Hands out each whole line and gives back where they end.
fn each(
    mut file: &File,
    content: Content,
    format: ExportFormat,
    mut found: impl FnMut(Line, &str),
) -> Result<u64, Refused> {
    file.seek(SeekFrom::Start(0))?;
    let header = lines::header(content, format).ok().flatten();
    let mut reader = BufReader::new(file);
    let (mut line, mut number, mut whole) = (Vec::new(), 0, 0);
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line)?;
        number += 1;
        let header = header.as_deref().filter(|_| number == 1);
        if line.last() != Some(&b'\n') {
            // Somebody else's file may lack the last line break too, and is not cut.
            let is_ours =
                header.map_or_else(|| lines::is_begun(&line, format), |all| all.as_bytes().starts_with(&line));
            return if is_ours { Ok(whole) } else { Err(Refused::Foreign(number)) };
        }
        match (header, std::str::from_utf8(&line)) {
            (Some(header), Ok(text)) if text == header => {}
            (None, Ok(text)) => found(lines::read(text, content, format).ok_or(Refused::Foreign(number))?, text),
            _ => return Err(Refused::Foreign(number)),
        }
        whole += length as u64;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const A: &str = "e220a839-7b1d-4daf-ae78-9e6aa1b965f4";

    /// How many lines there are and where they end, or the number of the line that is refused.
    fn found(text: &[u8], content: Content, format: ExportFormat) -> Result<(usize, u64), u64> {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(text).expect("it can be written");
        match read(&file, content, format) {
            Ok(earlier) => Ok((earlier.lines.len(), earlier.length)),
            Err(Refused::Foreign(number)) => Err(number),
            Err(Refused::Unreadable(error)) => panic!("{error}"),
        }
    }

    fn organizations(text: impl AsRef<[u8]>) -> Result<(usize, u64), u64> {
        found(text.as_ref(), Content::Organizations, ExportFormat::Ndjson)
    }

    #[test]
    fn whole_lines_end_before_a_torn_one() {
        let whole = format!("{{\"customerTenantId\":\"{A}\",\"kind\":\"sent by the service\"}}\n");
        for torn in ["", "{", "{\"customerTen", "{\"customerTenantId\":\"e220", &whole[..whole.len() - 1]] {
            assert_eq!(organizations(format!("{whole}{torn}")), Ok((1, whole.len() as u64)), "{torn}");
        }
        // Torn in the middle of a character.
        assert_eq!(
            organizations([whole.as_bytes(), whole.as_bytes()[..60].as_ref(), b"\xc3"].concat()),
            Ok((1, whole.len() as u64))
        );
    }

    #[test]
    fn a_foreign_file_is_refused_even_without_a_line_break() {
        for foreign in ["my diary", "{\"name\":\"x\"}", "{\"customerTenantId\":7", "\0\0", " {"] {
            assert_eq!(organizations(foreign), Err(1), "{foreign}");
            assert_eq!(organizations(format!("{foreign}\n")), Err(1), "{foreign}");
        }
    }

    #[test]
    fn csv_begins_with_the_header_of_its_content() {
        for (content, other) in
            [(Content::Organizations, Content::Failures), (Content::Failures, Content::Organizations)]
        {
            let header = |content| lines::header(content, ExportFormat::Csv).ok().flatten().expect("in CSV");
            let (header, wrong) = (header(content), header(other));
            let csv = |text: &str| found(text.as_bytes(), content, ExportFormat::Csv);
            assert_eq!(csv(&format!("{header}\"{A}\",\"x\"\n\"{}", &A[..9])).map(|(lines, _)| lines), Ok(1));
            assert_eq!((csv(""), csv(&header[..9])), (Ok((0, 0)), Ok((0, 0))));
            assert_eq!(
                (csv(&wrong), csv("Name,Id\n"), csv("Name"), csv(&format!("{header}diary"))),
                (Err(1), Err(1), Err(1), Err(2))
            );
        }
    }

    #[test]
    fn failures_and_organizations_are_told_apart() {
        let failure = format!("{{\"customerTenantId\":\"{A}\",\"kind\":\"not-found\",\"isRetryable\":false}}\n");
        let organization = format!("{{\"customerTenantId\":\"{A}\",\"displayName\":\"x\"}}\n");
        assert_eq!(organizations(&failure), Err(1));
        let failures = |text: &str| found(text.as_bytes(), Content::Failures, ExportFormat::Ndjson);
        assert_eq!(failures(&organization), Err(1));
        assert_eq!(failures(&failure), Ok((1, failure.len() as u64)));
    }
}
