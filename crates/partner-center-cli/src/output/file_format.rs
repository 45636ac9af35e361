//! The formats that grow line by line, and the lines of organizations in them.

use super::csv;
use super::record::{ID, Record};
use crate::arguments::Column;
use crate::failure::Failure;
use crate::terminal::escape_json;
use crate::text;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileFormat {
    Ndjson,
    /// An array with one object per line.
    Json,
    Csv,
    /// UTF-16 with a byte order mark, divided by tabs: the one form of CSV that Excel opens in columns in every locale.
    Excel,
}

impl FileFormat {
    pub(crate) fn is_csv(self) -> bool {
        matches!(self, Self::Csv | Self::Excel)
    }

    pub(crate) fn delimiter(self) -> u8 {
        if self == Self::Excel { b'\t' } else { b',' }
    }

    /// The first line of organizations.
    pub(crate) fn header(self, columns: &[Column]) -> Result<String, Failure> {
        match self {
            Self::Ndjson => Ok(String::new()),
            Self::Json => Ok("[\n".to_owned()),
            Self::Csv | Self::Excel => {
                self.csv_header(std::iter::once(ID).chain(columns.iter().map(|column| column.name)))
            }
        }
    }

    /// The first line of CSV with these columns.
    pub(crate) fn csv_header(self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Result<String, Failure> {
        let mark = if self == Self::Excel { "\u{feff}" } else { "" };
        Ok(mark.to_owned() + &csv::line(names, self.delimiter())?)
    }

    /// One organization; in an array every line but the first begins with a comma.
    pub(crate) fn line(self, record: &Record, columns: &[Column], is_first: bool) -> Result<String, Failure> {
        match self {
            Self::Csv | Self::Excel => csv::line(record.cells(columns), self.delimiter()),
            Self::Json | Self::Ndjson => {
                let comma = if self == Self::Json && !is_first { "," } else { "" };
                Ok(format!("{comma}{}\n", escape_json(&record.json().to_string())))
            }
        }
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
            Self::Excel => text::utf16(&bytes, u16::from_le_bytes).into_bytes(),
            _ => bytes,
        }
    }
}
