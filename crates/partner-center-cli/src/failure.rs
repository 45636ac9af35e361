//! What the command says when it fails: what happened, what to do, the correlation id.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use partner_center::Error;
use partner_center::auth::CredentialError;

use crate::exit::Exit;
use crate::help;
use crate::terminal::plain;

#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    /// One line; empty where nothing is to be shown.
    pub(crate) what: String,
    pub(crate) help: Option<String>,
    pub(crate) correlation_id: Option<String>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { exit, what: what.into(), help: Some(help.into()), correlation_id: None }
    }

    pub(crate) fn usage(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what, help)
    }

    /// A file that could not be read or written; silent where the reader of a pipe has closed it.
    pub(crate) fn file(error: &io::Error, what: impl std::fmt::Display, help: impl Into<String>) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self { what: String::new(), ..Self::new(Exit::Success, "", "") },
            _ => Self::new(Exit::File, format!("{what}: {error}"), help),
        }
    }

    /// The failed call, and what it was for.
    pub(crate) fn about(what: impl std::fmt::Display, error: &Error) -> Self {
        let failure = Self::from(error);
        Self { what: format!("{what}: {}", failure.what), ..failure }
    }

    /// A sign-in that failed with the credential at hand.
    pub(crate) fn of_credential(error: &CredentialError) -> Self {
        Self { help: Some(help::of_credential(error)), ..Self::from(error.clone()) }
    }

    /// Shows it on standard error.
    pub(crate) fn print(&self) {
        if self.what.is_empty() {
            return;
        }
        let bold_red = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
        let mut text = format!("{bold_red}error:{bold_red:#} {}\n", plain(&self.what));
        if let Some(help) = &self.help {
            text.push_str(&format!("  help: {}\n", plain(help)));
        }
        // Sign-in errors name it among their facts.
        if let Some(id) = self.correlation_id.as_ref().filter(|id| !self.what.contains(*id)) {
            text.push_str(&format!("  correlation id: {}\n", plain(id)));
        }
        let _ = anstream::stderr().write_all(text.as_bytes());
    }
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        let sign_in = error.credential_error();
        let correlation_id = error.correlation_id().map(|id| id.to_string());
        Self {
            exit: Exit::of(error),
            what: sign_in.map_or_else(|| format!("{error:#}"), ToString::to_string),
            help: Some(help::of(error)),
            correlation_id: sign_in.and_then(|error| error.correlation_id().map(str::to_owned)).or(correlation_id),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

impl From<CredentialError> for Failure {
    /// A sign-in that failed while it was made, or a credential that could not be set up.
    fn from(error: CredentialError) -> Self {
        Self {
            exit: Exit::of_credential(&error),
            what: error.to_string(),
            help: Some(help::of_login(&error)),
            correlation_id: error.correlation_id().map(str::to_owned),
        }
    }
}

impl From<io::Error> for Failure {
    /// A failure of standard output; files of their own are named where they are used.
    fn from(error: io::Error) -> Self {
        Self::file(
            &error,
            "standard output cannot be written",
            "Check where the output goes, then run the command again.",
        )
    }
}
