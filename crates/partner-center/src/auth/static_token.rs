//! A fixed token.

use secrecy::{ExposeSecret, SecretString};

use super::{AccessToken, Credential, TokenFuture, TokenRequest};

/// A fixed token.
///
/// For tests, first experiments, and tokens obtained elsewhere (`az account get-access-token`). It needs no setup in
/// Entra. It cannot renew itself: the token is used until the service rejects it.
#[derive(Debug)]
pub struct StaticToken(SecretString);

impl StaticToken {
    /// Creates a credential from the token alone, without the word `Bearer`.
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into().into())
    }
}

impl Credential for StaticToken {
    fn token<'a>(&'a self, _: &'a TokenRequest) -> TokenFuture<'a> {
        Box::pin(async { Ok(AccessToken::without_expiry(self.0.expose_secret())) })
    }
}
