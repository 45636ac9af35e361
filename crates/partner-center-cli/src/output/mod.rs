//! Prints customers and their data.

pub(crate) mod csv;
mod file_format;
pub(crate) mod record;
pub(crate) mod report;
mod table;

use std::io::{self, Write};

use self::record::Record;
use crate::arguments::columns::{Column, names};
use crate::arguments::{FileFormat, Format, Layout, Output};
use crate::failure::Failure;
use crate::terminal::{self, escape_json};

/// Prints records as they arrive, except in a table, whose column widths depend on all of them.
pub(crate) struct Printer<'a> {
    pub(crate) format: Format,
    lines: FileFormat,
    columns: &'a [Column],
    /// Whether the columns were asked for, so that a narrow table has them too.
    is_chosen: bool,
    rows: Vec<Record>,
    is_first: bool,
}

impl<'a> Printer<'a> {
    /// For the format asked for, or the one that fits standard output; `all` are the columns there are.
    pub(crate) fn new(output: &'a Output, all: &'a [Column]) -> Result<Self, Failure> {
        let (excel, is_chosen) = (output.layout.excel, !output.layout.columns.is_empty());
        let format = match output.format {
            Some(format) => format,
            None if excel => Format::Csv,
            None if terminal::is_terminal() => Format::Table,
            None if is_chosen => Format::Csv,
            None => Format::Json,
        };
        check(&output.layout, format == Format::Csv, format == Format::Table)?;
        let lines = match format {
            Format::Csv if excel => FileFormat::Excel,
            Format::Csv => FileFormat::Csv,
            Format::Json => FileFormat::Json,
            Format::Ndjson | Format::Raw | Format::Table => FileFormat::Ndjson,
        };
        let columns = if is_chosen { &output.layout.columns } else { all };
        Ok(Self { format, lines, columns, is_chosen, rows: Vec::new(), is_first: true })
    }

    pub(crate) fn print(&mut self, record: Record) -> Result<(), Failure> {
        let is_first = std::mem::take(&mut self.is_first);
        match self.format {
            Format::Table => self.rows.push(record),
            // The service sends no line break at the end.
            Format::Raw => write(&[if is_first { &b""[..] } else { b"\n" }, &record.raw].concat())?,
            _ => {
                let line = self.lines.line(&record, &names(self.columns), is_first);
                self.write(&(self.header(is_first) + &line))?;
            }
        }
        Ok(())
    }

    /// Prints what is left; the end of an array only where it `is_complete`.
    pub(crate) fn finish(self, is_complete: bool) -> Result<(), Failure> {
        match self.format {
            Format::Table => terminal::print(&self.table(&self.rows, true))?,
            Format::Raw => {}
            _ if is_complete => self.write(&(self.header(self.is_first) + self.lines.footer()))?,
            _ => {}
        }
        Ok(())
    }

    /// Prints all at once: JSON on several lines, and a single customer not as a list.
    pub(crate) fn print_all(mut self, records: Vec<Record>, is_list: bool) -> Result<(), Failure> {
        let json = match (self.format, &records[..]) {
            (Format::Table, records) if !is_list => return Ok(terminal::print(&self.table(records, false))?),
            (Format::Json, [record]) if !is_list => record.json.clone(),
            (Format::Json, records) => records.iter().map(|record| record.json.clone()).collect(),
            _ => {
                records.into_iter().try_for_each(|record| self.print(record))?;
                return self.finish(true);
            }
        };
        Ok(terminal::print(&escape_json(&format!("{json:#}\n")))?)
    }

    fn table(&self, records: &[Record], is_list: bool) -> String {
        table::render(records, is_list, self.columns, self.is_chosen, terminal::width())
    }

    /// Writes lines; a terminal gets those for Excel in its own encoding, and none with characters that control it.
    fn write(&self, text: &str) -> io::Result<()> {
        match terminal::is_terminal() {
            true => terminal::print(&terminal::plain_lines(text.trim_start_matches('\u{feff}'))),
            false => write(&self.lines.encode(text)),
        }
    }

    /// What comes before the first line.
    fn header(&self, is_first: bool) -> String {
        if is_first { self.lines.header(&names(self.columns)) } else { String::new() }
    }
}

/// Rejects options that the format would ignore.
pub(crate) fn check(layout: &Layout, is_csv: bool, is_table: bool) -> Result<(), Failure> {
    let wrong = match layout {
        Layout { excel: true, .. } if !is_csv => "--excel needs CSV",
        Layout { columns, .. } if !columns.is_empty() && !is_csv && !is_table => "--columns needs a table or CSV",
        _ => return Ok(()),
    };
    Err(Failure::usage(wrong, "Pass --format csv."))
}

fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}
