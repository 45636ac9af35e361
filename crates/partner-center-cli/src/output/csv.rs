//! CSV whose cells a spreadsheet never runs as formulas.

/// One line of CSV, including its line break, with every cell quoted.
pub(crate) fn line<T: AsRef<str>>(cells: impl IntoIterator<Item = T>, delimiter: u8) -> String {
    let quoted = cells.into_iter().map(|cell| format!("\"{}\"", safe(cell.as_ref()).replace('"', "\"\"")));
    quoted.collect::<Vec<_>>().join(&char::from(delimiter).to_string()) + "\n"
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
