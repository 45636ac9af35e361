//! Tables for people, as wide as the terminal.

use comfy_table::{ContentArrangement, Table, presets};

use super::record::Record;
use crate::arguments::Column;
use crate::terminal::plain;

/// One customer as a list of fields; several as one table with a row each and as many columns as fit.
pub(super) fn render(records: &[Record], is_list: bool, asked_for: &[Column], all: &[Column], width: u16) -> String {
    let mut columns = if asked_for.is_empty() { all.to_vec() } else { asked_for.to_vec() };
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    match records {
        [] => return String::new(),
        [record] if !is_list => {
            for (heading, value) in headings(&columns).zip(record.cells(&columns)) {
                table.add_row([heading, &plain(&value)]);
            }
        }
        records => {
            columns.retain(|column| !asked_for.is_empty() || width >= column.from_width);
            table.set_header(headings(&columns));
            for record in records {
                table.add_row(record.cells(&columns).iter().map(|value| plain(value)));
            }
        }
    }
    format!("{table}\n")
}

fn headings(columns: &[Column]) -> impl Iterator<Item = &'static str> {
    std::iter::once("Customer").chain(columns.iter().map(|column| column.heading))
}
