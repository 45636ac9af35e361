//! Human-readable tables, as wide as the terminal.

use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};

use super::record::Record;
use crate::arguments::columns::{Column, names};
use crate::terminal::plain;

/// Below this a terminal wraps the lines itself, since beside a tenant id nothing else would fit.
const MIN_WIDTH: u16 = 64;

/// One customer as a list of fields; several as one table with a row each and as many columns as fit.
///
/// A narrow terminal leaves out columns that were not chosen. Without a terminal and its `width` there is no frame, and
/// each customer is one line, for grep and as a list of another command.
pub(super) fn render(
    records: &[Record],
    is_list: bool,
    columns: &[Column],
    is_chosen: bool,
    width: Option<u16>,
) -> String {
    let mut table = Table::new();
    table.load_style(if width.is_some() { presets::UTF8_FULL_CONDENSED } else { presets::NOTHING });
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width.max(MIN_WIDTH));
    }
    match records {
        [] => return String::new(),
        [record] if !is_list => {
            for (heading, value) in headings(columns).zip(record.cells(&names(columns))) {
                table.add_row([heading, &plain(&value)]);
            }
        }
        records => {
            let fits = |column: &&Column| is_chosen || width.is_none_or(|width| width >= column.from_width);
            let columns: Vec<Column> = columns.iter().filter(fits).copied().collect();
            table.set_header(headings(&columns));
            let names = names(&columns);
            for record in records {
                table.add_row(record.cells(&names).iter().map(|value| plain(value)));
            }
            // A tenant id on two lines can be neither copied nor searched for.
            table.column_mut(0).map(|id| id.set_constraint(ColumnConstraint::ContentWidth));
        }
    }
    lines(&mut table, width.is_none())
}

/// The lines of a table, those without a frame ending with their last character.
pub(super) fn lines(table: &mut Table, is_frameless: bool) -> String {
    if is_frameless {
        table.column_iter_mut().for_each(|column| _ = column.set_padding((0, 2)));
    }
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

fn headings(columns: &[Column]) -> impl Iterator<Item = &'static str> {
    std::iter::once("Customer").chain(columns.iter().map(|column| column.heading))
}
