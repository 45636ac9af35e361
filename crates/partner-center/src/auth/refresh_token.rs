//! A credential with refresh token rotation: redeems the newest refresh token, and saves the one that replaces it.

use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;
use tokio::time::timeout;

#[cfg(feature = "certificate")]
use super::Certificate;
use super::application::{Application, delegated_scope};
use super::client_authentication::ClientAuthentication;
use super::form::Form;
use super::token_response::TokenResponse;
use super::turn::Turns;
use super::{
    AccessToken, Credential, CredentialError, CredentialErrorKind as Kind, RefreshTokenStore, TokenFuture, TokenRequest,
};

/// The application signs in on behalf of a user who once consented with multi-factor authentication.
///
/// The recommended way: the service sees the user's roles and MFA
/// ([source](https://learn.microsoft.com/partner-center/developer/enable-secure-app-model)). In Entra it needs an
/// application in the partner's own tenant with Partner Center's delegated permission `user_impersonation`, and one
/// sign-in of an integration user, by `AuthorizationCode` (feature `browser`) or [`DeviceCode`](super::DeviceCode).
/// After a password change, a revocation, or 90 days without use, the user must sign in again.
///
/// Without a secret or a certificate, the application is a public client. Clones share their tokens.
///
/// ```
/// use partner_center::auth::{FileStore, RefreshToken};
///
/// let credential = RefreshToken::new("contoso.onmicrosoft.com", "application id", FileStore::new("refresh-token"))
///     .client_secret("the secret's value")
///     .on_store_failure(|error| eprintln!("page the on-call engineer: {error}"));
/// ```
///
/// Tokens are redeemed at version 2 of the endpoint; a token from version 1 (`/oauth2/token` with a `resource`) may be
/// rejected there and needs a new consent.
///
/// The store decides which refresh token is the newest, under its [`lock`](RefreshTokenStore::lock). Calls wait for
/// that lock until their deadline; [`token`](Credential::token) called directly waits for as long as another process
/// holds it, so put a timeout around it. Once started, a redemption completes and its token is saved, even if the call
/// that needed it is dropped: before the process ends, wait for it with [`finish_redemptions`].
#[derive(Clone)]
pub struct RefreshToken {
    application: Application,
    store: Arc<dyn RefreshTokenStore>,
    initial: Option<SecretString>,
    on_store_failure: Arc<dyn Fn(&CredentialError) + Send + Sync>,
    rotation: Arc<Mutex<Rotation>>,
    turns: Turns,
}

/// The state of the refresh token rotation in this process.
#[derive(Default)]
struct Rotation {
    /// The newest one; newer than the store's if that could not be saved.
    newest: Option<SecretString>,
    /// The store's token when it was last loaded or saved.
    stored: Option<SecretString>,
}

impl RefreshToken {
    /// Creates a credential from the partner's tenant (its id or a domain), the application's id and a store.
    pub fn new(
        tenant: impl Into<String>,
        client_id: impl Into<String>,
        store: impl RefreshTokenStore + 'static,
    ) -> Self {
        Self::of(Application::new(tenant, client_id, ClientAuthentication::None), Arc::new(store))
    }

    pub(super) fn of(application: Application, store: Arc<dyn RefreshTokenStore>) -> Self {
        let on_store_failure = Arc::new(|_: &CredentialError| ());
        Self { application, store, initial: None, on_store_failure, rotation: Arc::default(), turns: Turns::default() }
    }

    /// Sets the application's client secret, by its value.
    #[must_use]
    pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
        self.application.authentication = ClientAuthentication::Secret(secret.into().into());
        self
    }

    /// Sets the application's certificate, instead of a secret.
    #[cfg(feature = "certificate")]
    #[must_use]
    pub fn certificate(mut self, certificate: Certificate) -> Self {
        self.application.authentication = ClientAuthentication::Certificate(certificate);
        self
    }

    /// Sets the initial refresh token, which is used while the store is empty.
    ///
    /// After a new sign-in, save its token to the store; the initial token is not used again.
    #[must_use]
    pub fn initial(mut self, refresh_token: impl Into<String>) -> Self {
        self.initial = Some(refresh_token.into().into());
        self
    }

    /// Sets a function to call when the store fails but a usable token remains; a warning event reports it too.
    ///
    /// The store is tried again with the next renewal; until then the newest refresh token is in this process alone.
    #[must_use]
    pub fn on_store_failure(mut self, alarm: impl Fn(&CredentialError) + Send + Sync + 'static) -> Self {
        self.on_store_failure = Arc::new(alarm);
        self
    }

    /// The access token for the newest refresh token.
    ///
    /// Dropping this before the token request is sent cancels it. From then on, the work continues in a task of its
    /// own: the response may have the only token that is still valid, which must be saved before another redemption
    /// begins.
    async fn redeem(&self, request: &TokenRequest) -> Result<AccessToken, CredentialError> {
        let turn = self.turns.take().await?;
        // Waits until no other process holds the lock. Without a lock, another process may redeem the same token, which
        // Entra allows.
        match self.store.lock().await {
            Ok(guard) => turn.keep(guard),
            Err(error) => self.report(&error),
        }
        let (token, is_unsaved) = self.newest().await?;
        let (this, request, in_flight) = (self.clone(), request.clone(), InFlight::begin());
        let redemption = tokio::spawn(async move {
            let result = this.exchange(&request, token, is_unsaved).await;
            drop((turn, in_flight));
            result
        });
        redemption
            .await
            .map_err(|_| CredentialError::new(Kind::Other, "the redemption panicked or its runtime ended"))?
    }

    /// The newest refresh token, and whether it must be saved first.
    async fn newest(&self) -> Result<(SecretString, bool), CredentialError> {
        let loaded = self.store.load().await;
        let mut rotation = self.rotation();
        // A token saved by another process or a new sign-in wins; an emptied store does not.
        if let Ok(Some(stored)) = &loaded
            && !is_same(rotation.stored.as_ref(), stored)
        {
            rotation.stored = Some(stored.clone());
            rotation.newest = Some(stored.clone());
        }
        let is_unsaved = rotation.newest.as_ref().is_some_and(|newest| !is_same(rotation.stored.as_ref(), newest));
        let token = rotation.newest.as_ref().or(self.initial.as_ref()).cloned();
        drop(rotation);
        match (token, loaded) {
            (Some(token), Ok(_)) => Ok((token, is_unsaved)),
            (Some(token), Err(error)) => {
                self.report(&error);
                Ok((token, false))
            }
            (None, Err(error)) => Err(error),
            (None, Ok(_)) => Err(CredentialError::new(
                Kind::SignInRequired,
                "there is no refresh token: the store is empty and no initial one was given",
            )),
        }
    }

    /// Redeems a token, and saves the next one before it returns the access token.
    async fn exchange(
        &self,
        request: &TokenRequest,
        token: SecretString,
        is_unsaved: bool,
    ) -> Result<AccessToken, CredentialError> {
        if is_unsaved {
            self.save(token.clone(), request.timeout).await;
        }
        let scope = delegated_scope(request);
        let add = |form: Form| form.secret("refresh_token", &token).field("scope", &scope);
        let TokenResponse { access_token, refresh_token } =
            self.application.redeem(request, "refresh_token", add).await?;
        if let Some(refresh_token) = refresh_token {
            self.save(refresh_token, request.timeout).await;
        }
        access_token
    }

    /// Saves a refresh token, and keeps it here if that fails. No redemption can begin meanwhile, so the time is limited.
    async fn save(&self, token: SecretString, limit: Duration) {
        self.rotation().newest = Some(token.clone());
        let saved = timeout(limit, self.store.save(&token)).await;
        match saved.unwrap_or_else(|_| Err(CredentialError::new(Kind::Store, "the store did not finish in time"))) {
            Ok(()) => self.rotation().stored = Some(token),
            Err(error) => self.report(&error),
        }
    }

    /// Reports a failure of the store; the work continues without it.
    fn report(&self, error: &CredentialError) {
        tracing::warn!(%error, help = error.help(), "the store of the refresh token failed");
        (self.on_store_failure)(error);
    }

    fn rotation(&self) -> MutexGuard<'_, Rotation> {
        self.rotation.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_same(one: Option<&SecretString>, other: &SecretString) -> bool {
    one.is_some_and(|one| one.expose_secret() == other.expose_secret())
}

impl Credential for RefreshToken {
    fn token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        Box::pin(self.redeem(request))
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshToken").field("application", &self.application).finish_non_exhaustive()
    }
}

/// The redemptions in progress in this process.
static IN_FLIGHT: LazyLock<watch::Sender<usize>> = LazyLock::new(watch::Sender::default);

/// Waits until no [`RefreshToken`] of this process is being redeemed.
///
/// A process that ends in the middle of a redemption loses the new refresh token, and servers that revoke the old one
/// then demand a new sign-in. So await this before the process ends, also after Ctrl-C, and make no further call
/// meanwhile. A token request and saving the new token take 60 s each at most by default.
///
/// ```
/// # async fn run() -> Result<(), partner_center::Error> {
/// # let work = async { Ok(()) };
/// let result = tokio::select! {
///     result = work => result,
///     _ = stop() => Ok(()),
/// };
/// partner_center::auth::finish_redemptions().await;
/// result
/// # }
/// # async fn stop() {}
/// ```
pub async fn finish_redemptions() {
    // It fails only without a sender, and that is static.
    let _ = IN_FLIGHT.subscribe().wait_for(|count| *count == 0).await;
}

struct InFlight;

impl InFlight {
    fn begin() -> Self {
        IN_FLIGHT.send_modify(|count| *count += 1);
        Self
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        IN_FLIGHT.send_modify(|count| *count -= 1);
    }
}
