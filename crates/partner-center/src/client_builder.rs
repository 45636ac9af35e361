//! How a client is put together, and what is refused before anything is sent.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::auth::{Credential, TokenCache, TokenRequest};
use crate::client::{Client, ClientInner, Defaults};
use crate::cloud::Cloud;
use crate::endpoint;
use crate::error::Error;
use crate::header_text;
use crate::http_client;
use crate::pipeline::budget::Budget;
use crate::pipeline::throttle::Throttle;
use crate::retry_policy::RetryPolicy;

/// Settings of a [`Client`]; [`Client::builder`] makes one.
#[must_use]
pub struct ClientBuilder {
    credential: Option<Arc<dyn Credential>>,
    cloud: Cloud,
    base_url: Option<String>,
    authority: Option<String>,
    audience: Option<String>,
    allows_plain_http: bool,
    http: http_client::Settings,
    defaults: Defaults,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            credential: None,
            cloud: Cloud::Global,
            base_url: None,
            authority: None,
            audience: None,
            allows_plain_http: false,
            http: http_client::Settings::default(),
            defaults: Defaults {
                timeout: Duration::from_secs(180),
                attempt_timeout: Duration::from_secs(60),
                body_limit: 1 << 20,
                retry: RetryPolicy::default(),
                contract_version: Some("v1"),
                application_name: None,
                locale: None,
                validate_mfa: false,
                reports_unknown_fields: false,
            },
        }
    }
}

impl ClientBuilder {
    /// How the client signs in; see [`auth`](crate::auth) for what there is. Must be given.
    pub fn credential(mut self, credential: impl Credential + 'static) -> Self {
        self.credential = Some(Arc::new(credential));
        self
    }

    /// The cloud whose addresses are used; [`Cloud::Global`] by default.
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = cloud;
        self
    }

    /// Where the service is, without `/v1`, instead of the cloud's own address.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Who issues tokens, without a tenant, instead of the cloud's own address.
    pub fn authority(mut self, url: impl Into<String>) -> Self {
        self.authority = Some(url.into());
        self
    }

    /// Whom tokens are issued for, instead of the cloud's own audience.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// The name of your application: sent as `MS-PartnerCenter-Application` and in `User-Agent`. Printable ASCII.
    pub fn application_name(mut self, name: impl Into<String>) -> Self {
        self.defaults.application_name = Some(name.into());
        self
    }

    /// The language of texts in answers, sent as `X-Locale`, such as `de-DE`; the service assumes `en-US`.
    pub fn locale(mut self, locale: impl Into<String>) -> Self {
        self.defaults.locale = Some(locale.into());
        self
    }

    /// Whether `MS-Contract-Version: v1` is sent; it is by default.
    ///
    /// The [page on headers](https://learn.microsoft.com/partner-center/developer/headers) calls it required, nearly
    /// every documented request leaves it out.
    pub fn contract_version(mut self, is_sent: bool) -> Self {
        self.defaults.contract_version = is_sent.then_some("v1");
        self
    }

    /// Whether to ask the service if tokens show multi-factor authentication; off by default.
    ///
    /// See [`Response::mfa_compliant`](crate::Response::mfa_compliant).
    pub fn validate_mfa(mut self, validate: bool) -> Self {
        self.defaults.validate_mfa = validate;
        self
    }

    /// Whether an event tells of a field that the service sends and the contract does not know, once for each field and
    /// process, its name alone; off by default, since each answer is then read twice.
    ///
    /// [`Response::raw`](crate::Response::raw) has such fields in any case.
    pub fn report_unknown_fields(mut self, are_reported: bool) -> Self {
        self.defaults.reports_unknown_fields = are_reported;
        self
    }

    /// How long a call may take in all: sign-in, attempts and the waits between them. 180 s by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.defaults.timeout = timeout;
        self
    }

    /// How long one attempt may take, from sending to the last byte of the answer. 60 s by default.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.defaults.attempt_timeout = timeout;
        self
    }

    /// How long connecting may take, TLS included. 10 s by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.http.connect_timeout = timeout;
        self
    }

    /// The largest body that is read, in bytes, after decompression if there is any. 1 MiB by default.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.defaults.body_limit = bytes;
        self
    }

    /// How stubborn calls are.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.defaults.retry = policy;
        self
    }

    /// Trusts one more root certificate, in PEM, beside those of the platform; for proxies that inspect TLS.
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.http.root_certificates.push(pem.into());
        self
    }

    /// Whether `HTTPS_PROXY`, `NO_PROXY` and their kind are heeded; they are by default.
    ///
    /// Plain `http` to this machine is never sent through a proxy, whatever is set here and in
    /// [`http_client_builder`](Self::http_client_builder): the token would leave the machine unprotected. A client with
    /// such a base URL or authority uses no proxy at all.
    ///
    /// Switching the environment's proxies off drops those of `http_client_builder` too.
    pub fn proxies_from_environment(mut self, are_heeded: bool) -> Self {
        self.http.uses_proxies = are_heeded;
        self
    }

    /// Connects as this builder says: your own proxies, certificates, pool, DNS.
    ///
    /// The client's own settings go on top: no redirects, its `User-Agent` and connect timeout, no `Referer`, and the
    /// checks of certificates that the builder's switches may have turned off. A whole TLS configuration
    /// (`tls_backend_preconfigured`) is yours: nothing can look inside it. Default headers set here are sent with every
    /// request.
    pub fn http_client_builder(mut self, builder: reqwest::ClientBuilder) -> Self {
        self.http.builder = Some(builder);
        self
    }

    /// Takes a base URL or an authority with plain `http` on any host.
    ///
    /// Tokens and answers then cross the network readable and changeable for everybody on the way. Loopback addresses
    /// need no such permission.
    pub fn dangerously_allow_plain_http(mut self, is_allowed: bool) -> Self {
        self.allows_plain_http = is_allowed;
        self
    }

    /// Checks every setting and makes the client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration), naming the setting: no credential, a base URL or
    /// an authority that is none or is not https, a text that fits no header, a limit of zero, a certificate that
    /// cannot be read, no TLS compiled in.
    pub fn build(mut self) -> Result<Client, Error> {
        let credential = self.credential.ok_or_else(|| {
            Error::configuration(
                "no credential; give one with `credential`, for example `auth::from_env()` or `auth::StaticToken`",
            )
        })?;
        let defaults = self.defaults;
        for (name, text) in [("application name", &defaults.application_name), ("locale", &defaults.locale)] {
            text.as_deref().map_or(Ok(()), |text| header_text::check(name, text))?;
        }
        let limits = [
            ("timeout", defaults.timeout.is_zero()),
            ("attempt timeout", defaults.attempt_timeout.is_zero()),
            ("connect timeout", self.http.connect_timeout.is_zero()),
            ("body limit", defaults.body_limit == 0),
        ];
        if let Some((name, _)) = limits.into_iter().find(|(_, is_zero)| *is_zero) {
            return Err(Error::configuration(format!("the {name} is zero, so no call could succeed")));
        }
        let base_url = self.base_url.as_deref().unwrap_or_else(|| self.cloud.base_url());
        let base_url = endpoint::check("base URL", base_url, self.allows_plain_http)?;
        let authority = self.authority.as_deref().unwrap_or_else(|| self.cloud.authority());
        let authority = endpoint::check("authority", authority, self.allows_plain_http)?;
        let audience = self.audience.unwrap_or_else(|| self.cloud.audience().to_owned());
        if audience.trim().is_empty() {
            return Err(Error::configuration("the audience is empty"));
        }
        if endpoint::is_plain_on_this_machine(&base_url) || endpoint::is_plain_on_this_machine(&authority) {
            self.http.uses_proxies = false;
        }
        let http = self.http.build(defaults.application_name.as_deref(), base_url.scheme() == "https")?;
        if self.cloud != Cloud::Global {
            tracing::warn!(cloud = ?self.cloud, "the organization endpoint is documented for the global cloud alone");
        }
        Ok(Client::new(ClientInner {
            tokens: TokenCache::new(
                credential,
                TokenRequest::new(audience, endpoint::text(&authority).to_owned(), http.clone()),
            ),
            http,
            base_url,
            defaults,
            budget: Budget::default(),
            throttle: Throttle::default(),
        }))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("cloud", &self.cloud)
            .field("base_url", &self.base_url)
            .field("authority", &self.authority)
            .finish_non_exhaustive()
    }
}
