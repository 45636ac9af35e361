//! The connections below the pipeline: reqwest, with the settings that keep it safe.

use std::time::Duration;

use reqwest::redirect;

use crate::error::Error;

/// How connections are made.
pub(crate) struct Settings {
    pub(crate) builder: Option<reqwest::ClientBuilder>,
    pub(crate) connect_timeout: Duration,
    pub(crate) root_certificates: Vec<Vec<u8>>,
    pub(crate) uses_proxies: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            builder: None,
            connect_timeout: Duration::from_secs(10),
            root_certificates: Vec::new(),
            uses_proxies: true,
        }
    }
}

impl Settings {
    /// The reqwest client; the safety settings go on top of whatever the user's builder says.
    pub(crate) fn build(self, application_name: Option<&str>, needs_tls: bool) -> Result<reqwest::Client, Error> {
        let brought = self.builder.is_some();
        if needs_tls && !brought && !HAS_TLS {
            return Err(Error::configuration(
                "https needs TLS and none is compiled in; turn on the feature `rustls` or `native-tls`",
            ));
        }
        let mut builder = self.builder.unwrap_or_else(uncompressed).user_agent(user_agent(application_name));
        if !self.uses_proxies {
            builder = builder.no_proxy();
        }
        for pem in &self.root_certificates {
            builder = trust(builder, pem)?;
        }
        verified(builder)
            // Its own repeats would be seen by nobody here, neither the count of attempts nor the budget.
            .retry(reqwest::retry::never().max_retries_per_request(0))
            .redirect(redirect::Policy::none())
            .referer(false)
            .connect_timeout(self.connect_timeout)
            .build()
            .map_err(|error| Error::configuration("the HTTP client cannot be made").caused_by(error))
    }
}

const HAS_TLS: bool = cfg!(any(feature = "rustls", feature = "native-tls"));

/// `contoso-inventory partner-center/0.1.0`.
fn user_agent(application_name: Option<&str>) -> String {
    let own = concat!("partner-center/", env!("CARGO_PKG_VERSION"));
    // A product in `User-Agent` is one word.
    let word = |name: &str| name.split_whitespace().collect::<Vec<_>>().join("-");
    application_name.map_or_else(|| own.to_owned(), |name| format!("{} {own}", word(name)))
}

/// A builder that asks for no compression, whatever features of reqwest other crates of the program turn on: the body is
/// handed out as it came.
fn uncompressed() -> reqwest::ClientBuilder {
    reqwest::Client::builder().no_gzip().no_brotli().no_zstd().no_deflate()
}

/// Takes back the switches of a user's builder that turn the checks of certificates off.
#[cfg(any(feature = "rustls", feature = "native-tls"))]
fn verified(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    builder.tls_danger_accept_invalid_certs(false).tls_danger_accept_invalid_hostnames(false)
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
fn verified(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    builder
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
fn trust(builder: reqwest::ClientBuilder, pem: &[u8]) -> Result<reqwest::ClientBuilder, Error> {
    let certificates = reqwest::Certificate::from_pem_bundle(pem).ok().filter(|certificates| !certificates.is_empty());
    match certificates {
        Some(certificates) => Ok(builder.tls_certs_merge(certificates)),
        None => Err(Error::configuration("the root certificate is no PEM that can be read")),
    }
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
fn trust(_: reqwest::ClientBuilder, _: &[u8]) -> Result<reqwest::ClientBuilder, Error> {
    Err(Error::configuration(
        "a root certificate is of no use without TLS; turn on the feature `rustls` or `native-tls`",
    ))
}
