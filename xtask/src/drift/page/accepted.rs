//! The reviewed file of differences between page and contract that are known and accepted.

use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use serde::Deserialize;

use super::compare::Fact;

/// Where the file lies, seen from the workspace's root.
pub(crate) const PATH: &str = "openapi/accepted-differences.yaml";

/// An accepted difference; a side that has nothing is left out.
#[derive(Clone, Debug, PartialEq, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Accepted {
    pub(crate) fact: String,
    #[serde(default)]
    pub(crate) page: Option<String>,
    #[serde(default)]
    pub(crate) contract: Option<String>,
    pub(crate) reason: String,
}

impl Accepted {
    /// Whether this is the very difference that was accepted: other values were never reviewed.
    pub(crate) fn covers(&self, fact: &Fact) -> bool {
        self.fact == fact.fact && self.page == fact.page && self.contract == fact.contract
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    differences: Vec<Accepted>,
}

/// Reads the file of the workspace at `root`; without a file nothing is accepted.
pub(crate) fn load(root: &Path) -> Result<Vec<Accepted>> {
    match std::fs::read_to_string(root.join(PATH)) {
        Ok(text) => parse(&text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error).with_context(|| format!("{PATH} cannot be read")),
    }
}

/// Reads the file's text.
pub(crate) fn parse(text: &str) -> Result<Vec<Accepted>> {
    let options = serde_saphyr::options! { strict_booleans: true };
    let file: File = serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| anyhow!("{PATH} is not a list of accepted differences: {error}"))?;
    for (index, accepted) in file.differences.iter().enumerate() {
        let fact = &accepted.fact;
        ensure!(!accepted.reason.trim().is_empty(), "{PATH} gives no reason for {fact}");
        ensure!(accepted.page != accepted.contract, "{PATH} accepts {fact}, where both sides have the same");
        let is_new = file.differences[..index].iter().all(|other| other.fact != *fact);
        ensure!(is_new, "{PATH} has {fact} twice");
    }
    Ok(file.differences)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIFFERENCE: &str = "differences:\n- {fact: role/A, page: B, contract: A, reason: Spelling.}\n";

    fn fact(page: Option<&str>, contract: Option<&str>) -> Fact {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Fact { fact: "role/A".to_owned(), page: own(page), contract: own(contract), pointer: String::new() }
    }

    #[test]
    fn covers_the_reviewed_values_and_no_others() {
        let accepted = &parse(DIFFERENCE).expect("a list")[0];
        assert!(accepted.covers(&fact(Some("B"), Some("A"))));
        assert!(!accepted.covers(&fact(Some("C"), Some("A"))));
        assert!(!accepted.covers(&fact(None, Some("A"))));
    }

    #[test]
    fn refuses_a_difference_without_reason_without_difference_or_twice() {
        for (text, words) in [
            (DIFFERENCE.replace("Spelling.", "''"), "no reason"),
            (DIFFERENCE.replace("page: B", "page: A"), "both sides"),
            (format!("{DIFFERENCE}{}", DIFFERENCE.replace("differences:\n", "")), "twice"),
            (DIFFERENCE.replace("fact", "fakt"), "not a list"),
        ] {
            let error = parse(&text).expect_err("it breaks a rule").to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
