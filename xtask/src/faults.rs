//! `cargo xtask faults`: every fault in `docs/faults.md` is held by tests that exist and are run.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::ci;

/// The table of faults.
const PAGE: &str = "docs/faults.md";

/// One row of the table.
#[derive(Debug, PartialEq)]
struct Row<'a> {
    line: usize,
    number: usize,
    /// The tests it names, such as `faults::connecting::a_name`.
    tests: Vec<&'a str>,
}

pub(crate) fn run(root: &Path) -> Result<ExitCode> {
    let page = std::fs::read_to_string(root.join(PAGE)).with_context(|| format!("{PAGE} cannot be read"))?;
    let rows = rows(&page);
    let binaries: BTreeSet<&str> = rows.iter().flat_map(|row| &row.tests).filter_map(|test| binary(test)).collect();
    let mut tests = HashMap::new();
    for binary in binaries {
        tests.insert(binary, list(root, binary)?);
    }
    let exists = |test: &str| {
        let parts = test.split_once("::").and_then(|(binary, name)| Some((tests.get(binary)?, name)));
        parts.is_some_and(|(names, name)| names.contains(name))
    };
    let findings = findings(&rows, exists);
    for finding in &findings {
        eprintln!("error: {PAGE}:{finding}");
    }
    if findings.is_empty() {
        let count: usize = rows.iter().map(|row| row.tests.len()).sum();
        say!("{} faults are held by tests, named {count} times", rows.len());
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::from(1))
}

/// The rows of the table: the lines whose first cell is a number.
fn rows(page: &str) -> Vec<Row<'_>> {
    let cells = page.lines().enumerate().filter_map(|(index, line)| {
        let mut cells = line.strip_prefix('|')?.strip_suffix('|')?.split('|');
        let number = cells.next()?.trim().parse().ok()?;
        // Code stands between backticks, so every second piece is a name.
        let tests = cells.next_back()?.split('`').skip(1).step_by(2).collect();
        Some(Row { line: index + 1, number, tests })
    });
    cells.collect()
}

/// What is wrong with the table, with the line first.
fn findings(rows: &[Row<'_>], exists: impl Fn(&str) -> bool) -> Vec<String> {
    let mut findings = Vec::new();
    if rows.is_empty() {
        findings.push("1: there is no row whose first cell is a number".to_owned());
    }
    for (index, Row { line, number, tests }) in rows.iter().enumerate() {
        if *number != index + 1 {
            findings.push(format!("{line}: row {} is missing; rows are counted from 1", index + 1));
        }
        if tests.is_empty() {
            findings.push(format!("{line}: fault {number} is held by no test; write one and name it here"));
        }
        let unknown = tests.iter().filter(|test| !exists(test));
        findings.extend(unknown.map(|test| {
            format!(
                "{line}: no test named {test} is run for fault {number}; correct the name as `binary::module::test`"
            )
        }));
    }
    findings
}

/// The binary that a test belongs to.
fn binary(test: &str) -> Option<&str> {
    test.split_once("::").map(|(binary, _)| binary)
}

/// The tests of a binary of the SDK, without those that are ignored.
fn list(root: &Path, binary: &str) -> Result<BTreeSet<String>> {
    let names = |more: &[&str]| {
        let target: &[&str] = if binary == "lib" { &["--lib"] } else { &["--test", binary] };
        let fixed = [&["test", "-q", "-p", "partner-center"], target, &["--", "--list", "--format", "terse"], more];
        let output = ci::command(root, &fixed.concat()).output().context("cargo cannot be started")?;
        if !output.status.success() {
            bail!("the tests of `{binary}` cannot be listed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let printed = String::from_utf8_lossy(&output.stdout);
        Ok(printed.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
    };
    let (all, ignored): (BTreeSet<String>, BTreeSet<String>) = (names(&[])?, names(&["--ignored"])?);
    Ok(all.difference(&ignored).cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "text\n\n| no. | fault | does | held by |\n|---|---|---|---|\n\
        | 1 | a | `b` | `lib::x`<br>`faults::y::z` |\n| 2 | a | b | |\n| 4 | a | b | `lib::gone` |\n";

    #[test]
    fn reads_numbers_and_the_names_in_the_last_cell() {
        let rows = rows(PAGE);
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[0], Row { line: 5, number: 1, tests: vec!["lib::x", "faults::y::z"] });
        assert_eq!(rows[1], Row { line: 6, number: 2, tests: vec![] });
    }

    #[test]
    fn finds_rows_without_a_test_tests_that_do_not_exist_and_rows_that_are_gone() {
        let findings = findings(&rows(PAGE), |test| test != "lib::gone");
        let lines: Vec<&str> =
            findings.iter().filter_map(|finding| finding.split_once(':')).map(|(line, _)| line).collect();
        assert_eq!(lines, ["6", "7", "7"]);
        assert!(findings[0].contains("fault 2 is held by no test"));
        assert!(findings[1].contains("row 3 is missing"));
        assert!(findings[2].contains("lib::gone"));
    }

    #[test]
    fn a_page_without_a_table_is_a_finding() {
        assert_eq!(findings(&rows("# Faults\n"), |_| true).len(), 1);
    }
}
