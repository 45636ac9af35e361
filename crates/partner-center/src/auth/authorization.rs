//! An access token as a header value, and when to renew it.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use secrecy::ExposeSecret;
use secrecy::zeroize::Zeroizing;
use tokio::time::Instant;

use super::redaction::redact;
use super::{AccessToken, CredentialError};

/// A token is renewed this long before it expires, or at half its life if that is later.
const AHEAD: Duration = Duration::from_secs(5 * 60);
/// The random part of that, so that many processes do not renew at the same moment.
const JITTER: f64 = 0.2;
/// A token this close to its end could expire in transit; for short lifetimes, a tenth of them.
const LAST_MOMENT: Duration = Duration::from_secs(10);
/// What precedes the token in the header.
const SCHEME: &str = "Bearer ";

/// A token as a header value, marked sensitive and wiped when the last copy is dropped.
#[derive(Clone, PartialEq)]
pub(crate) struct Authorization(HeaderValue);

impl Authorization {
    /// What is wrong with a token, if anything is.
    pub(super) fn check(token: &str) -> Result<(), &'static str> {
        let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        is_token
            .then_some(())
            .ok_or("is empty or contains a space, a line break or another character that a token cannot contain")
    }

    fn new(token: &str) -> Result<Self, CredentialError> {
        Self::check(token).map_err(|what| CredentialError::configuration(format!("the access token {what}")))?;
        let mut text = Zeroizing::new(Vec::with_capacity(SCHEME.len() + token.len()));
        text.extend_from_slice(SCHEME.as_bytes());
        text.extend_from_slice(token.as_bytes());
        let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(text))
            .map_err(|_| CredentialError::configuration("the access token cannot be put into a header"))?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    /// The value of the `Authorization` header.
    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }

    /// The text without the token, in case the service repeats it.
    pub(crate) fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        // Nearly every text is shorter than a token, and needs no search.
        if text.len() + SCHEME.len() < self.0.len() {
            return text.into();
        }
        let token = self.0.to_str().ok().and_then(|value| value.strip_prefix(SCHEME));
        redact(text, token.as_slice())
    }
}

/// The current token of a client.
pub(super) struct CachedToken {
    pub(super) authorization: Authorization,
    /// From when it should be renewed, and from when it must not be used.
    pub(super) ends: Option<(Instant, Instant)>,
}

impl CachedToken {
    pub(super) fn new(token: &AccessToken) -> Result<Self, CredentialError> {
        let authorization = Authorization::new(token.secret().expose_secret())?;
        let ends = token.expires().zip(token.lifetime()).map(|(expires, lifetime)| {
            let ahead = AHEAD.min(lifetime / 2).mul_f64(1.0 - JITTER * fastrand::f64());
            let before = |ahead| expires.checked_sub(ahead).unwrap_or(expires);
            (before(ahead), before(LAST_MOMENT.min(lifetime / 10)))
        });
        Ok(Self { authorization, ends })
    }

    /// The token, unless it is due for renewal.
    pub(super) fn fresh(&self) -> Option<Authorization> {
        let is_fresh = self.ends.is_none_or(|(renewal, _)| Instant::now() < renewal);
        is_fresh.then(|| self.authorization.clone())
    }

    /// The token, unless it has expired.
    pub(super) fn usable(&self) -> Option<Authorization> {
        let is_usable = self.ends.is_none_or(|(_, end)| Instant::now() < end);
        is_usable.then(|| self.authorization.clone())
    }
}
