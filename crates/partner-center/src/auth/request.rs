//! A request for an access token, and what it needs to be sent.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::CredentialError;
use crate::endpoint;
use crate::http_client::{self, HttpClient};
use crate::retry_policy::RetryPolicy;

/// A request for an access token: its audience, its authority, and how to send it.
///
/// The client passes one to its credential. [`TokenRequest::for_audience`] creates one to sign in without a client.
#[derive(Clone)]
pub struct TokenRequest {
    pub(crate) audience: String,
    /// Who issues it, without a slash at the end; has been checked to be https, or plain http on purpose.
    pub(crate) authority: String,
    /// Must not follow redirects, which would carry secrets elsewhere.
    pub(crate) http: HttpClient,
    pub(crate) retry: RetryPolicy,
    pub(crate) timeout: Duration,
    /// No attempt is repeated after this, when its response would come too late for the call.
    pub(crate) retry_until: Option<Instant>,
    /// Until when the token endpoint asked to wait; clones share it.
    pub(crate) throttled_until: Arc<Mutex<Option<Instant>>>,
}

impl TokenRequest {
    pub(crate) fn new(audience: String, authority: String, http: HttpClient) -> Self {
        let (retry, timeout) = (RetryPolicy::default(), Duration::from_secs(60));
        Self { audience, authority, http, retry, timeout, retry_until: None, throttled_until: Arc::default() }
    }

    /// Creates a request without a client, for a first sign-in; [`Cloud`](crate::Cloud) has both addresses.
    ///
    /// # Errors
    ///
    /// [`Configuration`](super::CredentialErrorKind::Configuration) if the authority is not an https address (plain http
    /// is accepted on loopback), or if no TLS is compiled in.
    pub fn for_audience(audience: impl Into<String>, authority: &str) -> Result<Self, CredentialError> {
        let authority = endpoint::check("authority", authority, false)?;
        let is_https = authority.scheme() == "https";
        // A proxy would see the secrets that are meant for this machine.
        let settings = http_client::Settings { uses_proxies: is_https, ..Default::default() };
        let http = settings.build(None, is_https)?;
        Ok(Self::new(audience.into(), endpoint::text(&authority).to_owned(), http))
    }

    /// The resource the token is for, such as `https://api.partnercenter.microsoft.com`.
    #[must_use]
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// Where tokens are issued, such as `https://login.microsoftonline.com`.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The retry policy of token requests; four attempts by default. OAuth errors are never retried.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// How long all attempts and the waits between them may take, 60 s by default. Each attempt ends after 20 s.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How much longer a sign-in waits because the token endpoint throttles it; `None` if it does not.
    #[must_use]
    pub fn throttled_for(&self) -> Option<Duration> {
        let until = *self.throttled_until.lock().unwrap_or_else(PoisonError::into_inner);
        until?.checked_duration_since(Instant::now()).filter(|delay| !delay.is_zero())
    }

    pub(crate) fn record_throttling(&self, until: Instant) {
        *self.throttled_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
    }
}

impl fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRequest")
            .field("audience", &self.audience)
            .field("authority", &self.authority)
            .finish_non_exhaustive()
    }
}
