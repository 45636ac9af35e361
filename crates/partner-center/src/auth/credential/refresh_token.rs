//! The application for a user who once signed in: the Secure Application Model.

mod chain;

use std::fmt;
use std::sync::Arc;

pub(super) use self::chain::Chain;
#[cfg(feature = "certificate")]
use crate::auth::Certificate;
use crate::auth::application::{self, Application, Proof};
use crate::auth::{Credential, CredentialError, CredentialErrorKind, RefreshTokenStore, TokenFuture, TokenRequest};

/// The application signs in for a user who once consented with multi-factor authentication.
///
/// The recommended way: the service sees the user's roles and MFA
/// ([source](https://learn.microsoft.com/partner-center/developer/enable-secure-app-model)). In Entra it needs an
/// application in the partner's own tenant with Partner Center's delegated permission `user_impersonation`, and one
/// sign-in of an integration user, for example by [`DeviceCode`](super::DeviceCode). It cannot outlive a changed
/// password, a revocation, or 90 days without use; then somebody must sign in again.
///
/// Without a secret or a certificate it is a public client.
///
/// ```
/// use partner_center::auth::{FileStore, RefreshToken};
///
/// let credential = RefreshToken::new("contoso.onmicrosoft.com", "application id", FileStore::new("refresh-token"))
///     .client_secret("the secret's value")
///     .on_store_failure(|error| eprintln!("wake somebody up: {error}"));
/// ```
///
/// Tokens are redeemed at version 2 of the endpoint; one that came from version 1 (`/oauth2/token` with a `resource`)
/// may be refused there and needs a new consent.
///
/// Whoever signs in anew and saves the token into the same store takes the store's
/// [`lock`](RefreshTokenStore::lock) for that. A renewal that has begun goes on in a task of its own until the new token
/// is kept, even if the call that needed it is dropped; the runtime must run until then.
pub struct RefreshToken(Chain);

impl RefreshToken {
    /// Takes the partner's tenant (its id or a domain), the application's id and the place of the refresh token.
    pub fn new(
        tenant: impl Into<String>,
        client_id: impl Into<String>,
        store: impl RefreshTokenStore + 'static,
    ) -> Self {
        Self(Chain::new(Application::new(tenant, client_id, Proof::None), store))
    }

    /// The application's client secret, by its value.
    #[must_use]
    pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
        self.0.application.proof = Proof::Secret(secret.into().into());
        self
    }

    /// The application's certificate, instead of a secret.
    #[cfg(feature = "certificate")]
    #[must_use]
    pub fn certificate(mut self, certificate: Certificate) -> Self {
        self.0.application.proof = Proof::Certificate(certificate);
        self
    }

    /// The refresh token to begin with, as long as the store holds none.
    ///
    /// It gets another chance where Entra demands a new sign-in for the token that is kept: whoever gives a fresh one
    /// need not empty the store.
    #[must_use]
    pub fn initial(mut self, refresh_token: impl Into<String>) -> Self {
        self.0.initial = Some(refresh_token.into().into());
        self
    }

    /// Called when the store fails while there is a token to go on with.
    ///
    /// The client then works on, and the store is tried again with the next renewal; until that succeeds the newest
    /// refresh token is in this process alone. A warning event says so too.
    #[must_use]
    pub fn on_store_failure(mut self, alarm: impl Fn(&CredentialError) + Send + Sync + 'static) -> Self {
        self.0.on_store_failure = Arc::new(alarm);
        self
    }
}

impl Credential for RefreshToken {
    fn token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        Box::pin(async move {
            self.0.redeem(request).await?.ok_or_else(|| {
                CredentialError::new(
                    CredentialErrorKind::SignInRequired,
                    "there is no refresh token: the store is empty and no initial one was given",
                )
            })
        })
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        application::debug("RefreshToken", &self.0.application, f)
    }
}
