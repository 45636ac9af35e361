//! An access token and how long it lives.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use super::Claims;

/// An access token and how long it lives.
///
/// The end is kept on the monotonic clock, so that setting this machine's clock does no harm.
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

    /// A token whose end is not known; it is used until the service rejects it.
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

    /// How long the token lived when it was issued; `None` if that is not known.
    #[must_use]
    pub fn lifetime(&self) -> Option<Duration> {
        self.lifetime
    }

    /// When it ends; `None` if that is not known, or further away than the clock reaches.
    pub(super) fn expires(&self) -> Option<Instant> {
        self.issued.checked_add(self.lifetime?)
    }

    /// What the token says about itself, unverified; `None` if it is opaque.
    #[must_use]
    pub fn claims(&self) -> Option<Claims> {
        Claims::read(self.secret.expose_secret())
    }
}
