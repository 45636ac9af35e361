//! Exit codes, and which failure has which.

use std::process::ExitCode;

use partner_center::auth::{CredentialError, CredentialErrorKind};
use partner_center::{Error, ErrorKind};

/// How a run ended, as the shell sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Fine = 0,
    SomeFailed = 1,
    Usage = 2,
    SignIn = 3,
    Refused = 4,
    NotFound = 5,
    Unavailable = 6,
    File = 7,
    Interrupted = 130,
}

/// The same for people, at the end of `--help`.
pub(crate) const HELP: &str = "\
Exit codes:
  0    fine
  1    some of several failed
  2    usage: an option, the configuration or the input is wrong
  3    sign-in: no token could be had, or the service does not accept it
  4    refused: the service knows the caller and says no
  5    not found
  6    throttled or unavailable
  7    a file could not be read or written
  130  stopped by Ctrl-C";

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
            | ErrorKind::Rejected => Self::Refused,
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

    /// The code of a failure that was written down, by the word for its kind; `None` for words of another version.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        OF_CUSTOMERS.into_iter().find(|kind| kind.as_str() == word).map(Self::of_kind)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Whether a failure is about the caller and not about one customer: the next customer would fail the same way.
pub(crate) fn concerns_everybody(error: &Error) -> bool {
    match error.kind() {
        // Where no token can be had, for whatever reason, the service is asked for nobody.
        ErrorKind::Configuration
        | ErrorKind::Credential
        | ErrorKind::Certificate
        | ErrorKind::Unauthenticated
        | ErrorKind::MfaRequired
        | ErrorKind::AudienceRetired
        | ErrorKind::PartnerRoleMissing
        | ErrorKind::AppOnlyDenied => true,
        // Its time ran out before anything was sent: while it waited for a token.
        ErrorKind::Timeout => error.attempts() == 0,
        _ => false,
    }
}

/// The kinds of failures that concern one customer, and so are written down.
const OF_CUSTOMERS: [ErrorKind; 16] = [
    ErrorKind::Connection,
    ErrorKind::Timeout,
    ErrorKind::Throttled,
    ErrorKind::InvalidInput,
    ErrorKind::Forbidden,
    ErrorKind::GdapRoleMissing,
    ErrorKind::NoRelationship,
    ErrorKind::ConditionalAccess,
    ErrorKind::NotFound,
    ErrorKind::Rejected,
    ErrorKind::ServerFailure,
    ErrorKind::Redirected,
    ErrorKind::UnexpectedStatus,
    ErrorKind::UnexpectedBody,
    ErrorKind::UnexpectedBody,
    ErrorKind::NotExactlyOne,
];
