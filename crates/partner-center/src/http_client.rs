//! The HTTP client: reqwest, with the settings that keep it safe.

use std::time::Duration;

use reqwest::redirect;

use crate::configuration::InvalidConfiguration;
use crate::proxy::Proxies;
use crate::transport_error::{lacks_root_certificates, no_root_certificates};

/// The settings of the HTTP client.
pub(crate) struct Settings {
    pub(crate) builder: Option<reqwest::ClientBuilder>,
    pub(crate) uses_proxies: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { builder: None, uses_proxies: true }
    }
}

/// How long connecting may take, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The HTTP client, and the proxies that it uses if the environment names them.
#[derive(Clone)]
pub(crate) struct HttpClient {
    pub(crate) reqwest: reqwest::Client,
    pub(crate) proxies: Option<Proxies>,
}

impl Settings {
    /// Builds the client; the safety settings override those of the user's builder.
    pub(crate) fn build(
        self,
        application_name: Option<&str>,
        needs_tls: bool,
    ) -> Result<HttpClient, InvalidConfiguration> {
        let is_custom = self.builder.is_some();
        if needs_tls && !is_custom && !HAS_TLS {
            return Err(InvalidConfiguration::new(
                "https needs TLS, but none is compiled in; enable the feature `rustls` or `native-tls`",
            ));
        }
        // A user's builder configures its own proxies.
        let proxies = if self.uses_proxies && !is_custom { Proxies::from_environment()? } else { None };
        let build = |builder: reqwest::ClientBuilder| {
            let builder = builder.user_agent(user_agent(application_name));
            verified(if self.uses_proxies { builder } else { builder.no_proxy() })
                // Retries by reqwest itself would bypass the attempt count and the budget.
                .retry(reqwest::retry::never().max_retries_per_request(0))
                .redirect(redirect::Policy::none())
                .referer(false)
                .build()
        };
        let reqwest = match build(self.builder.unwrap_or_else(default_builder)) {
            // Plain http needs no root certificates.
            Err(error) if !needs_tls && !is_custom && lacks_root_certificates(&error) => {
                build(without_root_certificates(default_builder()))
            }
            result => result,
        };
        let reqwest = reqwest.map_err(|error| InvalidConfiguration {
            message: match lacks_root_certificates(&error) {
                true => no_root_certificates().into(),
                false => "the HTTP client cannot be built".into(),
            },
            source: Some(error),
        })?;
        Ok(HttpClient { reqwest, proxies })
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

/// A builder that requests no compression, whatever features of reqwest other crates of the program enable: callers get
/// the body as it was sent.
fn default_builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder().no_gzip().no_brotli().no_zstd().no_deflate().connect_timeout(CONNECT_TIMEOUT)
}

/// Turns certificate verification on again, whatever a user's builder says.
fn verified(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    let builder = builder.tls_danger_accept_invalid_certs(false).tls_danger_accept_invalid_hostnames(false);
    builder
}

fn without_root_certificates(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    let builder = builder.tls_certs_only([]);
    builder
}
