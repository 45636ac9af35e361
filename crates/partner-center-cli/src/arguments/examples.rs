//! The examples in a command's help.

/// For `--help` and manual pages of 80 columns.
pub(super) fn examples(lines: &[&str]) -> String {
    lines.iter().fold("Examples:".to_owned(), |help, line| format!("{help}\n  {line}"))
}
