//! The client: settings, connections and tokens that all calls share.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_core::Stream;
use reqwest::Url;
use uuid::Uuid;

use crate::auth::TokenCache;
use crate::bulk::{Organizations, Source};
use crate::client_builder::ClientBuilder;
use crate::customer::Customer;
use crate::endpoint;
use crate::pipeline::budget::Budget;
use crate::pipeline::throttle::Throttle;
use crate::retry_policy::RetryPolicy;

/// A client of Partner Center.
///
/// Cheap to clone; clones share connections, the access token, the retry budget and what the service has told any of
/// them to wait. Make one and keep it.
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
    pub(crate) http: reqwest::Client,
    pub(crate) base_url: Url,
    pub(crate) tokens: TokenCache,
    pub(crate) defaults: Defaults,
    pub(crate) budget: Budget,
    pub(crate) throttle: Throttle,
}

/// What a call does where it says nothing else.
pub(crate) struct Defaults {
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) body_limit: usize,
    pub(crate) retry: RetryPolicy,
    pub(crate) contract_version: Option<&'static str>,
    pub(crate) application_name: Option<String>,
    pub(crate) locale: Option<String>,
    pub(crate) validate_mfa: bool,
    pub(crate) reports_unknown_fields: bool,
}

impl Client {
    /// Settings for a client; a credential is the only one that must be given.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    pub(crate) fn new(inner: ClientInner) -> Self {
        Self(Arc::new(inner))
    }

    pub(crate) fn inner(&self) -> &ClientInner {
        &self.0
    }

    /// The calls about one customer.
    ///
    /// The id is the customer's Microsoft Entra tenant id, which the portal shows as Microsoft ID on the customer's
    /// Account page ([source](https://learn.microsoft.com/partner-center/developer/get-customer-organization)).
    #[must_use]
    pub fn customer(&self, tenant_id: Uuid) -> Customer {
        Customer::new(self.clone(), tenant_id)
    }

    /// The organizations of many customers, as fast as the service allows.
    ///
    /// Duplicates are asked for as often as they come.
    pub fn organizations<I>(&self, customers: I) -> Organizations
    where
        I: IntoIterator<Item = Uuid>,
        I::IntoIter: Send + 'static,
    {
        Organizations::new(self.clone(), Source::iterator(customers.into_iter()))
    }

    /// The same for customers that come as a stream.
    pub fn organizations_of_stream(&self, customers: impl Stream<Item = Uuid> + Send + 'static) -> Organizations {
        Organizations::new(self.clone(), Source::stream(customers))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base_url", &endpoint::text(&self.0.base_url)).finish_non_exhaustive()
    }
}
