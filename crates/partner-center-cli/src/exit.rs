//! Exit codes, and which failure has which.

use partner_center::auth::{CredentialError, CredentialErrorKind};
use partner_center::{Error, ErrorKind};

/// How a run ended, as the shell sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Success = 0,
    Partial = 1,
    Usage = 2,
    SignIn = 3,
    Denied = 4,
    NotFound = 5,
    Unavailable = 6,
    File = 7,
    /// SIGHUP, as when a terminal is closed: ends at once.
    HungUp = 129,
    /// Ctrl-C: finishes what is in flight; the next one ends at once.
    Interrupted = 130,
    /// SIGTERM; on Windows also Ctrl-Break, closing the window, logging off and shutting down: ends at once.
    Terminated = 143,
}

/// The exit codes, for `--help` and manual pages.
pub(crate) const HELP: &str = "\
Exit codes:
  0    success
  1    partial: some customers failed, or lines of the list name no customer
  2    usage: an option, the configuration or the list is invalid
  3    sign-in: no token, or the service does not accept it
  4    denied: the service accepts the token but denies access
  5    not found, or the service lists no customers
  6    throttled, unavailable or timed out
  7    a file could not be read or written
  129  ended by SIGHUP, or on Windows by closing the window
  130  stopped by Ctrl-C
  143  ended by SIGTERM, or on Windows by Ctrl-Break or log-off";

impl Exit {
    pub(crate) fn of(error: &Error) -> Self {
        error.credential_error().map_or_else(|| Self::of_kind(error.kind()), Self::of_credential)
    }

    fn of_kind(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Configuration => Self::Usage,
            ErrorKind::Credential
            | ErrorKind::Unauthenticated
            | ErrorKind::MfaRequired
            | ErrorKind::AudienceRetired => Self::SignIn,
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::InvalidInput
            | ErrorKind::Forbidden
            | ErrorKind::GdapRoleMissing
            | ErrorKind::PartnerRoleMissing
            | ErrorKind::AppOnlyDenied
            | ErrorKind::NoRelationship
            | ErrorKind::ConditionalAccess
            | ErrorKind::Rejected => Self::Denied,
            _ => Self::Unavailable,
        }
    }

    pub(crate) fn of_credential(error: &CredentialError) -> Self {
        match error.kind() {
            CredentialErrorKind::Configuration => Self::Usage,
            _ if error.is_retryable() => Self::Unavailable,
            _ => Self::SignIn,
        }
    }

    /// The code of a failure in a failures file, by the word for its kind; `None` for words of another version.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        ErrorKind::from_word(word).map(Self::of_kind)
    }
}

/// Whether the next customer would fail the same way, since the failure is about the caller.
pub(crate) fn ends_run(error: &Error) -> bool {
    match error.kind() {
        // Without a token no call can be made.
        ErrorKind::Configuration
        | ErrorKind::Credential
        | ErrorKind::Certificate
        | ErrorKind::Unauthenticated
        | ErrorKind::MfaRequired
        | ErrorKind::AudienceRetired
        | ErrorKind::PartnerRoleMissing
        | ErrorKind::AppOnlyDenied => true,
        // It timed out while it waited for a token.
        ErrorKind::Timeout => error.attempts() == 0,
        // Pages that a proxy or gateway sends in place of a response may concern only one customer.
        ErrorKind::Proxy => !error.status().is_some_and(|status| matches!(status.as_u16(), 401 | 403 | 404)),
        _ => false,
    }
}
