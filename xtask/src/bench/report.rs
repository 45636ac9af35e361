//! The table of ratios, printed and written to docs/performance.md.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// One ratio.
#[derive(Clone)]
pub(super) struct Row {
    figure: String,
    /// `None` where it could not be measured.
    ratio: Option<f64>,
    measured: String,
    reach: Option<Reach>,
}

/// What a ratio is to reach.
#[derive(Clone, Copy)]
pub(super) enum Reach {
    AtMost(f64),
    AtLeast(f64),
}

const DOCUMENT: &str = "docs/performance.md";

impl Row {
    pub(super) fn ratio(figure: String, ratio: f64, measured: String) -> Self {
        Self { figure, ratio: Some(ratio), measured, reach: None }
    }

    /// What could not be measured, and why.
    pub(super) fn missing(figure: String, reason: &anyhow::Error) -> Self {
        Self { figure, ratio: None, measured: format!("{reason:#}").replace('\n', " "), reach: None }
    }

    pub(super) fn reach(mut self, reach: Reach) -> Self {
        self.reach = Some(reach);
        self
    }

    /// Adds to what was measured.
    pub(super) fn and(mut self, measured: String) -> Self {
        self.measured = format!("{}; {measured}", self.measured);
        self
    }
}

/// A number with commas between the thousands.
pub(super) fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits.as_str()), |digits| ("-", digits));
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|group| str::from_utf8(group).ok()).collect();
    format!("{sign}{}", groups.join(","))
}

/// The rows as a table in Markdown.
pub(super) fn table(rows: &[Row]) -> String {
    let mut table = "| figure | ratio | to reach | | measured |\n|---|---:|---|---|---|\n".to_owned();
    for row in rows {
        let ratio = row.ratio.map_or_else(|| "missing".to_owned(), decimals);
        let (reach, is_reached) = match (row.reach, row.ratio) {
            (Some(Reach::AtMost(most)), Some(ratio)) => (format!("≤ {most}"), Some(rounded(ratio) <= most)),
            (Some(Reach::AtLeast(least)), Some(ratio)) => (format!("≥ {least}"), Some(rounded(ratio) >= least)),
            _ => (String::new(), None),
        };
        let verdict = is_reached.map_or("", |is_reached| if is_reached { "reached" } else { "**not reached**" });
        // Writing into a text does not fail.
        let _ = writeln!(table, "| {} | {ratio} | {reach} | {verdict} | {} |", row.figure, row.measured);
    }
    table
}

/// Three decimals, none for whole numbers.
fn decimals(ratio: f64) -> String {
    if ratio.fract() == 0.0 { format!("{ratio}") } else { format!("{ratio:.3}") }
}

/// What the table shows, so that its verdicts agree with its digits.
fn rounded(ratio: f64) -> f64 {
    (ratio * 1000.0).round() / 1000.0
}

/// Puts the table of a command into its place in the document; the rest is written by hand.
pub(super) fn write(root: &Path, command: &str, machine: &str, table: &str) -> Result<()> {
    let path = root.join(DOCUMENT);
    let document = fs::read_to_string(&path).with_context(|| format!("{DOCUMENT} cannot be read"))?;
    let document = replaced(&document, command, &format!("{machine}\n\n{table}"));
    fs::write(path, document.with_context(|| format!("{DOCUMENT} has no place for the table of `{command}`"))?)
        .with_context(|| format!("{DOCUMENT} cannot be written"))?;
    say!("Wrote {DOCUMENT}");
    Ok(())
}

fn replaced(document: &str, command: &str, lines: &str) -> Option<String> {
    let (begin, end) = markers(command);
    let (before, rest) = document.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n{lines}\n{end}{after}"))
}

/// What stands around the lines that a command writes.
fn markers(command: &str) -> (String, String) {
    let marker = |place: &str| format!("<!-- The lines {place} here are written by `{command}`. -->\n");
    (marker("from"), marker("to"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_reached_by_the_digits_it_shows() {
        let row = |ratio, reach| Row::ratio("x".to_owned(), ratio, "m".to_owned()).reach(reach);
        let table = table(&[
            row(1.1504, Reach::AtMost(1.15)),
            row(1.1506, Reach::AtMost(1.15)),
            row(0.94, Reach::AtLeast(0.95)),
        ]);
        let rows: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(
            rows,
            [
                "| x | 1.150 | ≤ 1.15 | reached | m |",
                "| x | 1.151 | ≤ 1.15 | **not reached** | m |",
                "| x | 0.940 | ≥ 0.95 | **not reached** | m |"
            ]
        );
    }

    #[test]
    fn names_what_is_missing_with_the_reason() {
        let row = Row::missing("a peer".to_owned(), &anyhow::anyhow!("it needs Java"));
        assert!(table(&[row]).ends_with("| a peer | missing |  |  | it needs Java |\n"));
    }

    #[test]
    fn leaves_what_is_written_by_hand() {
        let ((begin, end), (other, _)) = (markers("measure"), markers("measure --more"));
        let document = format!("above\n{other}more\n{begin}old{end}below\n");
        let written = format!("above\n{other}more\n{begin}\nnew\n{end}below\n");
        assert_eq!(replaced(&document, "measure", "new"), Some(written));
        assert_eq!(replaced("no place", "measure", "new"), None);
    }

    #[test]
    fn groups_digits_by_thousands() {
        assert_eq!([0.0, 999.4, 1_000.0, -1_234_567.0].map(grouped), ["0", "999", "1,000", "-1,234,567"]);
    }
}
