//! Keeps the current token, ready to be put on a request.

use std::sync::Arc;

use http::HeaderValue;
use secrecy::ExposeSecret;
use tokio::sync::Mutex;

use super::{AccessToken, Credential, CredentialError, TokenRequest};

/// The current token of one client.
pub(crate) struct TokenCache {
    credential: Arc<dyn Credential>,
    request: TokenRequest,
    current: Mutex<Option<Authorization>>,
}

/// A token as a header value, marked sensitive.
#[derive(Clone, PartialEq)]
pub(crate) struct Authorization(HeaderValue);

impl Authorization {
    /// The value of the `Authorization` header.
    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl TokenCache {
    pub(crate) fn new(credential: Arc<dyn Credential>, request: TokenRequest) -> Self {
        Self { credential, request, current: Mutex::default() }
    }

    /// The current token, or a fresh one.
    pub(crate) async fn authorization(&self) -> Result<Authorization, CredentialError> {
        let mut current = self.current.lock().await;
        if let Some(authorization) = &*current {
            return Ok(authorization.clone());
        }
        let token = self.credential.token(&self.request).await?;
        Ok(current.insert(header(&token)?).clone())
    }

    /// Forgets a token that the service has refused, unless it has been replaced meanwhile.
    pub(crate) async fn forget(&self, refused: &Authorization) {
        let mut current = self.current.lock().await;
        if current.as_ref() == Some(refused) {
            *current = None;
        }
    }
}

fn header(token: &AccessToken) -> Result<Authorization, CredentialError> {
    let secret = token.secret.expose_secret();
    let is_token = |byte: u8| byte.is_ascii_graphic();
    if secret.is_empty() || !secret.bytes().all(is_token) {
        return Err(CredentialError::other(
            "the access token is empty or holds a space, a line break or another character that no token has",
        ));
    }
    let mut value = HeaderValue::try_from(format!("Bearer {secret}"))
        .map_err(|_| CredentialError::other("the access token cannot be put into a header"))?;
    value.set_sensitive(true);
    Ok(Authorization(value))
}
