//! The client: settings, connections and tokens that all calls share.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use tokio::time::Instant;

use crate::auth::TokenCache;
use crate::endpoint;
use crate::http_client::HttpClient;
use crate::pipeline::budget::Budget;
use crate::pipeline::rate::Rate;
use crate::pipeline::recent_ids::RecentIds;
use crate::pipeline::throttle::Throttle;
use crate::request::CallOptions;

/// A client of Partner Center.
///
/// Cheap to clone; clones share connections, the access token, the retry budget and throttling. Create one and keep it.
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
    /// The default options of calls.
    pub(crate) defaults: CallOptions,
    pub(crate) budget: Budget,
    pub(crate) throttle: Throttle,
    pub(crate) rate: Rate,
    pub(crate) recent_ids: RecentIds,
}

impl Client {
    pub(crate) fn new(inner: ClientInner) -> Self {
        Self(Arc::new(inner))
    }

    pub(crate) fn inner(&self) -> &ClientInner {
        &self.0
    }

    /// How much longer throttling by the service or by its token endpoint holds the client's calls; `None` if neither
    /// throttles it.
    #[must_use]
    pub fn throttled_for(&self) -> Option<Duration> {
        let until = self.0.throttle.held_until();
        until.map(|until| until.saturating_duration_since(Instant::now())).max(self.0.tokens.throttled_for())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base_url", &endpoint::text(&self.0.base_url)).finish_non_exhaustive()
    }
}
