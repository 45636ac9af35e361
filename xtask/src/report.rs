//! What the reports of several tasks share: their form, how they are printed, and the code that a task ends with.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

/// Prints a line of a report.
macro_rules! say {
    ($($part:tt)*) => { $crate::report::print(format_args!("{}\n", format_args!($($part)*))) };
}

/// Prints a part of a report. Where nobody reads on, such as `head` that has seen enough, it is lost quietly.
pub(crate) fn print(text: Arguments<'_>) {
    match std::io::stdout().lock().write_fmt(text) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            eprintln!("error: the report cannot be written: {error}");
            std::process::exit(2);
        }
        _ => {}
    }
}

/// A name or a text from elsewhere, safe to show: nothing in it moves the cursor or hides another line.
pub(crate) fn shown(text: &str) -> String {
    let safe = |letter: char| match letter {
        '"' | '\'' | '\\' => letter.to_string(),
        letter => letter.escape_debug().to_string(),
    };
    text.chars().map(safe).collect()
}

/// A file's name as a shell takes it for one word.
pub(crate) fn argument(name: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_./:@%+,=".contains(letter);
    if !name.is_empty() && name.chars().all(is_plain) {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\'', "'\\''"))
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_names_without_what_steers_a_terminal() {
        assert_eq!(shown("a\u{1b}[2Kb\nc é \"d\""), "a\\u{1b}[2Kb\\nc é \"d\"");
    }

    #[test]
    fn quotes_what_a_shell_would_take_apart() {
        assert_eq!(argument("a/b-c.http"), "a/b-c.http");
        assert_eq!(argument("it's a;b"), r"'it'\''s a;b'");
        assert_eq!(argument(""), "''");
    }
}
