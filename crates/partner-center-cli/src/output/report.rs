//! Short reports of rows with named fields, human-readable or as JSON.

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::Value;

use super::table::lines;
use crate::arguments::ReportFormat;
use crate::failure::Failure;
use crate::terminal::{self, plain};

/// Prints rows, named by the first column; text shows only `columns`.
/// JSON is an object: each name has the value of the second column or, where there are more, the rest of the row.
pub(crate) fn print(rows: &[Value], columns: &[&str], format: ReportFormat) -> Result<(), Failure> {
    let text = match format {
        ReportFormat::Json => {
            let fields = rows.iter().map(|row| {
                let mut fields = row.as_object().cloned().unwrap_or_default();
                let name = fields.shift_remove(columns[0]);
                let value = if columns.len() == 2 { row[columns[1]].clone() } else { fields.into() };
                (camel_case(name.as_ref().and_then(Value::as_str).unwrap_or_default()), value)
            });
            terminal::escape_json(&format!("{:#}\n", Value::Object(fields.collect())))
        }
        ReportFormat::Text => table(rows, columns),
    };
    Ok(terminal::print(&text)?)
}

/// `baseUrl` of `base-url`.
fn camel_case(name: &str) -> String {
    let mut words = name.split(['-', ' ']);
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |camel, word| camel + &word[..1].to_uppercase() + &word[1..])
}

fn table(rows: &[Value], columns: &[&str]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    if let Some(width) = terminal::width() {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    table.set_header(columns.iter().map(|name| name.to_uppercase()));
    for row in rows {
        table.add_row(columns.iter().map(|name| match &row[name] {
            Value::Bool(true) => "yes".to_owned(),
            Value::Bool(false) => "no".to_owned(),
            value => plain(value.as_str().unwrap_or_default()),
        }));
    }
    lines(&mut table, true)
}
