//! The formats that are written line by line, and the line of each record.

use encoding_rs::UTF_16LE;

use super::csv;
use super::record::{ID, Record};
use crate::arguments::FileFormat;
use crate::terminal::escape_json;

impl FileFormat {
    pub(crate) fn is_csv(self) -> bool {
        matches!(self, Self::Csv | Self::Excel)
    }

    pub(crate) fn delimiter(self) -> u8 {
        if self == Self::Excel { b'\t' } else { b',' }
    }

    /// The first line, with these columns.
    pub(crate) fn header(self, names: &[&str]) -> String {
        let line = || csv::line(std::iter::once(&ID).chain(names), self.delimiter());
        match self {
            Self::Ndjson => String::new(),
            Self::Json => "[\n".to_owned(),
            Self::Csv => line(),
            Self::Excel => format!("\u{feff}{}", line()),
        }
    }

    /// One record; in an array every line but the first begins with a comma.
    pub(crate) fn line(self, record: &Record, names: &[&str], is_first: bool) -> String {
        if self.is_csv() {
            return csv::line(record.cells(names), self.delimiter());
        }
        let comma = if self == Self::Json && !is_first { "," } else { "" };
        format!("{comma}{}\n", escape_json(&record.json.to_string()))
    }

    /// The last line.
    pub(crate) fn footer(self) -> &'static str {
        if self == Self::Json { "]\n" } else { "" }
    }

    pub(crate) fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Self::Excel => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            _ => text.as_bytes().to_vec(),
        }
    }

    /// The text as UTF-8; what is not text is kept for the reader to reject.
    pub(crate) fn decode(self, bytes: Vec<u8>) -> Vec<u8> {
        match self {
            // Half a character may be left of a torn line. The byte order mark is part of the header.
            Self::Excel => UTF_16LE.decode_without_bom_handling(&bytes[..bytes.len() & !1]).0.into_owned().into_bytes(),
            _ => bytes,
        }
    }
}
