//! A token as it goes onto requests, and when to replace it.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use secrecy::ExposeSecret;
use secrecy::zeroize::Zeroizing;
use tokio::time::Instant;

use crate::auth::{AccessToken, CredentialError};

/// A token is replaced this long before its end, or at half its life where that is later.
const AHEAD: Duration = Duration::from_secs(5 * 60);
/// Of that, the share left to chance, so that many processes do not ask at the same moment.
const JITTER: f64 = 0.2;
/// A token this close to its end would be dead on arrival; for short lives a tenth of them.
const LAST_MOMENT: Duration = Duration::from_secs(10);

/// A token as a header value, marked sensitive and wiped when the last copy is gone.
#[derive(Clone, PartialEq)]
pub(crate) struct Authorization(HeaderValue);

impl Authorization {
    /// The value of the `Authorization` header.
    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }

    /// The text with the token struck out, should the service repeat it.
    pub(crate) fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        // Nearly every text is shorter than a token, and needs no search.
        if text.len() + SCHEME.len() < self.0.len() {
            return text.into();
        }
        match self.0.to_str().ok().and_then(|value| value.strip_prefix(SCHEME)) {
            Some(token) if text.contains(token) => text.replace(token, "[redacted]").into(),
            _ => text.into(),
        }
    }
}

/// What stands before the token in the header.
const SCHEME: &str = "Bearer ";

/// The current token.
pub(super) struct Held {
    pub(super) authorization: Authorization,
    /// From when it should be replaced, and from when it must not be used.
    pub(super) ends: Option<(Instant, Instant)>,
}

impl Held {
    pub(super) fn new(token: &AccessToken) -> Result<Self, CredentialError> {
        let authorization = header(token.secret().expose_secret())?;
        let ends = token.expires().zip(token.lifetime()).map(|(expires, lifetime)| {
            let ahead = AHEAD.min(lifetime / 2).mul_f64(1.0 - JITTER * fastrand::f64());
            let before = |ahead| expires.checked_sub(ahead).unwrap_or(expires);
            (before(ahead), before(LAST_MOMENT.min(lifetime / 10)))
        });
        Ok(Self { authorization, ends })
    }

    /// The token, where nobody needs to think of the next one.
    pub(super) fn fresh(&self) -> Option<Authorization> {
        let is_fresh = self.ends.is_none_or(|(renewal, _)| Instant::now() < renewal);
        is_fresh.then(|| self.authorization.clone())
    }

    /// The token, where it can still be used.
    pub(super) fn usable(&self) -> Option<Authorization> {
        let is_usable = self.ends.is_none_or(|(_, end)| Instant::now() < end);
        is_usable.then(|| self.authorization.clone())
    }
}

fn header(token: &str) -> Result<Authorization, CredentialError> {
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(CredentialError::configuration(
            "the access token is empty or holds a space, a line break or another character that no token has",
        ));
    }
    let mut text = Zeroizing::new(Vec::with_capacity(SCHEME.len() + token.len()));
    text.extend_from_slice(SCHEME.as_bytes());
    text.extend_from_slice(token.as_bytes());
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(text))
        .map_err(|_| CredentialError::configuration("the access token cannot be put into a header"))?;
    value.set_sensitive(true);
    Ok(Authorization(value))
}
