//! The response of a successful call.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use uuid::Uuid;

use crate::received::{CORRELATION_VECTOR, MFA_COMPLIANCE, Received, SERVER_ID};

/// A value from the service, with the status, the ids and the raw body of its response.
///
/// Dereferences to the value:
///
/// ```no_run
/// # async fn example(client: partner_center::Client, customer: uuid::Uuid) -> Result<(), partner_center::Error> {
/// let organization = client.customer(customer).organization().await?;
/// println!("{:?}, {} attempts", organization.city, organization.attempts());
/// # Ok(())
/// # }
/// ```
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

impl<T> Response<T> {
    pub(crate) fn new(value: T, meta: Meta) -> Self {
        Self { value, meta: Box::new(meta) }
    }

    pub(crate) fn into_parts(self) -> (T, Meta) {
        (self.value, *self.meta)
    }

    /// Returns the value.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The HTTP status.
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

    /// The `MS-RequestId` of the response, which may differ from the one sent.
    #[must_use]
    pub fn received_request_id(&self) -> Option<&str> {
        self.meta.received.request_id()
    }

    /// The `MS-CorrelationId` of the response, which may differ from the one sent.
    #[must_use]
    pub fn received_correlation_id(&self) -> Option<&str> {
        self.meta.received.correlation_id()
    }

    /// Microsoft's own tracing vector (`MS-CV`), opaque.
    #[must_use]
    pub fn correlation_vector(&self) -> Option<&str> {
        self.meta.received.header(&CORRELATION_VECTOR)
    }

    /// The machine of the service that responded (`MS-ServerId`), opaque.
    #[must_use]
    pub fn server_id(&self) -> Option<&str> {
        self.meta.received.header(&SERVER_ID)
    }

    /// Whether the service says that the token shows multi-factor authentication; `None` if it does not say.
    ///
    /// Request it with [`validate_mfa`](crate::Request::validate_mfa). The header is not documented for these calls;
    /// other clients read it, and it is often missing.
    #[must_use]
    pub fn mfa_compliant(&self) -> Option<bool> {
        self.meta.received.header(&MFA_COMPLIANCE)?.to_ascii_lowercase().parse().ok()
    }

    /// How many times the request was sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.meta.attempts
    }

    /// How long the call took, delays included.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.meta.elapsed
    }

    /// The bytes of the body as received, including fields that the contract does not know.
    #[must_use]
    pub fn raw(&self) -> &Bytes {
        &self.meta.received.raw
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
