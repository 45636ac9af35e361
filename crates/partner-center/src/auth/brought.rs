//! Tokens from elsewhere: a fixed one, or those of a closure.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::{AccessToken, Credential, CredentialError, TokenFuture, TokenRequest};

/// A fixed token.
///
/// For tests, for a token from elsewhere (`az account get-access-token`), and for a first try. It needs nothing in
/// Entra. It cannot renew itself: it is used until the service rejects it.
pub struct StaticToken(SecretString);

impl StaticToken {
    /// Takes the token as it is, without the word `Bearer`.
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into().into())
    }
}

impl Credential for StaticToken {
    fn token<'a>(&'a self, _: &'a TokenRequest) -> TokenFuture<'a> {
        Box::pin(async { Ok(AccessToken::without_expiry(self.0.expose_secret())) })
    }
}

impl fmt::Debug for StaticToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StaticToken([redacted])")
    }
}

/// A credential that calls a closure, for tests and for sources of tokens that have no credential of their own.
///
/// ```
/// use std::time::Duration;
/// use partner_center::auth::{AccessToken, credential_fn};
///
/// let credential = credential_fn(|request| async move {
///     let token = format!("a token for {}", request.audience());
///     Ok(AccessToken::new(token, Duration::from_secs(3600)))
/// });
/// ```
pub fn credential_fn<F, T>(function: F) -> impl Credential + 'static
where
    F: Fn(TokenRequest) -> T + Send + Sync + 'static,
    T: Future<Output = Result<AccessToken, CredentialError>> + Send + 'static,
{
    Function(function)
}

struct Function<F>(F);

impl<F, T> Credential for Function<F>
where
    F: Fn(TokenRequest) -> T + Send + Sync,
    T: Future<Output = Result<AccessToken, CredentialError>> + Send + 'static,
{
    fn token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        Box::pin((self.0)(request.clone()))
    }
}
