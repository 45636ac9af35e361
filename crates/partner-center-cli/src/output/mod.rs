//! How organizations are shown.

pub(crate) mod csv;
pub(crate) mod file_format;
pub(crate) mod record;
pub(crate) mod report;
mod table;

use std::io::{self, Write};

use serde_json::Value;

use self::file_format::FileFormat;
use self::record::{Record, columns};
use crate::arguments::{Format, Layout};
use crate::failure::Failure;
use crate::terminal::{self, escape_json};

/// The format asked for, or the one that fits standard output.
pub(crate) fn format(asked_for: Option<Format>, layout: &Layout) -> Result<Format, Failure> {
    match asked_for {
        Some(format) if layout.excel && format != Format::Csv => Err(not_csv()),
        Some(format) => Ok(format),
        None if layout.excel => Ok(Format::Csv),
        None if terminal::is_terminal() => Ok(Format::Table),
        None => Ok(Format::Json),
    }
}

pub(crate) fn not_csv() -> Failure {
    Failure::usage("--excel is a form of CSV", "Leave out --format, or pass --format csv.")
}

/// Prints what was fetched; `is_list` where several customers were asked for.
pub(crate) fn print(records: &[Record], is_list: bool, format: Format, layout: &Layout) -> Result<(), Failure> {
    let lines = match format {
        Format::Table => {
            return Ok(terminal::print(&table::render(records, is_list, &layout.columns, terminal::width()))?);
        }
        Format::Json => {
            let text = format!("{:#}\n", document(records, is_list));
            return Ok(terminal::print(&escape_json(&text))?);
        }
        Format::Raw => return print_raw(records),
        Format::Ndjson => FileFormat::Ndjson,
        Format::Csv if layout.excel => FileFormat::Excel,
        Format::Csv => FileFormat::Csv,
    };
    let columns = columns(&layout.columns);
    let mut text = lines.header(columns)?;
    for record in records {
        text.push_str(&lines.line(record, columns, false)?);
    }
    Ok(write(&lines.encode(&text))?)
}

fn document(records: &[Record], is_list: bool) -> Value {
    match records {
        [record] if !is_list => record.to_json(),
        records => records.iter().map(Record::to_json).collect(),
    }
}

/// The bytes as received; between several a line break, since the service sends none.
fn print_raw(records: &[Record]) -> Result<(), Failure> {
    let bodies: Vec<&[u8]> = records.iter().map(Record::raw).collect();
    Ok(write(&bodies.join(&b'\n'))?)
}

fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}
