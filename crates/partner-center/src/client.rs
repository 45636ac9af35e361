//! The client: settings, connections and tokens that all calls share.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use reqwest::Url;
use tokio::time::Instant;

use crate::auth::TokenCache;
use crate::endpoint;
use crate::http_client::HttpClient;
use crate::pipeline::budget::Budget;
use crate::pipeline::rate::Rate;
use crate::pipeline::recent_ids::RecentIds;
use crate::pipeline::throttle::Throttle;
use crate::retry_policy::RetryPolicy;

/// A client of Partner Center.
///
/// Cheap to clone; clones share connections, the access token, the retry budget and the delays that the service asks for.
/// Make one and keep it.
///
/// ```
/// # fn main() -> Result<(), partner_center::Error> {
/// let client = partner_center::Client::builder()
///     .credential(partner_center::auth::StaticToken::new("an access token"))
///     .application_name("contoso-inventory")
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client(Arc<ClientInner>);

/// What a client's clones share.
pub(crate) struct ClientInner {
    pub(crate) http: HttpClient,
    pub(crate) base_url: Url,
    pub(crate) tokens: TokenCache,
    pub(crate) defaults: Defaults,
    pub(crate) budget: Budget,
    pub(crate) throttle: Throttle,
    pub(crate) rate: Rate,
    pub(crate) recent_ids: RecentIds,
}

/// The options of calls that set none.
pub(crate) struct Defaults {
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) body_limit: usize,
    pub(crate) retry: RetryPolicy,
    pub(crate) application_name: Option<HeaderValue>,
    pub(crate) validate_mfa: bool,
}

impl Default for Defaults {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(180),
            attempt_timeout: Duration::from_secs(60),
            body_limit: 1 << 20,
            retry: RetryPolicy::default(),
            application_name: None,
            validate_mfa: false,
        }
    }
}

impl Client {
    pub(crate) fn new(inner: ClientInner) -> Self {
        Self(Arc::new(inner))
    }

    pub(crate) fn inner(&self) -> &ClientInner {
        &self.0
    }

    /// How much longer the client holds back because the service throttles it; `None` if it does not.
    #[must_use]
    pub fn throttled_for(&self) -> Option<Duration> {
        let until = self.0.throttle.held_until()?;
        Some(until.saturating_duration_since(Instant::now()))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base_url", &endpoint::text(&self.0.base_url)).finish_non_exhaustive()
    }
}
