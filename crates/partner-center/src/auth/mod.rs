//! Ways to sign in, and the cache in front of them.

mod cache;
mod error;
mod static_token;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use secrecy::SecretString;

pub(crate) use self::cache::{Authorization, TokenCache};
pub use self::error::CredentialError;
pub use self::static_token::StaticToken;

/// What [`Credential::token`] gives back.
pub type TokenFuture<'a> = Pin<Box<dyn Future<Output = Result<AccessToken, CredentialError>> + Send + 'a>>;

/// A way to get access tokens.
///
/// The client asks it only when it has no usable token; it need not cache anything.
pub trait Credential: Send + Sync {
    /// A fresh token for what `request` describes.
    fn token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a>;
}

/// What the client needs a token for, and the means to get it.
#[derive(Clone, Debug)]
pub struct TokenRequest {
    pub(crate) audience: String,
    pub(crate) authority: String,
    pub(crate) http: reqwest::Client,
}

impl TokenRequest {
    pub(crate) fn new(audience: String, authority: String, http: reqwest::Client) -> Self {
        Self { audience, authority, http }
    }

    /// The resource the token is for, such as `https://api.partnercenter.microsoft.com`.
    #[must_use]
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// Where tokens are issued, such as `https://login.microsoftonline.com`.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

/// An access token and how long it lives.
#[derive(Clone)]
pub struct AccessToken {
    pub(crate) secret: SecretString,
    pub(crate) lifetime: Option<Duration>,
}

impl AccessToken {
    /// A token that lives for `lifetime` from now.
    pub fn new(secret: impl Into<String>, lifetime: Duration) -> Self {
        Self { secret: secret.into().into(), lifetime: Some(lifetime) }
    }

    /// A token whose end is not known; it is used until the service refuses it.
    pub fn without_expiry(secret: impl Into<String>) -> Self {
        Self { secret: secret.into().into(), lifetime: None }
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken").field("secret", &"[redacted]").field("lifetime", &self.lifetime).finish()
    }
}
