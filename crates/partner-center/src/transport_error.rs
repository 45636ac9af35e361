//! Why an exchange has no complete response.

use std::error::Error as StdError;

use http::StatusCode;

use crate::error_kind::ErrorKind;
use crate::proxy::Proxy;

/// Why an exchange has no complete response.
#[derive(Debug)]
pub(crate) struct TransportError {
    pub(crate) kind: ErrorKind,
    /// What happened, without the URL.
    pub(crate) message: String,
    /// Whether the request may have reached the server.
    pub(crate) may_have_been_sent: bool,
    pub(crate) source: Option<reqwest::Error>,
}

impl TransportError {
    /// An error without an underlying one of the HTTP client.
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>, may_have_been_sent: bool) -> Self {
        Self { kind, message: message.into(), may_have_been_sent, source: None }
    }

    /// The error of a request that got no response; `proxy` is the one that it went through, if it is known.
    pub(crate) async fn of_request(error: reqwest::Error, proxy: Option<&Proxy>) -> Self {
        let Some(reason) = tunnel_error(&error) else { return Self::of(error, "before the response") };
        let name = proxy.map_or_else(|| "the proxy".to_owned(), |proxy| format!("the proxy {}", proxy.address()));
        let status = match (&*reason, proxy) {
            ("proxy authorization required", _) => Some(StatusCode::PROXY_AUTHENTICATION_REQUIRED),
            ("unsuccessful", Some(proxy)) => proxy.status().await,
            _ => None,
        };
        let (kind, message) = match status {
            Some(StatusCode::PROXY_AUTHENTICATION_REQUIRED) => (
                ErrorKind::Proxy,
                format!("{name} requires a user name and a password, or rejects those it was sent (HTTP 407)"),
            ),
            Some(status) if status.is_client_error() => {
                (ErrorKind::Proxy, format!("{name} denies the connection (HTTP {})", status.as_u16()))
            }
            Some(status) => (ErrorKind::Connection, format!("{name} cannot connect (HTTP {})", status.as_u16())),
            None => (ErrorKind::Connection, format!("{name} did not connect: {}", deepest(&error))),
        };
        Self { source: Some(error.without_url()), ..Self::new(kind, message, false) }
    }

    /// The same with the proxy named, which remembers a denial.
    pub(crate) fn through(mut self, proxy: Option<&Proxy>) -> Self {
        let Some(proxy) = proxy else { return self };
        if self.kind == ErrorKind::Proxy {
            proxy.record_denial(&self.message);
        } else if !self.message.contains(&proxy.address()) {
            self.message.push_str(&format!(" (through the proxy {})", proxy.address()));
        }
        self
    }

    /// The error of a request, or of a response that breaks off at `place`.
    pub(crate) fn of(error: reqwest::Error, place: &str) -> Self {
        let may_have_been_sent = !error.is_connect();
        let error = error.without_url();
        let (kind, message) = if error.is_timeout() {
            let what = if may_have_been_sent { "the response took too long" } else { "connecting took too long" };
            (ErrorKind::Timeout, what.to_owned())
        } else if is_about_a_certificate(&error) {
            let unknown = "it is signed by an authority that this machine does not trust";
            let own = "it is self-signed, or an authority's own certificate";
            let message = deepest(&error)
                .replace("invalid peer certificate: UnknownIssuer", unknown)
                .replace("invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))", own);
            (ErrorKind::Certificate, message)
        } else if lacks_root_certificates(&error) {
            (ErrorKind::Configuration, no_root_certificates())
        } else if error.is_builder() {
            (ErrorKind::Configuration, deepest(&error))
        } else {
            let place = if may_have_been_sent { format!("it broke {place}: ") } else { String::new() };
            (ErrorKind::Connection, format!("{place}{}", deepest(&error)))
        };
        Self { source: Some(error), ..Self::new(kind, message, may_have_been_sent) }
    }
}

/// Why a proxy did not open a tunnel, in the words of the HTTP library; certificate errors and timeouts are classified
/// elsewhere.
fn tunnel_error(error: &reqwest::Error) -> Option<String> {
    let reason = causes(error).find_map(|cause| cause.to_string().strip_prefix("tunnel error: ").map(str::to_owned))?;
    (!error.is_timeout() && !is_about_a_certificate(error)).then_some(reason)
}

/// Why there are no root certificates, and what to do: a file that `SSL_CERT_FILE` names is the only source of them.
pub(crate) fn no_root_certificates() -> String {
    match std::env::var("SSL_CERT_FILE") {
        Ok(path) if !path.is_empty() => format!(
            "there are no root certificates to verify servers with: SSL_CERT_FILE names {path}, which is not a \
             PEM file with root certificates"
        ),
        _ => "there are no root certificates to verify servers with; install the package ca-certificates, or set \
              SSL_CERT_FILE to a PEM file with root certificates"
            .to_owned(),
    }
}

/// Whether there are no root certificates to verify a server with.
pub(crate) fn lacks_root_certificates(error: &reqwest::Error) -> bool {
    causes(error).any(|cause| cause.to_string().contains("No CA certificates"))
}

/// TLS libraries word it differently, several layers down; all of them mention the certificate.
fn is_about_a_certificate(error: &reqwest::Error) -> bool {
    error.is_connect() && causes(error).any(|cause| cause.to_string().to_ascii_lowercase().contains("certificate"))
}

/// The last cause, which is the most specific.
fn deepest(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| error.to_string(), ToString::to_string)
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}
