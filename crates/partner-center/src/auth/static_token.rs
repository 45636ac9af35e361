//! A fixed token.

use secrecy::{ExposeSecret, SecretString};

use super::{AccessToken, Credential, TokenFuture, TokenRequest};

/// A fixed token.
///
/// For tests, for a token from elsewhere (`az account get-access-token`), and for a first try. It needs nothing in
/// Entra. It cannot renew itself: it is used until the service rejects it.
#[derive(Debug)]
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
