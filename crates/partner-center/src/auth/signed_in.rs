//! The tokens of a user's sign-in.

use secrecy::{ExposeSecret, SecretString};

use super::token_response::TokenResponse;
use super::{AccessToken, CredentialError, CredentialErrorKind as Kind, RefreshTokenStore};

/// The tokens of a user's sign-in.
#[derive(Debug)]
pub struct SignedIn {
    access_token: AccessToken,
    refresh_token: Option<SecretString>,
}

impl SignedIn {
    pub(super) fn new(response: TokenResponse) -> Result<Self, CredentialError> {
        Ok(Self { access_token: response.access_token?, refresh_token: response.refresh_token })
    }

    /// The access token; its [`claims`](AccessToken::claims) say who signed in and how.
    #[must_use]
    pub fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    /// The refresh token; `None` if Entra sent none, because the application lacks the permission `offline_access`.
    #[must_use]
    pub fn refresh_token(&self) -> Option<&SecretString> {
        self.refresh_token.as_ref()
    }

    /// Saves the refresh token in the store of a [`RefreshToken`](super::RefreshToken), replacing the previous one.
    ///
    /// Waits for the store's lock, so that a redemption in progress finishes first, and loads the token again to check
    /// that it was saved.
    ///
    /// # Errors
    ///
    /// [`Store`](Kind::Store) if there is no refresh token, or it cannot be saved and loaded again.
    pub async fn save(&self, store: &(impl RefreshTokenStore + ?Sized)) -> Result<(), CredentialError> {
        let token = self.refresh_token.as_ref().ok_or_else(|| {
            CredentialError::new(Kind::Store, "the sign-in returned no refresh token: offline_access is missing")
        })?;
        let lock = store.lock().await;
        if let Err(error) = &lock {
            tracing::warn!(%error, "the refresh token is saved without a lock");
        }
        store.save(token).await?;
        match store.load().await? {
            Some(saved) if saved.expose_secret() == token.expose_secret() => Ok(()),
            _ => Err(CredentialError::new(Kind::Store, "the refresh token that was saved cannot be loaded again")),
        }
    }
}
