//! Refresh token rotation: redeems the newest refresh token, and saves the one that replaces it.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;
use tokio::time::timeout;

use super::application::{Application, delegated_scope};
use super::form::Form;
use super::token_response::TokenResponse;
use super::turn::Turns;
use super::{AccessToken, CredentialError, CredentialErrorKind as Kind, RefreshTokenStore, TokenRequest};

#[derive(Clone)]
pub(super) struct Rotation {
    pub(super) application: Application,
    store: Arc<dyn RefreshTokenStore>,
    pub(super) initial: Option<SecretString>,
    pub(super) on_store_failure: Arc<dyn Fn(&CredentialError) + Send + Sync>,
    known: Arc<Mutex<Known>>,
    turns: Turns,
}

/// What this process knows of the refresh tokens.
#[derive(Default)]
struct Known {
    /// The newest one; newer than the store's if that could not be saved.
    newest: Option<SecretString>,
    /// What the store held when it was last loaded or saved.
    stored: Option<SecretString>,
}

/// The redemptions that are under way in this process.
static IN_FLIGHT: LazyLock<watch::Sender<usize>> = LazyLock::new(watch::Sender::default);

/// Waits until no [`RefreshToken`](super::RefreshToken) of this process is being redeemed.
///
/// A redemption replaces the refresh token. A process that ends in the middle of one loses the new token, and servers
/// that revoke the old one then demand a new sign-in. So await this before the process ends, also after Ctrl-C; make no
/// further call meanwhile. A redemption takes no longer than its token request may take and then as long again to save
/// the new token, 60 s each by default.
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

impl Rotation {
    pub(super) fn new(application: Application, store: impl RefreshTokenStore + 'static) -> Self {
        Self {
            application,
            store: Arc::new(store),
            initial: None,
            on_store_failure: Arc::new(|_| ()),
            known: Arc::default(),
            turns: Turns::default(),
        }
    }

    /// The access token for the newest refresh token.
    ///
    /// Dropping this before the token request is sent cancels it. From then on the work continues in a task of its own:
    /// the response may hold the only token that is still good, and must be saved before another redemption begins.
    pub(super) async fn redeem(&self, request: &TokenRequest) -> Result<AccessToken, CredentialError> {
        let turn = self.turns.take().await?;
        // The lock comes when no other process holds it. Where there can be none, another process may redeem the same
        // token, which Entra allows.
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
        redemption.await.map_err(|_| CredentialError::other("the redemption panicked or its runtime ended"))?
    }

    /// The newest refresh token, and whether it must be saved first.
    async fn newest(&self) -> Result<(SecretString, bool), CredentialError> {
        let loaded = self.store.load().await;
        let mut known = self.known();
        // Another process or a new sign-in has the last word; a store that was emptied has none.
        if let Ok(Some(stored)) = &loaded
            && !is_same(known.stored.as_ref(), stored)
        {
            known.stored = Some(stored.clone());
            known.newest = Some(stored.clone());
        }
        let is_unsaved = known.newest.as_ref().is_some_and(|newest| !is_same(known.stored.as_ref(), newest));
        let token = known.newest.as_ref().or(self.initial.as_ref()).cloned();
        drop(known);
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

    /// Redeems a token, and saves the next one before the access token is given away.
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
        self.known().newest = Some(token.clone());
        let saved = timeout(limit, self.store.save(&token)).await;
        match saved.unwrap_or_else(|_| Err(CredentialError::new(Kind::Store, "the store did not finish in time"))) {
            Ok(()) => self.known().stored = Some(token),
            Err(error) => self.report(&error),
        }
    }

    /// Makes a failure of the store known; the work goes on with what there is.
    fn report(&self, error: &CredentialError) {
        tracing::warn!(%error, help = error.help(), "the store of the refresh token failed");
        (self.on_store_failure)(error);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_same(one: Option<&SecretString>, other: &SecretString) -> bool {
    one.is_some_and(|one| one.expose_secret() == other.expose_secret())
}
