//! A credential that calls a closure.

use super::{AccessToken, Credential, CredentialError, TokenFuture, TokenRequest};

/// A credential that calls a closure, for tests and for other sources of tokens.
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
