//! The proxies that the environment names.

use std::env;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{Method, StatusCode, Uri};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use reqwest::Url;
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
    /// The last denial of a connection.
    denial: Arc<Mutex<Option<(Instant, String)>>>,
}

/// A proxy on the way to an address.
pub(crate) struct Proxy {
    intercept: Intercept,
    /// Host and port beyond it.
    target: String,
    denial: Arc<Mutex<Option<(Instant, String)>>>,
}

impl Proxies {
    /// The proxies; `None` if the environment names none.
    ///
    /// The HTTP client would pass over a value that it cannot read, and connect without the proxy.
    pub(crate) fn from_environment() -> Result<Option<Self>, InvalidConfiguration> {
        let mut values = VARIABLES.into_iter().filter_map(|name| Some((name, env::var_os(name)?)));
        let Some((name, value)) = values.find(|(_, value)| !value.is_empty()) else { return Ok(None) };
        let is_proxy = |value: &str| {
            let proxy = Matcher::builder().all(value.to_owned()).build().intercept(&Uri::from_static("https://host"));
            proxy.is_some_and(|proxy| Url::parse(&proxy.uri().to_string()).is_ok())
        };
        if !value.to_str().is_some_and(is_proxy) {
            let message = format!("{name} is not the address of a proxy (expected e.g. http://proxy.example:3128)");
            return Err(InvalidConfiguration::new(message));
        }
        Ok(Some(Self { matcher: Arc::new(Matcher::from_system()), denial: Arc::default() }))
    }

    pub(crate) fn find(&self, url: &Url) -> Option<Box<Proxy>> {
        let intercept = self.matcher.intercept(&url.as_str().parse().ok()?)?;
        let target = format!("{}:{}", url.host_str()?, url.port_or_known_default()?);
        Some(Box::new(Proxy { intercept, target, denial: self.denial.clone() }))
    }
}

impl Proxy {
    /// The address without user name and password.
    pub(crate) fn address(&self) -> String {
        self.intercept.uri().to_string().trim_end_matches('/').to_owned()
    }

    /// The last denial, if it is not long ago.
    pub(crate) fn recent_denial(&self) -> Option<String> {
        let denial = self.denial.lock().unwrap_or_else(PoisonError::into_inner);
        denial.as_ref().filter(|(at, _)| at.elapsed() < PAUSE).map(|(_, message)| message.clone())
    }

    pub(crate) fn record_denial(&self, message: &str) {
        *self.denial.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), message.to_owned()));
    }

    /// Asks for the tunnel once more, for the status of the response: the HTTP client keeps it to itself.
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
