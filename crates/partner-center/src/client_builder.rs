//! The settings of a client, checked before anything is sent.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;

use crate::auth::{Credential, TokenCache, TokenRequest};
use crate::client::{Client, ClientInner};
use crate::cloud::Cloud;
use crate::endpoint;
use crate::error::Error;
use crate::header_text;
use crate::http_client;
use crate::pipeline::budget::Budget;
use crate::pipeline::rate::Rate;
use crate::pipeline::recent_ids::RecentIds;
use crate::pipeline::throttle::Throttle;
use crate::proxy::Proxies;
use crate::request::CallOptions;
use crate::retry_policy::RetryPolicy;

/// Builds a [`Client`]; created by [`Client::builder`].
///
/// ```
/// # fn main() -> Result<(), partner_center::Error> {
/// use std::time::Duration;
/// use partner_center::{Client, RetryPolicy, auth::StaticToken};
///
/// let client = Client::builder()
///     .credential(StaticToken::new("an access token"))
///     .application_name("contoso-inventory")
///     .timeout(Duration::from_secs(30))
///     .retry(RetryPolicy::default().max_attempts(6))
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
#[must_use]
pub struct ClientBuilder {
    credential: Option<Arc<dyn Credential>>,
    cloud: Cloud,
    base_url: Option<String>,
    authority: Option<String>,
    audience: Option<String>,
    application_name: Option<String>,
    allows_plain_http: bool,
    http: http_client::Settings,
    defaults: CallOptions,
}

impl Client {
    /// Creates a builder; only the credential is required.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }
}

impl ClientBuilder {
    /// Sets how the client signs in; see [`auth`](crate::auth) for the choices. Required.
    pub fn credential(mut self, credential: impl Credential + 'static) -> Self {
        self.credential = Some(Arc::new(credential));
        self
    }

    /// Sets the cloud whose addresses are used; [`Cloud::Global`] by default.
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = cloud;
        self
    }

    /// Sets the address of the service, without `/v1`, instead of the cloud's own.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Sets the address of the sign-in, without a tenant, instead of the cloud's own.
    pub fn authority(mut self, url: impl Into<String>) -> Self {
        self.authority = Some(url.into());
        self
    }

    /// Sets the resource that tokens are requested for, instead of the cloud's own.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// Sets the name of your application: sent as `MS-PartnerCenter-Application` and in `User-Agent`. Printable ASCII.
    pub fn application_name(mut self, name: impl Into<String>) -> Self {
        self.application_name = Some(name.into());
        self
    }

    /// Sets whether to ask the service if tokens show multi-factor authentication; off by default.
    ///
    /// See [`Response::mfa_compliant`](crate::Response::mfa_compliant).
    pub fn validate_mfa(mut self, validate: bool) -> Self {
        self.defaults.validate_mfa = validate;
        self
    }

    /// Sets how long a call may take in total: sign-in, attempts and the delays between them. 180 s by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.defaults.timeout = timeout;
        self
    }

    /// Sets how long one attempt may take, from sending to the last byte of the response. 60 s by default.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.defaults.attempt_timeout = timeout;
        self
    }

    /// Sets the maximum size of a response body, in bytes after decompression. 1 MiB by default.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.defaults.body_limit = bytes;
        self
    }

    /// Sets the retry policy of calls.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.defaults.retry = policy;
        self
    }

    /// Sets whether `HTTPS_PROXY`, `NO_PROXY` and similar variables are used; on by default.
    ///
    /// Plain `http` to this machine never goes through a proxy, regardless of this setting and of
    /// [`http_client_builder`](Self::http_client_builder): the token would leave the machine unprotected. A client with
    /// such a base URL or authority uses no proxy at all.
    ///
    /// Turning the environment's proxies off drops those of `http_client_builder` too.
    pub fn proxies_from_environment(mut self, are_used: bool) -> Self {
        self.http.uses_proxies = are_used;
        self
    }

    /// Sets the HTTP client to connect with: your own proxies, root certificates, connect timeout, pool, DNS.
    ///
    /// ```
    /// # fn main() -> Result<(), partner_center::Error> {
    /// use std::time::Duration;
    /// use partner_center::auth::StaticToken;
    ///
    /// let http = partner_center::reqwest::Client::builder().connect_timeout(Duration::from_secs(3));
    /// let client = partner_center::Client::builder()
    ///     .credential(StaticToken::new("an access token"))
    ///     .http_client_builder(http)
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The client's own settings override the builder's: no redirects, its `User-Agent`, no `Referer`, and certificate
    /// verification, even if the builder turned it off. A complete TLS configuration (`tls_backend_preconfigured`)
    /// cannot be inspected and is your responsibility. Default headers set here are sent with every request. Without a
    /// builder, the connect timeout is 10 s, TLS included.
    pub fn http_client_builder(mut self, builder: reqwest::ClientBuilder) -> Self {
        self.http.builder = Some(builder);
        self
    }

    /// Allows a base URL or an authority with plain `http` on any host.
    ///
    /// Anyone on the network path can then read and change tokens and responses. Loopback addresses do not need this
    /// option.
    pub fn dangerously_allow_plain_http(mut self, is_allowed: bool) -> Self {
        self.allows_plain_http = is_allowed;
        self
    }

    /// Checks every setting and builds the client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration), naming the setting: no credential, a base URL or
    /// an authority that is invalid or not https, an invalid header value, a limit of zero, no TLS compiled in.
    pub fn build(mut self) -> Result<Client, Error> {
        let credential = self.credential.ok_or_else(|| {
            Error::configuration(
                "no credential; set one with `credential`, for example `auth::from_env()` or `auth::StaticToken`",
            )
        })?;
        let mut defaults = self.defaults;
        let application_name = self.application_name.as_deref();
        defaults.application_name =
            application_name.map(|name| header_text::value("application name", name)).transpose()?;
        let limits = [
            ("timeout", defaults.timeout.is_zero()),
            ("attempt timeout", defaults.attempt_timeout.is_zero()),
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
        let http = self.http.build(application_name, base_url.scheme() == "https")?;
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
            rate: Rate::adaptive(),
            recent_ids: RecentIds::default(),
        }))
    }
}

/// The normalized address of the service or of the sign-in, if tokens may be sent there. For the command, which names
/// the source of the address.
///
/// # Errors
///
/// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration), without the address, which may hold a password.
#[doc(hidden)]
pub fn check_address(name: &str, address: &str) -> Result<String, Error> {
    Ok(endpoint::text(&endpoint::check(name, address, false)?).to_owned())
}

/// The proxy of the environment for an address, without user name and password; `None` if there is none.
///
/// Reads `HTTPS_PROXY`, then `ALL_PROXY` (for plain http, first `HTTP_PROXY`), unless `NO_PROXY` excludes the host.
/// Plain http to this machine uses no proxy. A client uses the same proxy, unless
/// [`proxies_from_environment`](ClientBuilder::proxies_from_environment) or
/// [`http_client_builder`](ClientBuilder::http_client_builder) changes that.
///
/// # Errors
///
/// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if a variable is not the address of
/// a proxy, or `address` is not a URL.
pub fn environment_proxy(address: &str) -> Result<Option<String>, Error> {
    let url = Url::parse(address).map_err(|_| Error::configuration("not an absolute URL"))?;
    let proxies = Proxies::from_environment()?.filter(|_| !endpoint::is_plain_on_this_machine(&url));
    Ok(proxies.and_then(|proxies| proxies.find(&url)).map(|proxy| proxy.address()))
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("cloud", &self.cloud)
            .field("base_url", &self.base_url.as_deref().map(endpoint::without_credentials))
            .field("authority", &self.authority.as_deref().map(endpoint::without_credentials))
            .finish_non_exhaustive()
    }
}
