//! A call that has not been sent yet, with its options.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use http::HeaderValue;
use uuid::Uuid;

use crate::error::Error;
use crate::header_text;
use crate::pipeline::rate::Rate;
use crate::response::Response;
use crate::retry_policy::RetryPolicy;

/// The future of a call.
pub type ResponseFuture<T> = Pin<Box<dyn Future<Output = Result<Response<T>, Error>> + Send>>;

/// A call that has not been sent yet: set its options, then `.await` it.
///
/// Options that are not set default to those of the client.
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
///
/// Dropping the future cancels the call and closes its connection, but the service may have received the request.
///
/// # Errors
///
/// Awaiting returns the errors of the method that created the request. An option that is not a header value, or a call
/// outside a Tokio runtime, is an error of kind [`Configuration`](crate::ErrorKind::Configuration); nothing is sent.
#[must_use = "a request does nothing until it is awaited"]
pub struct Request<T> {
    options: CallOptions,
    invalid: Option<Error>,
    send: Box<dyn FnOnce(CallOptions) -> ResponseFuture<T> + Send + Sync>,
}

/// The options of one call, by default those of the client.
#[derive(Clone)]
pub(crate) struct CallOptions {
    pub(crate) request_id: Option<Uuid>,
    pub(crate) correlation_id: Option<Uuid>,
    pub(crate) application_name: Option<HeaderValue>,
    pub(crate) validate_mfa: bool,
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) body_limit: usize,
    pub(crate) retry: RetryPolicy,
    /// Set if the call waits out throttling, without counting it as its time, instead of failing. Then true once the run
    /// has no more customers, so that waiting longer protects none.
    pub(crate) waits_out_throttling: Option<Arc<AtomicBool>>,
    /// A rate limit in addition to the client's own.
    pub(crate) rate: Option<Arc<Rate>>,
}

impl Default for CallOptions {
    fn default() -> Self {
        Self {
            request_id: None,
            correlation_id: None,
            application_name: None,
            validate_mfa: false,
            timeout: Duration::from_secs(180),
            attempt_timeout: Duration::from_secs(60),
            body_limit: 1 << 20,
            retry: RetryPolicy::default(),
            waits_out_throttling: None,
            rate: None,
        }
    }
}

impl<T> Request<T> {
    pub(crate) fn new<F>(options: CallOptions, send: impl FnOnce(CallOptions) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Response<T>, Error>> + Send + 'static,
    {
        Self { options, invalid: None, send: Box::new(|options| Box::pin(send(options))) }
    }

    /// Sets all options at once.
    pub(crate) fn options(self, options: CallOptions) -> Self {
        Self { options, ..self }
    }

    /// Sets the `MS-RequestId`, which identifies this one logical call; a new one by default.
    ///
    /// The service treats two requests with the same id as repeats of one call
    /// ([source](https://learn.microsoft.com/partner-center/developer/headers)), so use an id once.
    pub fn request_id(mut self, id: Uuid) -> Self {
        self.options.request_id = Some(id);
        self
    }

    /// Sets the `MS-CorrelationId`, which groups related calls; a new one by default and for `None`.
    pub fn correlation_id(mut self, id: impl Into<Option<Uuid>>) -> Self {
        self.options.correlation_id = id.into();
        self
    }

    /// Sets the `MS-PartnerCenter-Application` of this call.
    pub fn application_name(mut self, name: impl Into<String>) -> Self {
        match header_text::value("application name", &name.into()) {
            Ok(value) => self.options.application_name = Some(value),
            Err(invalid) => self.invalid = Some(invalid.into()),
        }
        self
    }

    /// Sets whether to ask the service if the token shows multi-factor authentication; see
    /// [`Response::mfa_compliant`](crate::Response::mfa_compliant).
    ///
    /// According to older documentation of the header, the service then rejects tokens that do not.
    pub fn validate_mfa(mut self, validate: bool) -> Self {
        self.options.validate_mfa = validate;
        self
    }

    /// Sets how long the call may take in total: sign-in, attempts and the delays between them.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = timeout;
        self
    }

    /// Sets how long one attempt may take, from sending to the last byte of the response.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.options.attempt_timeout = timeout;
        self
    }

    /// Sets the retry policy of this call.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.options.retry = policy;
        self
    }
}

impl<T> IntoFuture for Request<T> {
    type Output = Result<Response<T>, Error>;
    type IntoFuture = ResponseFuture<T>;

    fn into_future(self) -> ResponseFuture<T> {
        match self.invalid {
            Some(error) => Box::pin(async { Err(error) }),
            None => (self.send)(self.options),
        }
    }
}

impl<T> fmt::Debug for Request<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").finish_non_exhaustive()
    }
}
