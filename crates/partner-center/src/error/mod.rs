//! The error of a call: what happened, what to do, and everything known about the call.

pub(crate) mod body;
pub(crate) mod classify;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use tokio::task::JoinError;
use uuid::Uuid;

use crate::auth::CredentialError;
use crate::configuration::InvalidConfiguration;
pub use crate::error_kind::ErrorKind;
use crate::received::{CORRELATION_VECTOR, Received, SERVER_ID};
use crate::response::Meta;
use crate::text::{delay, excerpt};

/// Why a call, or building a client, failed.
///
/// `Display` is one line without headers, tokens or bodies (`{:#}` leaves the ids out); [`help`](Self::help) says what
/// to do; [`source`](StdError::source) is the underlying cause. The error keeps the ids as sent and as received, the
/// status, the service's code and the raw body.
///
/// ```
/// # fn handle(error: partner_center::Error) {
/// use partner_center::ErrorKind;
///
/// match error.kind() {
///     ErrorKind::NotFound | ErrorKind::NoRelationship => println!("not our customer"),
///     ErrorKind::Throttled => println!("wait {:?}", error.retry_after()),
///     _ => eprintln!("{error}\n{}", error.help()),
/// }
/// # }
/// ```
pub struct Error(Box<Inner>);

#[derive(Default)]
struct Inner {
    kind: Option<ErrorKind>,
    /// What exactly happened, if the kind alone does not say it.
    detail: Cow<'static, str>,
    code: Option<String>,
    description: Option<String>,
    ids: Option<(Uuid, Uuid)>,
    received: Option<Received>,
    retry_after: Option<Duration>,
    attempts: u32,
    elapsed: Duration,
    may_have_been_sent: bool,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The maximum number of characters of a text from the service that `Display` shows.
const SHOWN: usize = 200;
/// The same for a credential's error, which is bounded itself.
const CREDENTIAL_SHOWN: usize = 4096;

impl Error {
    pub(crate) fn new(kind: ErrorKind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner { kind: Some(kind), detail: detail.into(), ..Inner::default() }))
    }

    pub(crate) fn configuration(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Configuration, detail)
    }

    pub(crate) fn of_task(error: JoinError) -> Self {
        Self::new(ErrorKind::Connection, "the task running this call panicked or was aborted").with_source(Some(error))
    }

    pub(crate) fn with_source(mut self, source: Option<impl Into<Box<dyn StdError + Send + Sync>>>) -> Self {
        self.0.source = source.map(Into::into);
        self
    }

    pub(crate) fn with_response(mut self, received: Received) -> Self {
        self.0.received = Some(received);
        self.0.may_have_been_sent = true;
        self
    }

    /// Keeps what an earlier attempt of the same call learned: its response, if this one has none, and whether it was sent.
    pub(crate) fn after(mut self, earlier: Option<Self>) -> Self {
        if let Some(earlier) = earlier {
            self.0.received = self.0.received.or(earlier.0.received);
            self.0.may_have_been_sent |= earlier.0.may_have_been_sent;
        }
        self
    }

    pub(crate) fn with_service_error(mut self, code: Option<String>, description: Option<String>) -> Self {
        self.0.code = code;
        self.0.description = description;
        self
    }

    pub(crate) fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after;
        self
    }

    pub(crate) fn with_may_have_been_sent(mut self, may_have_been_sent: bool) -> Self {
        self.0.may_have_been_sent = may_have_been_sent;
        self
    }

    /// Adds which call failed, and what it had done until then.
    pub(crate) fn with_call(
        mut self,
        request_id: Uuid,
        correlation_id: Uuid,
        attempts: u32,
        elapsed: Duration,
    ) -> Self {
        self.0.ids = Some((request_id, correlation_id));
        self.0.attempts = attempts;
        self.0.elapsed = elapsed;
        self
    }

    /// Adds the successful call whose response turned out to be wrong.
    pub(crate) fn with_meta(self, meta: Meta) -> Self {
        let Meta { received, request_id, correlation_id, attempts, elapsed } = meta;
        self.with_response(received).with_call(request_id, correlation_id, attempts, elapsed)
    }

    /// Names the page of the list that the call was for.
    pub(crate) fn on_page(mut self, number: usize) -> Self {
        let separator = if self.0.detail.is_empty() { "" } else { ": " };
        self.0.detail = format!("page {number}{separator}{}", self.0.detail).into();
        self
    }

    /// Whether the attempt got no response, so that the next one needs a new connection.
    pub(crate) fn is_without_response(&self) -> bool {
        self.0.received.is_none() && matches!(self.kind(), ErrorKind::Connection | ErrorKind::Timeout)
    }

    /// The kind of error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind.unwrap_or(ErrorKind::Configuration)
    }

    /// What to do about it, in one sentence.
    #[must_use]
    pub fn help(&self) -> &str {
        match self.credential_error() {
            Some(error) => error.help(),
            None => self.kind().help(),
        }
    }

    /// The status of the last response, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        Some(self.0.received.as_ref()?.status)
    }

    /// The service's own error code, a number or a word, as text.
    ///
    /// Read it together with the status: the service uses some codes with several.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The service's own description, unabridged and unescaped; `Display` shows a safe excerpt.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The `MS-RequestId` that was sent, the same on every attempt; `None` where no call had begun.
    #[must_use]
    pub fn request_id(&self) -> Option<Uuid> {
        self.0.ids.map(|(request_id, _)| request_id)
    }

    /// The `MS-CorrelationId` that was sent; `None` where no call had begun.
    #[must_use]
    pub fn correlation_id(&self) -> Option<Uuid> {
        self.0.ids.map(|(_, correlation_id)| correlation_id)
    }

    /// The `MS-RequestId` of the last response, which may differ from the one sent.
    #[must_use]
    pub fn received_request_id(&self) -> Option<&str> {
        self.0.received.as_ref()?.request_id()
    }

    /// The `MS-CorrelationId` of the last response, which may differ from the one sent.
    #[must_use]
    pub fn received_correlation_id(&self) -> Option<&str> {
        self.0.received.as_ref()?.correlation_id()
    }

    /// Microsoft's own tracing vector (`MS-CV`) of the last response, opaque.
    #[must_use]
    pub fn correlation_vector(&self) -> Option<&str> {
        self.0.received.as_ref()?.header(&CORRELATION_VECTOR)
    }

    /// The machine of the service that sent the last response (`MS-ServerId`), opaque.
    #[must_use]
    pub fn server_id(&self) -> Option<&str> {
        self.0.received.as_ref()?.header(&SERVER_ID)
    }

    /// The delay that the service asks for before the next attempt. It may be very long: add it to a time with
    /// `checked_add`.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The number of attempts, including those that could not be sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long the call took, delays included.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// Whether the same call may succeed later without any change.
    ///
    /// True for [`Connection`](ErrorKind::Connection), [`Timeout`](ErrorKind::Timeout) and
    /// [`Throttled`](ErrorKind::Throttled); for [`ServerFailure`](ErrorKind::ServerFailure) with status 500, 502, 503 or
    /// 504; and for [`Credential`](ErrorKind::Credential) if
    /// [the credential's error](CredentialError::is_retryable) is retryable.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self.kind() {
            // A response that breaks off has a status too.
            ErrorKind::Connection | ErrorKind::Timeout | ErrorKind::Throttled => true,
            ErrorKind::ServerFailure => {
                self.status().is_some_and(|status| matches!(status.as_u16(), 500 | 502 | 503 | 504))
            }
            ErrorKind::Credential => self.credential_error().is_some_and(CredentialError::is_retryable),
            _ => false,
        }
    }

    /// Whether the service may have seen the request.
    #[must_use]
    pub fn may_have_been_sent(&self) -> bool {
        self.0.may_have_been_sent
    }

    /// The body of the last response, byte for byte, including a byte order mark; empty if there was none.
    ///
    /// If the body was truncated, stalled or exceeded the limit, these are the bytes received until then.
    #[must_use]
    pub fn raw(&self) -> &Bytes {
        static NOTHING: Bytes = Bytes::new();
        self.0.received.as_ref().map_or(&NOTHING, |received| &received.raw)
    }

    /// The target of a redirect, which is not followed.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.0.received.as_ref()?.header(&http::header::LOCATION)
    }

    /// Why no token could be obtained, for [`ErrorKind::Credential`].
    #[must_use]
    pub fn credential_error(&self) -> Option<&CredentialError> {
        self.0.source.as_ref()?.downcast_ref()
    }
}

impl From<InvalidConfiguration> for Error {
    fn from(invalid: InvalidConfiguration) -> Self {
        Self::configuration(invalid.message).with_source(invalid.source)
    }
}

impl From<CredentialError> for Error {
    fn from(error: CredentialError) -> Self {
        Self::new(ErrorKind::Credential, error.to_string())
            .with_retry_after(error.retry_after())
            .with_source(Some(error))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind().summary())?;
        let shown = if self.credential_error().is_some() { CREDENTIAL_SHOWN } else { SHOWN };
        for text in [Some(&*self.0.detail), self.description()].into_iter().flatten().filter(|text| !text.is_empty()) {
            write!(f, ": {}", excerpt(text, shown))?;
        }
        let mut facts = Vec::new();
        facts.extend(self.status().map(|status| format!("HTTP {}", status.as_u16())));
        facts.extend(self.code().map(|code| format!("code {}", excerpt(code, SHOWN))));
        // A failed sign-in names it itself.
        let retry_after = self.retry_after().filter(|_| self.credential_error().is_none());
        facts.extend(retry_after.map(|wait| format!("retry after {}", delay(wait))));
        if self.attempts() > 1 {
            facts.push(format!("{} attempts", self.attempts()));
        }
        if let Some((request_id, correlation_id)) = self.0.ids.filter(|_| !f.alternate()) {
            facts.push(format!("request id {request_id}, correlation id {correlation_id}"));
            let sent = correlation_id.to_string();
            let received = self.received_correlation_id().filter(|received| !received.eq_ignore_ascii_case(&sent));
            facts.extend(received.map(|received| format!("received correlation id {}", excerpt(received, SHOWN))));
        }
        if facts.is_empty() { Ok(()) } else { write!(f, " ({})", facts.join(", ")) }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind())
            .field("message", &self.to_string())
            .field("elapsed", &self.elapsed())
            .field("may_have_been_sent", &self.may_have_been_sent())
            .field("raw_bytes", &self.raw().len())
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
