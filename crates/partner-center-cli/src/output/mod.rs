//! How customers and what the service has about them are shown.

pub(crate) mod csv;
pub(crate) mod file_format;
pub(crate) mod record;
pub(crate) mod report;
mod table;

use std::io::{self, Write};

use self::file_format::FileFormat;
use self::record::Record;
use crate::arguments::columns::{Column, names};
use crate::arguments::{Format, Output};
use crate::failure::Failure;
use crate::terminal::{self, escape_json};

/// Prints records as they come, but in a table, whose columns are as wide as the widest cell.
pub(crate) struct Printer<'a> {
    pub(crate) format: Format,
    lines: FileFormat,
    asked_for: &'a [Column],
    all: &'a [Column],
    rows: Vec<Record>,
    is_first: bool,
}

impl<'a> Printer<'a> {
    /// For the format asked for, or the one that fits standard output; `all` are the columns there are.
    pub(crate) fn new(output: &'a Output, all: &'a [Column]) -> Result<Self, Failure> {
        let excel = output.layout.excel;
        let format = match output.format {
            Some(format) if excel && format != Format::Csv => return Err(not_csv()),
            Some(format) => format,
            None if excel => Format::Csv,
            None if terminal::is_terminal() => Format::Table,
            None => Format::Json,
        };
        let lines = match format {
            Format::Csv if excel => FileFormat::Excel,
            Format::Csv => FileFormat::Csv,
            Format::Json => FileFormat::Json,
            Format::Ndjson | Format::Raw | Format::Table => FileFormat::Ndjson,
        };
        Ok(Self { format, lines, asked_for: &output.layout.columns, all, rows: Vec::new(), is_first: true })
    }

    pub(crate) fn print(&mut self, record: Record) -> Result<(), Failure> {
        let is_first = std::mem::take(&mut self.is_first);
        match self.format {
            Format::Table => self.rows.push(record),
            // The service sends no line break at the end.
            Format::Raw => write(&[if is_first { &b""[..] } else { b"\n" }, record.raw()].concat())?,
            _ => {
                let header = if is_first { self.lines.header(&self.names())? } else { String::new() };
                let line = self.lines.line(&record, &self.names(), is_first)?;
                write(&self.lines.encode(&(header + &line)))?;
            }
        }
        Ok(())
    }

    /// Prints what is left; the end of an array only where it `is_complete`.
    pub(crate) fn finish(self, is_complete: bool) -> Result<(), Failure> {
        match self.format {
            Format::Table => {
                let table = table::render(&self.rows, true, self.asked_for, self.all, terminal::width());
                terminal::print(&table)?;
            }
            Format::Raw => {}
            _ if is_complete => {
                let header = if self.is_first { self.lines.header(&self.names())? } else { String::new() };
                write(&self.lines.encode(&(header + self.lines.footer())))?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Prints all at once: JSON on several lines, and a single customer not as a list.
    pub(crate) fn print_all(mut self, records: Vec<Record>, is_list: bool) -> Result<(), Failure> {
        let json = match (self.format, &records[..]) {
            (Format::Table, records) if !is_list => {
                let table = table::render(records, false, self.asked_for, self.all, terminal::width());
                return Ok(terminal::print(&table)?);
            }
            (Format::Json, [record]) if !is_list => record.json().clone(),
            (Format::Json, records) => records.iter().map(Record::json).cloned().collect(),
            _ => {
                records.into_iter().try_for_each(|record| self.print(record))?;
                return self.finish(true);
            }
        };
        Ok(terminal::print(&escape_json(&format!("{json:#}\n")))?)
    }

    fn names(&self) -> Vec<&'static str> {
        names(if self.asked_for.is_empty() { self.all } else { self.asked_for })
    }
}

pub(crate) fn not_csv() -> Failure {
    Failure::usage("--excel is a form of CSV", "Leave out --format, or pass --format csv.")
}

fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}
