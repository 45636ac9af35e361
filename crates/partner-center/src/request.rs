//! A call that is about to be made, with its options.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use uuid::Uuid;

use crate::client::Client;
use crate::error::Error;
use crate::response::Response;
use crate::retry_policy::RetryPolicy;

/// The future of a call.
pub type Pending<T> = Pin<Box<dyn Future<Output = Result<Response<T>, Error>> + Send>>;

/// A call that is about to be made: set its options, then `.await` it.
///
/// Whatever is not set here is as the client has it.
///
/// ```no_run
/// # async fn example(client: partner_center::Client, customer: uuid::Uuid, incoming: uuid::Uuid)
/// # -> Result<(), partner_center::Error> {
/// use std::time::Duration;
///
/// let organization = client
///     .customer(customer)
///     .organization()
///     .correlation_id(incoming)
///     .timeout(Duration::from_secs(20))
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a request does nothing until it is awaited"]
pub struct Request<T> {
    client: Client,
    customer: Uuid,
    options: CallOptions,
    send: fn(Client, Uuid, CallOptions) -> Pending<T>,
}

/// What a caller has set for one call.
#[derive(Default)]
pub(crate) struct CallOptions {
    pub(crate) request_id: Option<Uuid>,
    pub(crate) correlation_id: Option<Uuid>,
    pub(crate) application_name: Option<String>,
    pub(crate) locale: Option<String>,
    pub(crate) validate_mfa: Option<bool>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
}

impl<T> Request<T> {
    pub(crate) fn new(client: Client, customer: Uuid, send: fn(Client, Uuid, CallOptions) -> Pending<T>) -> Self {
        Self { client, customer, options: CallOptions::default(), send }
    }

    /// The `MS-RequestId`, which names this one logical call; a fresh one by default.
    ///
    /// The service takes two requests with the same id for repeats of one call
    /// ([source](https://learn.microsoft.com/partner-center/developer/headers)), so use an id once.
    pub fn request_id(mut self, id: Uuid) -> Self {
        self.options.request_id = Some(id);
        self
    }

    /// The `MS-CorrelationId`, which ties calls that belong together; a fresh one by default.
    pub fn correlation_id(mut self, id: Uuid) -> Self {
        self.options.correlation_id = Some(id);
        self
    }

    /// The `MS-PartnerCenter-Application` of this call.
    pub fn application_name(mut self, name: impl Into<String>) -> Self {
        self.options.application_name = Some(name.into());
        self
    }

    /// The `X-Locale` of this call, such as `de-DE`.
    pub fn locale(mut self, locale: impl Into<String>) -> Self {
        self.options.locale = Some(locale.into());
        self
    }

    /// Whether to ask the service if the token shows multi-factor authentication; see
    /// [`Response::mfa_compliant`](crate::Response::mfa_compliant).
    ///
    /// Older accounts of the header behind it say that the service then refuses tokens that do not.
    pub fn validate_mfa(mut self, validate: bool) -> Self {
        self.options.validate_mfa = Some(validate);
        self
    }

    /// How long the call may take in all: sign-in, attempts and the waits between them.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// How long one attempt may take, from sending to the last byte of the answer.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.options.attempt_timeout = Some(timeout);
        self
    }

    /// How stubborn this call is.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.options.retry = Some(policy);
        self
    }
}

impl<T> IntoFuture for Request<T> {
    type Output = Result<Response<T>, Error>;
    type IntoFuture = Pending<T>;

    fn into_future(self) -> Pending<T> {
        (self.send)(self.client, self.customer, self.options)
    }
}

impl<T> fmt::Debug for Request<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("customer", &self.customer).finish_non_exhaustive()
    }
}
