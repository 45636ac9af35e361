//! What the reports of several tasks share: their form, and the code that a task ends with.

use std::process::ExitCode;

/// How a report is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For machines.
    Json,
}

/// What a report comes to; the later one is the graver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// Nothing that was not expected.
    Agreement,
    /// At least one difference.
    Difference,
    /// It could not be found out.
    Unknown,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Agreement => Self::SUCCESS,
            Outcome::Difference => Self::from(1),
            Outcome::Unknown => Self::from(2),
        }
    }
}

/// The text of a JSON value without quotes where it is a text, as JSON otherwise.
pub(crate) fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
