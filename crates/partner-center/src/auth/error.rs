//! Why no access token could be had.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use super::error_kind::CredentialErrorKind;
use crate::error::text::excerpt;

/// Why no access token could be had.
///
/// Cheap to clone: everybody who waited for the same attempt gets the same error. It never holds a secret: what the
/// token endpoint says is searched for the secrets that were sent to it.
///
/// ```
/// # fn handle(error: partner_center::auth::CredentialError) {
/// use partner_center::auth::CredentialErrorKind;
///
/// match error.kind() {
///     CredentialErrorKind::RefreshTokenInactive | CredentialErrorKind::MfaRequired => eprintln!("sign in again"),
///     _ if error.is_retryable() => eprintln!("try again in {:?}", error.retry_after()),
///     _ => eprintln!("{error}\n{}", error.help()),
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct CredentialError(Arc<Details>);

/// What is known about a failed sign-in; no field may hold a secret.
pub(super) struct Details {
    pub(super) kind: CredentialErrorKind,
    /// What exactly happened, where the kind alone does not say it.
    pub(super) message: String,
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
            message: message.into(),
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

impl From<Details> for CredentialError {
    fn from(details: Details) -> Self {
        Self(Arc::new(details))
    }
}

/// How much of a text from elsewhere is shown, in characters.
const SHOWN: usize = 300;

impl CredentialError {
    /// An error of a credential or of a store of your own. The message must hold no secret.
    pub fn new(kind: CredentialErrorKind, message: impl Into<String>) -> Self {
        Details::new(kind, message).into()
    }

    /// The same, with the error that led to it.
    pub fn caused_by(
        kind: CredentialErrorKind,
        message: impl Into<String>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Details { source: Some(source.into()), ..Details::new(kind, message) }.into()
    }

    /// An error of a credential of your own that no [`CredentialErrorKind`] describes.
    pub fn other(message: impl Into<String>) -> Self {
        Self::new(CredentialErrorKind::Other, message)
    }

    pub(super) fn configuration(message: impl Into<String>) -> Self {
        Self::new(CredentialErrorKind::Configuration, message)
    }

    /// What class of thing went wrong.
    #[must_use]
    pub fn kind(&self) -> CredentialErrorKind {
        self.0.kind
    }

    /// What to do about it, one sentence.
    #[must_use]
    pub fn help(&self) -> &str {
        self.0.kind.help()
    }

    /// The numbers of Entra's `AADSTS` codes, the most telling first; empty where it gave none.
    ///
    /// [Source](https://learn.microsoft.com/entra/identity-platform/reference-error-codes).
    #[must_use]
    pub fn aadsts_codes(&self) -> &[u32] {
        &self.0.aadsts_codes
    }

    /// The standard's word for it, such as `invalid_grant`.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.0.error.as_deref()
    }

    /// What Entra said about it, without the secrets that were sent; `Display` shows a safe excerpt.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The status of the last answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The id by which the tenant's sign-in log knows the request: as answered, else as it was sent.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        self.0.correlation_id.as_deref()
    }

    /// The id by which Microsoft's support knows the answer.
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        self.0.trace_id.as_deref()
    }

    /// How long the token endpoint asks to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the same attempt may succeed later without anybody changing anything.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.kind.is_retryable()
    }

    /// What can be looked up, the most telling first.
    fn facts(&self) -> Vec<String> {
        let show = |text: &str| excerpt(text, 64).to_string();
        let mut facts: Vec<_> = self.aadsts_codes().iter().map(|code| format!("AADSTS{code}")).collect();
        facts.extend(self.error().map(show));
        facts.extend(self.status().map(|status| format!("HTTP {}", status.as_u16())));
        facts.extend(self.retry_after().map(|wait| format!("retry after {} s", wait.as_secs_f64().ceil())));
        facts.extend(self.correlation_id().map(|id| format!("correlation id {}", show(id))));
        facts.extend(self.trace_id().map(|id| format!("trace id {}", show(id))));
        facts
    }
}

impl fmt::Display for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.kind.summary())?;
        if !self.0.message.is_empty() {
            write!(f, ": {}", excerpt(&self.0.message, SHOWN))?;
        }
        let facts = self.facts();
        if !facts.is_empty() {
            write!(f, " ({})", facts.join(", "))?;
        }
        // Entra puts ids and the time on lines of their own.
        match self.description().and_then(|text| text.lines().next()) {
            Some(first) => write!(f, ": {}", excerpt(first, SHOWN)),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |text: &str| excerpt(text, SHOWN).to_string();
        f.debug_struct("CredentialError")
            .field("kind", &self.kind())
            .field("message", &show(&self.0.message))
            .field("status", &self.status())
            .field("error", &self.error().map(show))
            .field("aadsts_codes", &self.aadsts_codes())
            .field("description", &self.description().map(show))
            .field("correlation_id", &self.correlation_id().map(show))
            .field("trace_id", &self.trace_id().map(show))
            .field("retry_after", &self.retry_after())
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for CredentialError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
