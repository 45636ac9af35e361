//! Why no access token could be obtained.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use super::aadsts;
use super::error_kind::CredentialErrorKind;
use crate::configuration::InvalidConfiguration;
use crate::text::{delay, excerpt};

/// Why no access token could be obtained.
///
/// Cheap to clone: every call that waited for the same request gets the same error. It never contains a secret: the
/// secrets of a request are redacted from its response.
///
/// ```
/// # fn handle(error: partner_center::auth::CredentialError) {
/// if error.kind().needs_sign_in() {
///     eprintln!("sign in again: {error}");
/// } else if error.is_retryable() {
///     eprintln!("try again in {:?}", error.retry_after());
/// } else {
///     eprintln!("{error}\n{}", error.help());
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct CredentialError {
    details: Arc<Details>,
    /// The variable that brought what was not accepted, and the help that names it.
    variable: Option<(&'static str, Arc<str>)>,
}

/// What is known about a failed sign-in; no field may contain a secret.
pub(super) struct Details {
    pub(super) kind: CredentialErrorKind,
    /// What happened, if it is more than the kind says.
    pub(super) reason: &'static str,
    /// The rest of it, which is shown behind the reason.
    pub(super) message: String,
    /// What to do, if it is more than the kind says.
    pub(super) help: Option<String>,
    pub(super) status: Option<StatusCode>,
    pub(super) error: Option<String>,
    pub(super) description: Option<String>,
    pub(super) aadsts_codes: Vec<u32>,
    pub(super) correlation_id: Option<String>,
    pub(super) trace_id: Option<String>,
    pub(super) retry_after: Option<Duration>,
    pub(super) source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Details {
    pub(super) fn new(kind: CredentialErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            reason: "",
            message: message.into(),
            help: None,
            status: None,
            error: None,
            description: None,
            aadsts_codes: Vec::new(),
            correlation_id: None,
            trace_id: None,
            retry_after: None,
            source: None,
        }
    }
}

impl From<InvalidConfiguration> for CredentialError {
    fn from(invalid: InvalidConfiguration) -> Self {
        let source = invalid.source.map(Into::into);
        Details { source, ..Details::new(CredentialErrorKind::Configuration, invalid.message) }.into()
    }
}

impl From<Details> for CredentialError {
    fn from(mut details: Details) -> Self {
        if let Some(url) = help_url(&details.aadsts_codes) {
            let help = details.help.as_deref().unwrap_or(details.kind.help());
            details.help = Some(format!("{help} {url} explains the code."));
        }
        Self { details: Arc::new(details), variable: None }
    }
}

/// The maximum number of characters of a received text that are shown.
const SHOWN: usize = 600;

impl CredentialError {
    /// Creates an error for a credential or a store of your own. If no other kind fits, use
    /// [`Other`](CredentialErrorKind::Other). The message must not contain a secret.
    pub fn new(kind: CredentialErrorKind, message: impl Into<String>) -> Self {
        Details::new(kind, message).into()
    }

    /// Like [`new`](Self::new), with the error that caused it.
    pub fn caused_by(
        kind: CredentialErrorKind,
        message: impl Into<String>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Details { source: Some(source.into()), ..Details::new(kind, message) }.into()
    }

    pub(super) fn configuration(message: impl Into<String>) -> Self {
        Self::new(CredentialErrorKind::Configuration, message)
    }

    /// The same, with the environment variable that the rejected `what` came from.
    pub(super) fn brought_by(mut self, variable: &'static str, what: &str) -> Self {
        let help = format!("{} The {what} comes from {variable}.", self.help());
        self.variable = Some((variable, help.into()));
        self
    }

    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> CredentialErrorKind {
        self.details.kind
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &str {
        match &self.variable {
            Some((_, help)) => help,
            None => self.details.help.as_deref().unwrap_or(self.kind().help()),
        }
    }

    /// The environment variable of the rejected refresh token, secret or certificate, if [`from_env`](super::from_env)
    /// created the credential.
    #[must_use]
    pub fn variable(&self) -> Option<&'static str> {
        self.variable.as_ref().map(|(name, _)| *name)
    }

    /// The numbers of Entra's `AADSTS` codes, the most specific first and at most eight; empty if it sent none.
    ///
    /// [Source](https://learn.microsoft.com/entra/identity-platform/reference-error-codes).
    #[must_use]
    pub fn aadsts_codes(&self) -> &[u32] {
        &self.details.aadsts_codes
    }

    /// Entra's page about the code, if this library has no help of its own for it.
    #[must_use]
    pub fn help_url(&self) -> Option<String> {
        help_url(self.aadsts_codes())
    }

    /// The OAuth error, such as `invalid_grant`.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.details.error.as_deref()
    }

    /// Entra's description, without the secrets that were sent and at most 4,096 characters; `Display` shows a safe
    /// excerpt.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.details.description.as_deref()
    }

    /// The status of the last response, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.details.status
    }

    /// The correlation id of the request in the tenant's sign-in log: the response's, else the one that was sent.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        self.details.correlation_id.as_deref()
    }

    /// The trace id, by which Microsoft support finds the response.
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        self.details.trace_id.as_deref()
    }

    /// The `Retry-After` delay of the token endpoint.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.details.retry_after
    }

    /// Whether the same request may succeed later without any change.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        use CredentialErrorKind::{ServerFailure, Throttled, Unreachable};
        matches!(self.kind(), Throttled | Unreachable | ServerFailure)
    }

    /// The facts that can be looked up, the most specific first.
    fn facts(&self) -> Vec<String> {
        let show = |text: &str| excerpt(text, 64);
        let mut facts: Vec<_> = self.aadsts_codes().iter().map(|code| format!("AADSTS{code}")).collect();
        facts.extend(self.error().map(show));
        facts.extend(self.status().map(|status| format!("HTTP {}", status.as_u16())));
        facts.extend(self.retry_after().map(|time| format!("retry after {}", delay(time))));
        facts.extend(self.correlation_id().map(|id| format!("correlation id {}", show(id))));
        facts.extend(self.trace_id().map(|id| format!("trace id {}", show(id))));
        facts
    }
}

fn help_url(codes: &[u32]) -> Option<String> {
    let code = codes.first().filter(|_| aadsts::are_unknown(codes))?;
    Some(format!("https://login.microsoftonline.com/error?code={code}"))
}

/// The sentence of a description, without the code before it and the ids and the time after it.
fn sentence(description: &str) -> &str {
    let sentence = description.lines().next().unwrap_or_default();
    let sentence = sentence.split("Trace ID:").next().unwrap_or_default().trim();
    match sentence.strip_prefix("AADSTS").and_then(|rest| rest.split_once(':')) {
        Some((code, rest)) if code.bytes().all(|byte| byte.is_ascii_digit()) => rest.trim_start(),
        _ => sentence,
    }
}

impl fmt::Display for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.details.reason.is_empty() { self.kind().summary() } else { self.details.reason })?;
        for text in [self.details.message.as_str(), sentence(self.description().unwrap_or_default())] {
            if !text.is_empty() {
                write!(f, ": {}", excerpt(text, SHOWN))?;
            }
        }
        match self.facts() {
            facts if facts.is_empty() => Ok(()),
            facts => write!(f, " ({})", facts.join(", ")),
        }
    }
}

impl fmt::Debug for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialError")
            .field("kind", &self.kind())
            .field("message", &self.to_string())
            .field("variable", &self.variable())
            .field("source", &self.details.source)
            .finish()
    }
}

impl StdError for CredentialError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.details.source.as_deref().map(|source| source as _)
    }
}
