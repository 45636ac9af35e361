//! Tests of the cache with credentials that count, on paused time.

mod failure;
mod lifetime;
mod rejected;
mod runtimes;
mod sharing;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::task::{JoinHandle, yield_now};
use tokio::time::{advance, sleep};

use super::*;
use crate::auth::credential_fn;

const HOUR: Duration = Duration::from_secs(3600);

/// A cache whose credential is asked for its `n`th token and counts how often that was.
struct Fixture {
    cache: Arc<TokenCache>,
    asked: Arc<AtomicU32>,
}

impl Fixture {
    /// The `n`th token is what `respond(n)` leads to.
    fn asking<F>(respond: impl Fn(u32) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<AccessToken, CredentialError>> + Send + 'static,
    {
        let asked = Arc::new(AtomicU32::new(0));
        let counter = asked.clone();
        let credential = credential_fn(move |_| respond(counter.fetch_add(1, Ordering::Relaxed) + 1));
        let request = TokenRequest::for_audience("https://service.example", "http://127.0.0.1:1").unwrap();
        Self { cache: Arc::new(TokenCache::new(Arc::new(credential), request)), asked }
    }

    /// The same, where each token takes a second.
    fn new(respond: impl Fn(u32) -> Result<AccessToken, CredentialError> + Send + Sync + 'static) -> Self {
        let respond = Arc::new(respond);
        Self::asking(move |number| {
            let respond = respond.clone();
            async move {
                sleep(Duration::from_secs(1)).await;
                respond(number)
            }
        })
    }

    /// Tokens named by their number.
    fn numbered(lifetime: Duration) -> Self {
        Self::new(move |number| Ok(named(number, lifetime)))
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::Relaxed)
    }

    /// The token a caller gets, or the error.
    async fn token(&self) -> Result<String, String> {
        shown(self.cache.authorization(later()).await)
    }

    /// The token a caller gets without having to wait for it.
    async fn token_at_once(&self) -> Result<String, String> {
        let before = Instant::now();
        let token = self.token().await;
        assert_eq!(Instant::now(), before, "the caller had to wait");
        token
    }

    /// A caller in a task of its own.
    fn caller(&self) -> JoinHandle<Result<String, String>> {
        let cache = self.cache.clone();
        tokio::spawn(async move { shown(cache.authorization(later()).await) })
    }
}

/// A deadline that no test comes near.
fn later() -> Instant {
    Instant::now() + 24 * HOUR
}

fn named(number: u32, lifetime: Duration) -> AccessToken {
    AccessToken::new(format!("token-{number}"), lifetime)
}

fn shown(outcome: Result<Authorization, CredentialError>) -> Result<String, String> {
    let text = |authorization: Authorization| authorization.header().to_str().unwrap().to_owned();
    outcome.map(text).map_err(|error| error.to_string())
}

fn bearer(number: u32) -> Result<String, String> {
    Ok(format!("Bearer token-{number}"))
}
