//! How organizations are shown.

pub(crate) mod csv;
pub(crate) mod file_format;
pub(crate) mod record;
pub(crate) mod report;
mod table;

use std::io::{self, Write};

use self::file_format::FileFormat;
use self::record::Record;
use crate::arguments::{Column, Format, Layout};
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

/// Prints what was fetched; `is_list` where several customers were asked for, `all` the columns there are.
pub(crate) fn print(
    records: &[Record],
    is_list: bool,
    format: Format,
    layout: &Layout,
    all: &[Column],
) -> Result<(), Failure> {
    let lines = match format {
        Format::Table => {
            return Ok(terminal::print(&table::render(records, is_list, &layout.columns, all, terminal::width()))?);
        }
        Format::Json => {
            let json = match records {
                [record] if !is_list => record.json().clone(),
                records => records.iter().map(Record::json).cloned().collect(),
            };
            return Ok(terminal::print(&escape_json(&format!("{json:#}\n")))?);
        }
        Format::Raw => {
            // The service sends no line break at the end.
            let bodies: Vec<&[u8]> = records.iter().map(Record::raw).collect();
            return Ok(write(&bodies.join(&b'\n'))?);
        }
        Format::Ndjson => FileFormat::Ndjson,
        Format::Csv if layout.excel => FileFormat::Excel,
        Format::Csv => FileFormat::Csv,
    };
    let columns = layout.columns_or(all);
    let mut text = lines.header(columns)?;
    for record in records {
        text.push_str(&lines.line(record, columns, false)?);
    }
    Ok(write(&lines.encode(&text))?)
}

fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}
