//! How organizations are shown.

pub(crate) mod csv;
pub(crate) mod record;
pub(crate) mod report;
mod table;

use clap::ValueEnum;
use serde_json::Value;

use self::record::Record;
use crate::failure::Failure;
use crate::terminal;

/// How to show organizations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// An object for one customer, an array for several
    Json,
    /// The same as YAML
    Yaml,
    /// Comma-separated values with a header
    Csv,
    /// The service's bytes as they came
    Raw,
}

impl Format {
    /// What suits whoever reads standard output.
    pub(crate) fn usual() -> Self {
        if terminal::is_for_people() { Self::Table } else { Self::Json }
    }
}

/// Prints what was fetched; `is_list` where several customers were asked for.
pub(crate) fn print(records: &[Record], is_list: bool, format: Format) -> Result<(), Failure> {
    let text = match format {
        Format::Table => table::render(records, terminal::width()),
        Format::Json => serde_json::to_string_pretty(&document(records, is_list)).map_err(unwritable)? + "\n",
        Format::Yaml => serde_saphyr::to_string(&document(records, is_list)).map_err(unwritable)?,
        Format::Csv => csv::render(records)?,
        Format::Raw => return print_raw(records),
    };
    Ok(terminal::print(&text)?)
}

fn document(records: &[Record], is_list: bool) -> Value {
    match records {
        [record] if !is_list => record.to_json(),
        records => records.iter().map(Record::to_json).collect(),
    }
}

/// The bytes untouched; between several a line break, since the service ends none.
fn print_raw(records: &[Record]) -> Result<(), Failure> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    for (number, record) in records.iter().enumerate() {
        if number > 0 {
            out.write_all(b"\n")?;
        }
        out.write_all(record.raw())?;
    }
    Ok(out.flush()?)
}

fn unwritable(error: impl std::fmt::Display) -> Failure {
    Failure::usage(format!("the answer cannot be written in this format: {error}"), "Use --output raw.")
}
