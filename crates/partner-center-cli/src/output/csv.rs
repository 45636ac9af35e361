//! CSV whose cells a spreadsheet never runs as formulas.

use crate::failure::Failure;

/// One line of CSV, including its line break; no cell contains a line break or a formula.
pub(crate) fn line<T: AsRef<str>>(cells: impl IntoIterator<Item = T>, delimiter: u8) -> Result<String, Failure> {
    let unwritable = |error: &dyn std::fmt::Display| {
        Failure::usage(format!("cannot write a line of CSV: {error}"), "Use another format.")
    };
    let mut writer = csv::WriterBuilder::new();
    let mut writer = writer.quote_style(csv::QuoteStyle::Always).delimiter(delimiter).from_writer(Vec::new());
    writer.write_record(cells.into_iter().map(|cell| safe(cell.as_ref()))).map_err(|error| unwritable(&error))?;
    let bytes = writer.into_inner().map_err(|error| unwritable(error.error()))?;
    String::from_utf8(bytes).map_err(|error| unwritable(&error))
}

/// The cell on one line, and with an apostrophe before whatever a spreadsheet takes for a formula.
///
/// [OWASP](https://owasp.org/www-community/attacks/CSV_Injection) names the characters; spreadsheets also skip spaces
/// before them, and take the wide forms for the narrow ones.
fn safe(cell: &str) -> String {
    let cell: String = cell.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    let begins = cell.trim_start().chars().next();
    if begins.is_some_and(|first| matches!(first, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')) {
        format!("'{cell}")
    } else {
        cell
    }
}
