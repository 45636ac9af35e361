//! The application for a user who once signed in: the Secure Application Model.

use std::fmt;
use std::sync::Arc;

#[cfg(feature = "certificate")]
use super::Certificate;
use super::application::{self, Application};
use super::client_authentication::ClientAuthentication;
use super::rotation::Rotation;
use super::{Credential, CredentialError, RefreshTokenStore, TokenFuture, TokenRequest};

/// The application signs in for a user who once consented with multi-factor authentication.
///
/// The recommended way: the service sees the user's roles and MFA
/// ([source](https://learn.microsoft.com/partner-center/developer/enable-secure-app-model)). In Entra it needs an
/// application in the partner's own tenant with Partner Center's delegated permission `user_impersonation`, and one
/// sign-in of an integration user, by `AuthorizationCode` (feature `browser`) or [`DeviceCode`](super::DeviceCode). It cannot outlive a changed password, a revocation, or 90 days without use; then
/// the user must sign in again.
///
/// Without a secret or a certificate it is a public client.
///
/// ```
/// use partner_center::auth::{FileStore, RefreshToken};
///
/// let credential = RefreshToken::new("contoso.onmicrosoft.com", "application id", FileStore::new("refresh-token"))
///     .client_secret("the secret's value")
///     .on_store_failure(|error| eprintln!("page the on-call engineer: {error}"));
/// ```
///
/// Tokens are redeemed at version 2 of the endpoint; one that came from version 1 (`/oauth2/token` with a `resource`)
/// may be rejected there and needs a new consent.
///
/// The store has the last word on which refresh token is the newest, under its [`lock`](RefreshTokenStore::lock). Calls
/// wait for that lock until their deadline; [`token`](Credential::token) called directly waits for as long as another
/// process holds it, so put a timeout around it. A redemption that has begun is finished and its token saved even if the
/// call that needed it is dropped: it runs in a task of its own. Before the process ends, wait for it with
/// [`finish_redemptions`](super::finish_redemptions).
pub struct RefreshToken(Rotation);

impl RefreshToken {
    /// Takes the partner's tenant (its id or a domain), the application's id and the place of the refresh token.
    pub fn new(
        tenant: impl Into<String>,
        client_id: impl Into<String>,
        store: impl RefreshTokenStore + 'static,
    ) -> Self {
        Self(Rotation::new(Application::new(tenant, client_id, ClientAuthentication::None), store))
    }

    pub(super) fn of(application: Application, store: Arc<dyn RefreshTokenStore>, initial: Option<String>) -> Self {
        let mut rotation = Rotation::new(application, store);
        rotation.initial = initial.map(Into::into);
        Self(rotation)
    }

    /// The application's client secret, by its value.
    #[must_use]
    pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
        self.0.application.authentication = ClientAuthentication::Secret(secret.into().into());
        self
    }

    /// The application's certificate, instead of a secret.
    #[cfg(feature = "certificate")]
    #[must_use]
    pub fn certificate(mut self, certificate: Certificate) -> Self {
        self.0.application.authentication = ClientAuthentication::Certificate(certificate);
        self
    }

    /// The refresh token to begin with while the store holds none.
    ///
    /// After a new sign-in, save its token into the store; this one is not used again.
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
        Box::pin(self.0.redeem(request))
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        application::debug("RefreshToken", &self.0.application, f)
    }
}
