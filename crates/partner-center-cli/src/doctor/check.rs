//! One check and its outcome, and the report of all.

use std::fmt::Display;
use std::time::{Duration, SystemTime};

use anstyle::{AnsiColor, Style};
use serde_json::{Map, Value, json};

use crate::arguments::ReportFormat;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::terminal::{self, plain};

/// How long a single check may take on the network.
pub(super) fn patience(settings: &Settings) -> Duration {
    settings.timeout.value.min(Duration::from_secs(20))
}

pub(super) struct Check {
    name: &'static str,
    outcome: Outcome,
    detail: String,
    help: Option<String>,
    correlation_id: Option<String>,
    /// What else JSON shows.
    fields: Map<String, Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Good,
    /// Not known to be wrong, but worth a look.
    Doubtful,
    Bad(Exit),
}

impl Outcome {
    /// In JSON and on a terminal.
    fn shown(self) -> (&'static str, char, AnsiColor) {
        match self {
            Self::Good => ("good", '✓', AnsiColor::Green),
            Self::Doubtful => ("doubtful", '?', AnsiColor::Yellow),
            Self::Bad(_) => ("bad", '✗', AnsiColor::Red),
        }
    }
}

impl Check {
    pub(super) fn good(name: &'static str, detail: impl Into<String>) -> Self {
        let (detail, fields) = (detail.into(), Map::new());
        Self { name, outcome: Outcome::Good, detail, help: None, correlation_id: None, fields }
    }

    pub(super) fn doubtful(name: &'static str, detail: impl Into<String>, help: impl Into<String>) -> Self {
        Self { outcome: Outcome::Doubtful, help: Some(help.into()), ..Self::good(name, detail) }
    }

    pub(super) fn bad(name: &'static str, exit: Exit, detail: impl Into<String>, help: impl Into<String>) -> Self {
        Self { outcome: Outcome::Bad(exit), ..Self::doubtful(name, detail, help) }
    }

    pub(super) fn not_tried(name: &'static str, reason: &str) -> Self {
        Self { outcome: Outcome::Bad(Exit::Unavailable), ..Self::good(name, format!("not tried: {reason}")) }
    }

    pub(super) fn of_failure(name: &'static str, failure: Failure) -> Self {
        let Failure { exit, what, help, correlation_id } = failure;
        Self { help, correlation_id, ..Self::bad(name, exit, what, "") }
    }

    pub(super) fn correlation_id(self, id: impl Display) -> Self {
        Self { correlation_id: Some(id.to_string()), ..self }
    }

    /// Adds a field to the JSON.
    pub(super) fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    fn to_text(&self) -> String {
        let (_, sign, color) = self.outcome.shown();
        let style = Style::new().fg_color(Some(color.into()));
        let mut text = format!("{style}{sign}{style:#} {:<14} {}\n", self.name, plain(&self.detail));
        if let Some(help) = &self.help {
            text.push_str(&format!("  {:<14} help: {}\n", "", plain(help)));
        }
        // Sign-in errors name it among their facts.
        let id = self.correlation_id.as_ref().filter(|id| !self.detail.contains(*id));
        if let (Some(id), Outcome::Bad(_)) = (id, self.outcome) {
            text.push_str(&format!("  {:<14} correlation id: {}\n", "", plain(id)));
        }
        text
    }

    fn to_json(&self) -> Value {
        let mut json = json!({
            "check": self.name,
            "outcome": self.outcome.shown().0,
            "detail": self.detail,
            "help": self.help,
            "correlationId": self.correlation_id,
        });
        if let Some(json) = json.as_object_mut() {
            json.extend(self.fields.clone());
        }
        json
    }
}

/// All checks; as text each is shown as soon as it is known.
pub(super) struct Report {
    format: ReportFormat,
    checks: Vec<Check>,
}

impl Report {
    pub(super) fn new(format: ReportFormat) -> Self {
        Self { format, checks: Vec::new() }
    }

    pub(super) fn add(&mut self, check: Check) -> Result<(), Failure> {
        if self.format == ReportFormat::Text {
            terminal::print(&check.to_text())?;
        }
        self.checks.push(check);
        Ok(())
    }

    /// Shows what is left to show; the exit code is that of the first failed check.
    pub(super) fn end(self) -> Result<Exit, Failure> {
        if self.format == ReportFormat::Json {
            let report = json!({
                "time": humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
                "system": { "os": std::env::consts::OS, "architecture": std::env::consts::ARCH },
                "version": env!("CARGO_PKG_VERSION"),
                "contract": partner_center::contract_version(),
                "checks": self.checks.iter().map(Check::to_json).collect::<Vec<_>>(),
            });
            terminal::print(&format!("{report:#}\n"))?;
        }
        let exit_of = |check: &Check| if let Outcome::Bad(exit) = check.outcome { Some(exit) } else { None };
        Ok(self.checks.iter().find_map(exit_of).unwrap_or(Exit::Success))
    }
}
