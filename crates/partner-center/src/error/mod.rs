//! What a failed call knows.

mod kind;
pub(crate) mod text;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use uuid::Uuid;

pub use self::kind::ErrorKind;
use self::text::excerpt;
use crate::auth::CredentialError;
use crate::received::{CORRELATION_VECTOR, Received, SERVER_ID};

/// Why a call, or the making of a client, failed.
///
/// `Display` is one line without headers, tokens or bodies (`{:#}` leaves the ids out);
/// [`help`](Self::help) says what to do;
/// [`source`](StdError::source) leads to the cause below. Everything that was learnt on the way is kept: both pairs of
/// ids, the status, the service's code and the raw body.
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
    /// What exactly happened, where the kind alone does not say it.
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

/// How much of a text from the service `Display` shows, in characters.
const SHOWN: usize = 200;

impl Error {
    pub(crate) fn new(kind: ErrorKind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner { kind: Some(kind), detail: detail.into(), ..Inner::default() }))
    }

    pub(crate) fn configuration(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Configuration, detail)
    }

    pub(crate) fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn answered_with(mut self, received: Received) -> Self {
        self.0.received = Some(received);
        self.0.may_have_been_sent = true;
        self
    }

    /// Keeps an earlier answer of the same call, where this failure came without one.
    pub(crate) fn after(mut self, earlier: Option<Received>) -> Self {
        self.0.received = self.0.received.or(earlier);
        self
    }

    pub(crate) fn into_received(self) -> Option<Received> {
        self.0.received
    }

    pub(crate) fn said(mut self, code: Option<String>, description: Option<String>) -> Self {
        self.0.code = code;
        self.0.description = description;
        self
    }

    pub(crate) fn wait(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after;
        self
    }

    pub(crate) fn maybe_sent(mut self, may_have_been_sent: bool) -> Self {
        self.0.may_have_been_sent = may_have_been_sent;
        self
    }

    /// Notes down which call failed, and what it had done until then.
    pub(crate) fn of_call(mut self, request_id: Uuid, correlation_id: Uuid, attempts: u32, elapsed: Duration) -> Self {
        self.0.ids = Some((request_id, correlation_id));
        self.0.attempts = attempts;
        self.0.elapsed = elapsed;
        self
    }

    /// What class of thing went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind.unwrap_or(ErrorKind::Configuration)
    }

    /// What to do about it, one sentence.
    #[must_use]
    pub fn help(&self) -> &str {
        match self.credential_error() {
            Some(error) => error.help(),
            None => self.kind().help(),
        }
    }

    /// The status of the last answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        Some(self.0.received.as_ref()?.status)
    }

    /// The service's own error code, a number or a word, as text.
    ///
    /// Read it together with the status: the service uses some codes with several of them.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// What the service said about it, unabridged and as hostile as it came; `Display` shows a safe excerpt.
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

    /// The `MS-RequestId` of the last answer, which may differ from the one sent.
    #[must_use]
    pub fn received_request_id(&self) -> Option<&str> {
        self.0.received.as_ref()?.request_id()
    }

    /// The `MS-CorrelationId` of the last answer, which may differ from the one sent.
    #[must_use]
    pub fn received_correlation_id(&self) -> Option<&str> {
        self.0.received.as_ref()?.correlation_id()
    }

    /// Microsoft's own tracing vector (`MS-CV`) of the last answer, opaque.
    #[must_use]
    pub fn correlation_vector(&self) -> Option<&str> {
        self.0.received.as_ref()?.header(&CORRELATION_VECTOR)
    }

    /// Which machine of the service gave the last answer (`MS-ServerId`), opaque.
    #[must_use]
    pub fn server_id(&self) -> Option<&str> {
        self.0.received.as_ref()?.header(&SERVER_ID)
    }

    /// How long the service asks to wait before the next attempt, as it was told: add it to a clock with `checked_add`.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// How many times the request was sent, or the sending was tried.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long the call took, waits included.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// Whether the same call may succeed later without anybody changing anything.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self.kind() {
            // An answer that breaks off has a status too, and is no answer.
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

    /// The bytes of the last answer's body as they came, a byte order mark included; empty where there was none.
    #[must_use]
    pub fn raw(&self) -> &Bytes {
        static NOTHING: Bytes = Bytes::new();
        self.0.received.as_ref().map_or(&NOTHING, |received| &received.raw)
    }

    /// Where a redirect that was not followed points to.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.0.received.as_ref()?.header(&http::header::LOCATION)
    }

    /// Why no token could be had, for [`ErrorKind::Credential`].
    #[must_use]
    pub fn credential_error(&self) -> Option<&CredentialError> {
        self.0.source.as_ref()?.downcast_ref()
    }
}

impl From<CredentialError> for Error {
    fn from(error: CredentialError) -> Self {
        Self::new(ErrorKind::Credential, error.to_string()).wait(error.retry_after()).caused_by(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind().summary())?;
        for text in [Some(&*self.0.detail), self.description()].into_iter().flatten().filter(|text| !text.is_empty()) {
            write!(f, ": {}", excerpt(text, SHOWN))?;
        }
        let mut facts = Facts { f, open: false };
        if let Some(status) = self.status() {
            facts.add(format_args!("HTTP {}", status.as_u16()))?;
        }
        if let Some(code) = self.code() {
            facts.add(format_args!("code {}", excerpt(code, SHOWN)))?;
        }
        if let Some(wait) = self.retry_after() {
            facts.add(format_args!("retry after {} s", wait.as_secs_f64().ceil()))?;
        }
        if self.attempts() > 1 {
            facts.add(format_args!("{} attempts", self.attempts()))?;
        }
        if let Some((request_id, correlation_id)) = self.0.ids.filter(|_| !facts.f.alternate()) {
            facts.add(format_args!("request id {request_id}"))?;
            facts.add(format_args!("correlation id {correlation_id}"))?;
            let sent = correlation_id.to_string();
            if let Some(received) =
                self.received_correlation_id().filter(|received| !received.eq_ignore_ascii_case(&sent))
            {
                facts.add(format_args!("answered with correlation id {}", excerpt(received, SHOWN)))?;
            }
        }
        facts.end()
    }
}

/// Writes facts in brackets, divided by commas.
struct Facts<'a, 'b> {
    f: &'a mut fmt::Formatter<'b>,
    open: bool,
}

impl Facts<'_, '_> {
    fn add(&mut self, fact: fmt::Arguments<'_>) -> fmt::Result {
        self.f.write_str(if self.open { ", " } else { " (" })?;
        self.open = true;
        self.f.write_fmt(fact)
    }

    fn end(self) -> fmt::Result {
        if self.open { self.f.write_str(")") } else { Ok(()) }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |text: &str| excerpt(text, SHOWN).to_string();
        f.debug_struct("Error")
            .field("kind", &self.kind())
            .field("detail", &show(&self.0.detail))
            .field("status", &self.status())
            .field("code", &self.code().map(show))
            .field("description", &self.description().map(show))
            .field("request_id", &self.request_id())
            .field("correlation_id", &self.correlation_id())
            .field("received_request_id", &self.received_request_id().map(show))
            .field("received_correlation_id", &self.received_correlation_id().map(show))
            .field("retry_after", &self.retry_after())
            .field("attempts", &self.attempts())
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
