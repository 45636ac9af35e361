//! The client, the customer and the body that every test uses.

use std::time::Duration;

use partner_center::auth::StaticToken;
use partner_center::uuid::{Uuid, uuid};
use partner_center::{Client, ClientBuilder, RetryPolicy};

use crate::capture::hear;

/// The token every client here uses; it begins like every secret.
pub(crate) const TOKEN: &str = "s3cr3t-access-token";

/// The customer every call here is about.
pub(crate) const CUSTOMER: Uuid = uuid!("4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04");

/// A body that reads as one organization.
pub(crate) const CONTOSO: &str = r#"[{"displayName":"Contoso"}]"#;

/// What a fallible test gives back.
pub(crate) type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Retries that take no time.
pub(crate) fn quick_retries() -> RetryPolicy {
    RetryPolicy::default().base_delay(Duration::from_millis(1)).max_delay(Duration::from_millis(1))
}

/// A client of the service at `url`, with a token and quick retries.
pub(crate) fn builder(url: impl Into<String>) -> ClientBuilder {
    hear();
    Client::builder().base_url(url).credential(StaticToken::new(TOKEN)).retry(quick_retries())
}

/// The same, made.
pub(crate) fn client(url: impl Into<String>) -> Client {
    builder(url).build().expect("a client for loopback can be made")
}

/// What takes no time worth naming, on a clock that runs: fails instead of hanging where it takes long.
pub(crate) async fn soon<T>(work: impl IntoFuture<Output = T>) -> T {
    let done = tokio::time::timeout(Duration::from_secs(20), work.into_future()).await;
    done.expect("it does not take twenty seconds")
}
