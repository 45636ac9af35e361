//! Short reports of rows with named fields, for people or as JSON.

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::Value;

use crate::arguments::ReportFormat;
use crate::failure::Failure;
use crate::terminal::{self, plain};

/// Prints rows; `columns` are the fields that people see.
pub(crate) fn print(rows: &[Value], columns: &[&str], format: ReportFormat) -> Result<(), Failure> {
    let text = match format {
        ReportFormat::Json => terminal::escape_json(&format!("{:#}\n", Value::from(rows))),
        ReportFormat::Text => table(rows, columns),
    };
    Ok(terminal::print(&text)?)
}

fn table(rows: &[Value], columns: &[&str]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    if terminal::is_terminal() {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(terminal::width());
    }
    table.set_header(columns.iter().map(|name| name.to_uppercase()));
    for row in rows {
        table.add_row(columns.iter().map(|name| plain(row[name].as_str().unwrap_or_default())));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n") + "\n"
}
