//! An access token and its lifetime.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use super::Claims;

/// An access token and its lifetime.
///
/// Its expiry is measured on the monotonic clock, so changing this machine's clock does no harm.
#[derive(Clone, Debug)]
pub struct AccessToken {
    secret: SecretString,
    lifetime: Option<Duration>,
    issued: Instant,
}

impl AccessToken {
    /// A token that lives for `lifetime` from now.
    pub fn new(secret: impl Into<String>, lifetime: Duration) -> Self {
        Self { secret: secret.into().into(), lifetime: Some(lifetime), issued: Instant::now() }
    }

    /// A token whose expiry is unknown; it is used until the service rejects it.
    pub fn without_expiry(secret: impl Into<String>) -> Self {
        Self { secret: secret.into().into(), lifetime: None, issued: Instant::now() }
    }

    pub(super) fn issued(secret: SecretString, lifetime: Duration, issued: Instant) -> Self {
        Self { secret, lifetime: Some(lifetime), issued }
    }

    /// The token itself.
    #[must_use]
    pub fn secret(&self) -> &SecretString {
        &self.secret
    }

    /// The lifetime of the token when it was issued; `None` if it is unknown.
    #[must_use]
    pub fn lifetime(&self) -> Option<Duration> {
        self.lifetime
    }

    /// When it expires; `None` if that is unknown, or too far away for the clock.
    pub(super) fn expires(&self) -> Option<Instant> {
        self.issued.checked_add(self.lifetime?)
    }

    /// The claims of the token, unverified; `None` if it is opaque.
    #[must_use]
    pub fn claims(&self) -> Option<Claims> {
        Claims::read(self.secret.expose_secret())
    }
}
