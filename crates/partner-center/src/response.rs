//! What a successful call gives back.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use uuid::Uuid;

use crate::error::{Error, ErrorKind};
use crate::received::{CORRELATION_VECTOR, MFA_COMPLIANCE, Received, SERVER_ID};

/// A value from the service, with everything that came along.
///
/// It derefs to the value.
pub struct Response<T> {
    value: T,
    meta: Box<Meta>,
}

/// How the call went; boxed, so that a `Response` is little more than its value.
pub(crate) struct Meta {
    pub(crate) received: Received,
    pub(crate) request_id: Uuid,
    pub(crate) correlation_id: Uuid,
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
}

/// Whether the service says that the token shows multi-factor authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MfaCompliance {
    /// It does.
    Yes,
    /// It does not; such tokens are refused where the service enforces it.
    No,
    /// The service did not say, which is usual.
    Unknown,
}

impl<T> Response<T> {
    pub(crate) fn new(value: T, meta: Meta) -> Self {
        Self { value, meta: Box::new(meta) }
    }

    /// The value alone.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The answer's status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.meta.received.status
    }

    /// The `MS-RequestId` that was sent, the same on every attempt.
    #[must_use]
    pub fn request_id(&self) -> Uuid {
        self.meta.request_id
    }

    /// The `MS-CorrelationId` that was sent.
    #[must_use]
    pub fn correlation_id(&self) -> Uuid {
        self.meta.correlation_id
    }

    /// The `MS-RequestId` that came back, which may differ from the one sent.
    #[must_use]
    pub fn received_request_id(&self) -> Option<&str> {
        self.meta.received.request_id()
    }

    /// The `MS-CorrelationId` that came back, which may differ from the one sent.
    #[must_use]
    pub fn received_correlation_id(&self) -> Option<&str> {
        self.meta.received.correlation_id()
    }

    /// Microsoft's own tracing vector (`MS-CV`), opaque.
    #[must_use]
    pub fn correlation_vector(&self) -> Option<&str> {
        self.meta.received.header(&CORRELATION_VECTOR)
    }

    /// Which machine of the service answered (`MS-ServerId`), opaque.
    #[must_use]
    pub fn server_id(&self) -> Option<&str> {
        self.meta.received.header(&SERVER_ID)
    }

    /// Whether the token shows multi-factor authentication, where the service says so.
    ///
    /// Ask for it with [`validate_mfa`](crate::Request::validate_mfa). The header behind it is not on the endpoint's
    /// page; other clients read it, and it is often missing.
    #[must_use]
    pub fn mfa_compliant(&self) -> MfaCompliance {
        match self.meta.received.header(&MFA_COMPLIANCE).map(str::trim) {
            Some(value) if value.eq_ignore_ascii_case("true") => MfaCompliance::Yes,
            Some(value) if value.eq_ignore_ascii_case("false") => MfaCompliance::No,
            _ => MfaCompliance::Unknown,
        }
    }

    /// How many times the request was sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.meta.attempts
    }

    /// How long the call took, waits included.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.meta.elapsed
    }

    /// The body's bytes as they came, so that a field which the contract does not know yet is never lost.
    #[must_use]
    pub fn raw(&self) -> &Bytes {
        &self.meta.received.raw
    }

    /// The error of a call whose answer is well-formed and yet not what was asked for.
    fn into_error(self, kind: ErrorKind, detail: String) -> Error {
        let Meta { received, request_id, correlation_id, attempts, elapsed } = *self.meta;
        Error::new(kind, detail).answered_with(received).of_call(request_id, correlation_id, attempts, elapsed)
    }
}

impl<T> Response<Vec<T>> {
    /// The one element, or an error that says how many there are.
    pub(crate) fn exactly_one(mut self) -> Result<Response<T>, Error> {
        match (self.value.pop(), self.value.len()) {
            (Some(value), 0) => Ok(Response { value, meta: self.meta }),
            (None, _) => Err(self.into_error(ErrorKind::NotExactlyOne, "the array is empty".to_owned())),
            (Some(_), others) => {
                Err(self.into_error(ErrorKind::NotExactlyOne, format!("the array holds {}", others + 1)))
            }
        }
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("value", &self.value)
            .field("status", &self.status())
            .field("request_id", &self.request_id())
            .field("correlation_id", &self.correlation_id())
            .field("attempts", &self.attempts())
            .field("elapsed", &self.elapsed())
            .finish_non_exhaustive()
    }
}
