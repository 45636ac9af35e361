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

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::arguments::columns::ORGANIZATION;

    const A: &str = "e220a839-7b1d-4daf-ae78-9e6aa1b965f4";

    /// How many lines there are and where they end, or the number of the line that is refused.
    fn found(text: &[u8], content: Content, format: FileFormat) -> Result<(usize, u64), u64> {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(text).expect("it can be written");
        match read(&file, content, format, &header(content, format)) {
            Ok(earlier) => Ok((earlier.lines.len(), earlier.length)),
            Err(NotResumable::Foreign(number)) => Err(number),
            Err(NotResumable::Unreadable(error)) => panic!("{error}"),
        }
    }

    fn header(content: Content, format: FileFormat) -> String {
        let header = match content {
            Content::Organizations => format.header(&ORGANIZATION),
            Content::Failures if format.is_csv() => format.csv_header(lines::FAILURE_COLUMNS),
            Content::Failures => Ok(String::new()),
        };
        header.expect("it can be made")
    }

    fn organizations(text: impl AsRef<[u8]>) -> Result<(usize, u64), u64> {
        found(text.as_ref(), Content::Organizations, FileFormat::Ndjson)
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
            let (header, wrong) = (header(content, FileFormat::Csv), header(other, FileFormat::Csv));
            let csv = |text: &str| found(text.as_bytes(), content, FileFormat::Csv);
            assert_eq!(
                csv(&format!("{header}\"{A}\",\"not-found\",,,,\"x\",,,,,\"false\"\n\"{}", &A[..9]))
                    .map(|(lines, _)| lines),
                Ok(1)
            );
            assert_eq!((csv(""), csv(&header[..9])), (Ok((0, 0)), Ok((0, 0))));
            assert_eq!(
                (csv(&wrong), csv("Name,Id\n"), csv("Name"), csv(&format!("{header}diary"))),
                (Err(1), Err(1), Err(1), Err(2))
            );
        }
    }

    #[test]
    fn an_array_ends_with_its_bracket_and_is_resumed_before_it() {
        let array = |text: &str| found(text.as_bytes(), Content::Organizations, FileFormat::Json);
        let line = format!("{{\"customerTenantId\":\"{A}\"}}\n");
        let two = format!("[\n{line},{line}");
        for end in ["]\n", "]", ",", ",{\"cust", ""] {
            assert_eq!(array(&format!("{two}{end}")), Ok((2, two.len() as u64)), "{end:?}");
        }
        assert_eq!((array("[\n]\n"), array("["), array("[]")), (Ok((0, 2)), Ok((0, 0)), Err(1)));
        assert_eq!(array(&format!("{two}]\n{line}")), Err(5));
    }

    #[test]
    fn utf_16_is_measured_in_its_own_bytes() {
        let format = FileFormat::Excel;
        let header = header(Content::Organizations, format);
        let whole = format.encode(&format!("{header}\"{A}\"\t\"\u{10a}\u{1f600}\"\n"));
        for torn in [0, 1, 3, 20] {
            let rest = &format.encode(&format!("\"{A}"))[..torn];
            let bytes = [&whole[..], rest].concat();
            assert_eq!(found(&bytes, Content::Organizations, format), Ok((1, whole.len() as u64)), "{torn}");
        }
    }

    #[test]
    fn failures_and_organizations_are_told_apart() {
        let failure = format!("{{\"customerTenantId\":\"{A}\",\"kind\":\"not-found\",\"isRetryable\":false}}\n");
        let organization = format!("{{\"customerTenantId\":\"{A}\",\"displayName\":\"x\"}}\n");
        assert_eq!(organizations(&failure), Err(1));
        let failures = |text: &str| found(text.as_bytes(), Content::Failures, FileFormat::Ndjson);
        assert_eq!(failures(&organization), Err(1));
        assert_eq!(failures(&failure), Ok((1, failure.len() as u64)));
    }
}
