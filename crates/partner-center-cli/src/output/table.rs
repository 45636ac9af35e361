//! Tables for people, as wide as the terminal.

use comfy_table::{ContentArrangement, Table, presets};

use super::record::Record;
use crate::terminal::plain;

/// What people read above [`Record::COLUMNS`].
const HEADINGS: [&str; 8] =
    ["Customer", "Name", "Street", "City", "State", "Postal code", "Country", "Technical contacts"];
/// Below this many columns a customer a row is no longer readable.
const ROOM_FOR_ROWS: u16 = 120;

/// One customer as a list of fields; several as rows where there is room for them.
pub(super) fn render(records: &[Record], width: u16) -> String {
    match records {
        [] => String::new(),
        [_, _, ..] if width >= ROOM_FOR_ROWS => rows(records, width),
        records => {
            let lists: Vec<String> = records.iter().map(|record| list(record, width)).collect();
            lists.join("\n")
        }
    }
}

fn list(record: &Record, width: u16) -> String {
    let mut table = empty(width);
    for (heading, value) in HEADINGS.iter().zip(record.cells()) {
        table.add_row([*heading, &plain(&value)]);
    }
    format!("{table}\n")
}

fn rows(records: &[Record], width: u16) -> String {
    let mut table = empty(width);
    table.set_header(HEADINGS);
    for record in records {
        table.add_row(record.cells().map(|value| plain(&value)));
    }
    format!("{table}\n")
}

fn empty(width: u16) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    table
}
