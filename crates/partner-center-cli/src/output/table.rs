//! Tables for people, as wide as the terminal.

use comfy_table::{ContentArrangement, Table, presets};

use super::record::{Record, cells, columns};
use crate::arguments::Column;
use crate::terminal::plain;

/// The widths from which on a row has room for some columns, and for all.
const ROOM_FOR_SOME: u16 = 80;
const ROOM_FOR_ALL: u16 = 120;
/// What people look for first.
const SOME: [Column; 3] = [Column::DisplayName, Column::City, Column::CountryLetterCode];

/// One customer as a list of fields; several as one table with a row each and as many columns as fit.
pub(super) fn render(records: &[Record], is_list: bool, asked_for: &[Column], width: u16) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    match records {
        [] => return String::new(),
        [record] if !is_list => {
            let columns = columns(asked_for);
            for (heading, value) in headings(columns).into_iter().zip(cells(record, columns)) {
                table.add_row([heading, &plain(&value)]);
            }
        }
        records => {
            let columns = match width {
                _ if !asked_for.is_empty() => asked_for,
                ..ROOM_FOR_SOME => &SOME[..1],
                ROOM_FOR_SOME..ROOM_FOR_ALL => &SOME,
                _ => columns(&[]),
            };
            table.set_header(headings(columns));
            for record in records {
                table.add_row(cells(record, columns).iter().map(|value| plain(value)));
            }
        }
    }
    format!("{table}\n")
}

fn headings(columns: &[Column]) -> Vec<&'static str> {
    let heading = |column: &Column| match column {
        Column::DisplayName => "Name",
        Column::Street => "Street",
        Column::City => "City",
        Column::State => "State",
        Column::PostalCode => "Postal code",
        Column::CountryLetterCode => "Country",
        Column::TechnicalNotificationMails => "Technical contacts",
    };
    std::iter::once("Customer").chain(columns.iter().map(heading)).collect()
}
