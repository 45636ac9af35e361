//! Checks that tokens may be sent to an address of the service or of the sign-in.

use std::net::IpAddr;

use reqwest::Url;

use crate::configuration::InvalidConfiguration;

/// Parses an address and checks that tokens may be sent there.
///
/// Only https is allowed, and plain http to this machine; `allows_plain_http` allows plain http elsewhere.
pub(crate) fn check(name: &str, address: &str, allows_plain_http: bool) -> Result<Url, InvalidConfiguration> {
    let invalid = |reason: &str| Err(InvalidConfiguration::new(format!("the {name} {reason}")));
    let Ok(url) = Url::parse(address.trim()) else {
        return invalid("is not an absolute URL (expected https://HOST, with a path if there is one)");
    };
    match url.scheme() {
        "https" => {}
        "http" if allows_plain_http || is_loopback(&url) => {}
        "http" => return invalid("is plain http, which would send tokens unprotected; use https"),
        _ => return invalid("must begin with https://"),
    }
    if url.host_str().is_none_or(str::is_empty) {
        return invalid("has no host");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return invalid("contains a user name or a password; set a credential instead");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return invalid("contains a query or a fragment; leave it out");
    }
    if text(&url).ends_with("/v1") {
        return invalid("ends with /v1, which the client adds itself; leave it out");
    }
    Ok(url)
}

/// An address as the caller wrote it, without a possible user name and password.
pub(crate) fn without_credentials(address: &str) -> &str {
    address.rsplit_once('@').map_or(address, |(_, rest)| rest)
}

/// An address without a slash at the end.
pub(crate) fn text(address: &Url) -> &str {
    address.as_str().trim_end_matches('/')
}

/// Whether an address is plain http to this machine: then no proxy of the environment may see the token.
pub(crate) fn is_plain_on_this_machine(address: &Url) -> bool {
    address.scheme() == "http" && is_loopback(address)
}

/// Whether the address is on this machine, judging by its text.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}
