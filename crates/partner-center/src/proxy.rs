//! The proxies of the environment.

use std::env;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{Method, StatusCode, Uri};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use reqwest::Url;
use tokio::sync::MutexGuard;
use tokio::time::Instant;

use crate::configuration::InvalidConfiguration;

/// The variables that decide for https, in the order in which they do.
const VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
/// How long a proxy is left alone after it denied a connection: a wrong password, presented by every call, may lock an
/// account.
const PAUSE: Duration = Duration::from_secs(30);
/// How long a proxy has for the response to a second request.
const PATIENCE: Duration = Duration::from_secs(5);

/// The proxies that the environment names.
#[derive(Clone)]
pub(crate) struct Proxies {
    matcher: Arc<Matcher>,
    record: Arc<Record>,
}

/// How the proxies have responded so far.
#[derive(Default)]
struct Record {
    /// The last denial of a connection.
    denial: Mutex<Option<(Instant, String)>>,
    /// Whether a request has come through, and what the first ones take turns with.
    is_proven: AtomicBool,
    first: tokio::sync::Mutex<()>,
}

/// A proxy on the way to an address.
pub(crate) struct Proxy {
    intercept: Intercept,
    /// Host and port beyond it.
    target: String,
    record: Arc<Record>,
}

impl Proxies {
    /// The proxies; `None` if the environment names none.
    ///
    /// The HTTP client would ignore a value that it cannot read, and connect without the proxy.
    pub(crate) fn from_environment() -> Result<Option<Self>, InvalidConfiguration> {
        let mut values = VARIABLES.into_iter().filter_map(|name| Some((name, env::var_os(name)?)));
        let Some((name, value)) = values.find(|(_, value)| !value.is_empty()) else { return Ok(None) };
        let is_proxy = |value: &str| {
            let proxy = Matcher::builder().all(value.to_owned()).build().intercept(&Uri::from_static("https://host"));
            let url = proxy.and_then(|proxy| Url::parse(&proxy.uri().to_string()).ok());
            // Readers differ in which of several `@` ends the password.
            let is_clear = value.matches('@').count() < 2;
            is_clear && url.is_some_and(|url| matches!(url.scheme(), "http" | "https"))
        };
        if !value.to_str().is_some_and(is_proxy) {
            let message = format!(
                "{name} is not the address of an HTTP proxy (expected e.g. http://proxy.example:3128, with a user as \
                 http://user:password@proxy.example:3128, where @ within the password is %40)"
            );
            return Err(InvalidConfiguration::new(message));
        }
        Ok(Some(Self { matcher: Arc::new(Matcher::from_system()), record: Arc::default() }))
    }

    pub(crate) fn find(&self, url: &Url) -> Option<Box<Proxy>> {
        let intercept = self.matcher.intercept(&url.as_str().parse().ok()?)?;
        let target = format!("{}:{}", url.host_str()?, url.port_or_known_default()?);
        Some(Box::new(Proxy { intercept, target, record: self.record.clone() }))
    }
}

impl Proxy {
    /// The address without user name and password.
    pub(crate) fn address(&self) -> String {
        self.intercept.uri().to_string().trim_end_matches('/').to_owned()
    }

    /// Lets requests with a password through one by one until the proxy has accepted it; fails soon after a denial.
    ///
    /// Keep the guard until the outcome is recorded.
    pub(crate) async fn admit(&self) -> Result<Option<MutexGuard<'_, ()>>, String> {
        let is_open = || self.record.is_proven.load(Ordering::Relaxed) || self.intercept.basic_auth().is_none();
        let turn = if is_open() { None } else { Some(self.record.first.lock().await) };
        let denial = self.record.denial.lock().unwrap_or_else(PoisonError::into_inner);
        match denial.as_ref().filter(|(at, _)| at.elapsed() < PAUSE) {
            Some((_, message)) => Err(message.clone()),
            None => Ok(turn.filter(|_| !is_open())),
        }
    }

    pub(crate) fn record_success(&self) {
        self.record.is_proven.store(true, Ordering::Relaxed);
    }

    pub(crate) fn record_denial(&self, message: &str) {
        *self.record.denial.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), message.to_owned()));
    }

    /// Requests the tunnel once more for the status of the response, which the HTTP client does not expose.
    pub(crate) async fn status(&self) -> Option<StatusCode> {
        let mut proxy = reqwest::Proxy::http(self.address()).ok()?;
        if let Some(password) = self.intercept.basic_auth() {
            proxy = proxy.custom_http_auth(password.clone());
        }
        let client = reqwest::Client::builder().proxy(proxy).timeout(PATIENCE).build().ok()?;
        let response = client.request(Method::CONNECT, format!("http://{}", self.target)).send().await.ok()?;
        Some(response.status()).filter(|status| !status.is_success())
    }
}
