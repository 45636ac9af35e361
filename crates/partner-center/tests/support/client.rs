//! The client, the customer and the body that all tests use.

use std::time::Duration;

use partner_center::auth::StaticToken;
use partner_center::uuid::{Uuid, uuid};
use partner_center::{Client, ClientBuilder, RetryPolicy};

use crate::capture::install;

/// The token of every client; it has the prefix of every secret.
pub(crate) const TOKEN: &str = "s3cr3t-access-token";

/// The customer of every call.
pub(crate) const CUSTOMER: Uuid = uuid!("4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04");

/// A body with one organization.
pub(crate) const CONTOSO: &str = r#"[{"displayName":"Contoso"}]"#;

/// The result of a fallible test.
pub(crate) type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Retries without delays.
pub(crate) fn quick_retries() -> RetryPolicy {
    RetryPolicy::default().base_delay(Duration::from_millis(1)).max_delay(Duration::from_millis(1))
}

/// A client of the service at `url`, with a token and quick retries.
pub(crate) fn builder(url: impl Into<String>) -> ClientBuilder {
    install();
    Client::builder().base_url(url).credential(StaticToken::new(TOKEN)).retry(quick_retries())
}

/// The same client, built.
pub(crate) fn client(url: impl Into<String>) -> Client {
    builder(url).build().expect("a client for loopback can be made")
}

/// Runs work that should take no time, on a running clock: fails instead of hanging.
pub(crate) async fn soon<T>(work: impl IntoFuture<Output = T>) -> T {
    let done = tokio::time::timeout(Duration::from_secs(20), work.into_future()).await;
    done.expect("it does not take twenty seconds")
}
