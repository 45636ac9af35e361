//! The application for a user who once signed in: the Secure Application Model.

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

#[cfg(feature = "certificate")]
use crate::auth::Certificate;
use crate::auth::application::{self, Application, Proof, delegated_scope};
use crate::auth::{
    AccessToken, Credential, CredentialError, CredentialErrorKind, RefreshTokenStore, TokenFuture, TokenRequest,
};

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
pub struct RefreshToken {
    pub(super) application: Application,
    pub(super) store: Arc<dyn RefreshTokenStore>,
    initial: Option<SecretString>,
    on_store_failure: Box<dyn Fn(&CredentialError) + Send + Sync>,
    known: Mutex<Known>,
}

/// What this process knows of the newest refresh token.
#[derive(Default)]
struct Known {
    /// What the store held when it was last read or written.
    stored: Option<SecretString>,
    /// A newer token that the store did not take.
    unsaved: Option<SecretString>,
}

impl RefreshToken {
    /// Takes the partner's tenant (its id or a domain), the application's id and the place of the refresh token.
    pub fn new(
        tenant: impl Into<String>,
        client_id: impl Into<String>,
        store: impl RefreshTokenStore + 'static,
    ) -> Self {
        Self {
            application: Application::new(tenant, client_id, Proof::None),
            store: Arc::new(store),
            initial: None,
            on_store_failure: Box::new(|_| ()),
            known: Mutex::default(),
        }
    }

    /// The application's client secret, by its value.
    #[must_use]
    pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
        self.application.proof = Proof::Secret(secret.into().into());
        self
    }

    /// The application's certificate, instead of a secret.
    #[cfg(feature = "certificate")]
    #[must_use]
    pub fn certificate(mut self, certificate: Certificate) -> Self {
        self.application.proof = Proof::Certificate(certificate);
        self
    }

    /// The refresh token to begin with, as long as the store holds none.
    #[must_use]
    pub fn initial(mut self, refresh_token: impl Into<String>) -> Self {
        self.initial = Some(refresh_token.into().into());
        self
    }

    /// Called when the store fails while there is a token to go on with.
    ///
    /// The client then works on, and the store is tried again with the next renewal; until that succeeds the newest
    /// refresh token is in this process alone. A warning event says so too.
    #[must_use]
    pub fn on_store_failure(mut self, alarm: impl Fn(&CredentialError) + Send + Sync + 'static) -> Self {
        self.on_store_failure = Box::new(alarm);
        self
    }

    /// The access token for the newest refresh token; `None` where there is no refresh token.
    pub(super) async fn redeem(&self, request: &TokenRequest) -> Result<Option<AccessToken>, CredentialError> {
        let mut known = self.known.lock().await;
        // Without the lock another process may redeem the same token, which Entra allows; so the work goes on.
        let _guard = self.store.lock().await.map_err(|error| self.report(&error)).ok();
        let Some(newest) = self.newest(&mut known).await? else { return Ok(None) };
        let scope = delegated_scope(request);
        let grant = self
            .application
            .redeem(request, "refresh_token", |form| form.secret("refresh_token", &newest).field("scope", &scope))
            .await?;
        if let Some(rotated) = grant.refresh_token {
            self.keep(&mut known, rotated).await;
        }
        Ok(Some(grant.access_token))
    }

    /// Keeps a refresh token from another grant.
    pub(super) async fn replace(&self, refresh_token: SecretString) {
        self.keep(&mut *self.known.lock().await, refresh_token).await;
    }

    /// The newest refresh token there is, in the store or here.
    async fn newest(&self, known: &mut Known) -> Result<Option<SecretString>, CredentialError> {
        let stored = match self.store.load().await {
            Ok(stored) => stored,
            Err(error) => {
                let here = known.unsaved.as_ref().or(known.stored.as_ref()).or(self.initial.as_ref());
                let Some(here) = here.cloned() else { return Err(error) };
                self.report(&error);
                return Ok(Some(here));
            }
        };
        if let Some(unsaved) = known.unsaved.clone()
            && (stored.is_none() || is_same(&stored, &known.stored))
        {
            // Nobody else has saved one since: ours is newer, and the store gets another chance.
            self.keep(known, unsaved.clone()).await;
            return Ok(Some(unsaved));
        }
        // Another process or a new sign-in has the last word; a store that lost its token has none.
        *known = Known { stored: stored.or_else(|| known.stored.take()), unsaved: None };
        Ok(known.stored.clone().or_else(|| self.initial.clone()))
    }

    /// Saves a refresh token, and holds on to it where that fails.
    async fn keep(&self, known: &mut Known, token: SecretString) {
        // First here: whoever drops this future while the store works must not lose the token.
        let token = known.unsaved.insert(token).clone();
        match self.store.save(&token).await {
            Ok(()) => *known = Known { stored: Some(token), unsaved: None },
            Err(error) => self.report(&error),
        }
    }

    /// Makes a failure of the store known; the work goes on with what there is.
    fn report(&self, error: &CredentialError) {
        tracing::warn!(%error, remedy = error.remedy(), "the store of the refresh token failed");
        (self.on_store_failure)(error);
    }
}

fn is_same(one: &Option<SecretString>, other: &Option<SecretString>) -> bool {
    one.as_ref().map(ExposeSecret::expose_secret) == other.as_ref().map(ExposeSecret::expose_secret)
}

impl Credential for RefreshToken {
    fn token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        Box::pin(async move {
            self.redeem(request).await?.ok_or_else(|| {
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
        application::debug("RefreshToken", &self.application, f)
    }
}
