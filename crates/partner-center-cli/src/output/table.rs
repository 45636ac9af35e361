//! Tables for people, as wide as the terminal.

use comfy_table::{ContentArrangement, Table, presets};

use super::record::Record;
use crate::arguments::columns::{Column, names};
use crate::terminal::plain;

/// One customer as a list of fields; several as one table with a row each and as many columns as fit.
///
/// A narrow terminal leaves out columns that were not chosen.
pub(super) fn render(records: &[Record], is_list: bool, columns: &[Column], is_chosen: bool, width: u16) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    match records {
        [] => return String::new(),
        [record] if !is_list => {
            for (heading, value) in headings(columns).zip(record.cells(&names(columns))) {
                table.add_row([heading, &plain(&value)]);
            }
        }
        records => {
            let fits = |column: &&Column| is_chosen || width >= column.from_width;
            let columns: Vec<Column> = columns.iter().filter(fits).copied().collect();
            table.set_header(headings(&columns));
            let names = names(&columns);
            for record in records {
                table.add_row(record.cells(&names).iter().map(|value| plain(value)));
            }
        }
    }
    format!("{table}\n")
}

fn headings(columns: &[Column]) -> impl Iterator<Item = &'static str> {
    std::iter::once("Customer").chain(columns.iter().map(|column| column.heading))
}
