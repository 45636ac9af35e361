//! The refresh tokens of one sign-in, each in the place of the one before it.

use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::auth::application::{Application, delegated_scope};
use crate::auth::form::Form;
use crate::auth::grant::Grant;
use crate::auth::{
    AccessToken, CredentialError, CredentialErrorKind as Kind, RefreshTokenStore, StoreFuture, TokenRequest,
};

/// Redeems the newest refresh token and keeps the one that comes back.
#[derive(Clone)]
pub(in crate::auth::credential) struct Chain {
    pub(in crate::auth::credential) application: Application,
    pub(in crate::auth::credential) store: Arc<dyn RefreshTokenStore>,
    pub(super) initial: Option<SecretString>,
    pub(super) on_store_failure: Arc<dyn Fn(&CredentialError) + Send + Sync>,
    known: Arc<Mutex<Known>>,
}

/// What this process knows of the newest refresh token.
#[derive(Default)]
struct Known {
    /// What the store held when it was last read or written.
    stored: Option<SecretString>,
    /// A newer token that the store did not take.
    unsaved: Option<SecretString>,
    /// Whether the token to begin with is of no use any longer.
    is_initial_refused: bool,
}

/// The token to redeem.
struct Newest {
    token: SecretString,
    /// Whether the store lacks it and nobody else has saved another.
    is_unsaved: bool,
}

impl Chain {
    pub(in crate::auth::credential) fn new(application: Application, store: impl RefreshTokenStore + 'static) -> Self {
        Self {
            application,
            store: Arc::new(store),
            initial: None,
            on_store_failure: Arc::new(|_| ()),
            known: Arc::default(),
        }
    }

    /// The access token for the newest refresh token; `None` where there is no refresh token.
    ///
    /// Once the token endpoint is asked, the work goes on to its end, even if nobody waits for it any longer: the answer
    /// may hold the only token that is still good, and nobody else may redeem before that is kept.
    pub(in crate::auth::credential) async fn redeem(
        &self,
        request: &TokenRequest,
    ) -> Result<Option<AccessToken>, CredentialError> {
        let mut known = self.known.clone().lock_owned().await;
        // Without the lock another process may redeem the same token, which Entra allows; so the work goes on.
        let guard = self.store.lock().await.map_err(|error| self.report(&error)).ok();
        let Some(newest) = self.newest(&mut known).await? else { return Ok(None) };
        let (this, request) = (self.clone(), request.clone());
        let renewed = to_its_end(async move {
            let renewed = this.renew(&request, &mut known, newest).await;
            drop(guard);
            renewed
        });
        renewed.await?.map(Some)
    }

    /// Keeps the refresh token of a new sign-in, in turn with whoever redeems the one before it.
    pub(in crate::auth::credential) async fn replace(
        &self,
        request: &TokenRequest,
        refresh_token: SecretString,
    ) -> Result<(), CredentialError> {
        let (this, limit) = (self.clone(), request.timeout);
        let kept = to_its_end(async move {
            let mut known = this.known.lock().await;
            let _guard = this.store.lock().await.map_err(|error| this.report(&error)).ok();
            this.keep(&mut known, refresh_token, limit).await;
        });
        kept.await
    }

    /// The newest refresh token there is, in the store or here.
    async fn newest(&self, known: &mut Known) -> Result<Option<Newest>, CredentialError> {
        let stored = match self.store.load().await {
            Ok(stored) => stored,
            Err(error) => {
                let here = known.unsaved.as_ref().or(known.stored.as_ref()).or(self.initial.as_ref());
                let Some(here) = here.cloned() else { return Err(error) };
                self.report(&error);
                return Ok(Some(Newest { token: here, is_unsaved: false }));
            }
        };
        if let Some(unsaved) = &known.unsaved
            && stored.as_ref().is_none_or(|stored| is_same(known.stored.as_ref(), stored))
        {
            // Nobody else has saved one since: ours is newer.
            return Ok(Some(Newest { token: unsaved.clone(), is_unsaved: true }));
        }
        // Another process or a new sign-in has the last word; a store that lost its token has none.
        known.stored = stored.or_else(|| known.stored.take());
        known.unsaved = None;
        let token = known.stored.clone().or_else(|| self.initial.clone());
        Ok(token.map(|token| Newest { token, is_unsaved: false }))
    }

    /// Redeems a token, and keeps the next one before the access token is given away.
    async fn renew(
        &self,
        request: &TokenRequest,
        known: &mut Known,
        newest: Newest,
    ) -> Result<AccessToken, CredentialError> {
        if newest.is_unsaved {
            // The store gets another chance.
            self.keep(known, newest.token.clone(), request.timeout).await;
        }
        let mut redeemed = newest.token;
        let mut answer = self.ask(request, &redeemed).await;
        if let (Err(error), Some(initial)) = (&answer, self.another_chance(known, &redeemed))
            && error.kind().needs_sign_in()
        {
            tracing::debug!(%error, "the kept refresh token is refused, so the one to begin with is tried");
            match self.ask(request, &initial).await {
                // The refusal of the kept token says what there is to do.
                Err(error) if !error.is_retryable() => known.is_initial_refused = error.kind().needs_sign_in(),
                other => (redeemed, answer) = (initial, other),
            }
        }
        let Grant { access_token, refresh_token } = answer?;
        if let Some(rotated) = refresh_token {
            self.keep_rotated(known, &redeemed, rotated, request.timeout).await;
        }
        access_token
    }

    async fn ask(&self, request: &TokenRequest, token: &SecretString) -> Result<Grant, CredentialError> {
        let scope = delegated_scope(request);
        let add = |form: Form| form.secret("refresh_token", token).field("scope", &scope);
        self.application.redeem(request, "refresh_token", add).await
    }

    /// The token to begin with, where it may do what the refused one cannot: whoever gave it may have signed in anew.
    fn another_chance(&self, known: &Known, refused: &SecretString) -> Option<SecretString> {
        let initial = self.initial.as_ref().filter(|_| !known.is_initial_refused);
        initial.filter(|initial| !is_same(Some(initial), refused)).cloned()
    }

    /// Keeps a token that came for `redeemed`, unless the store holds that of a new sign-in by now.
    async fn keep_rotated(&self, known: &mut Known, redeemed: &SecretString, rotated: SecretString, limit: Duration) {
        match in_time(limit, self.store.load()).await {
            Ok(Some(stored)) if !is_same(known.stored.as_ref(), &stored) && !is_same(Some(redeemed), &stored) => {
                tracing::debug!("the store holds the refresh token of a new sign-in, which stays");
                known.stored = Some(stored);
                known.unsaved = None;
            }
            _ => self.keep(known, rotated, limit).await,
        }
    }

    /// Saves a refresh token, and holds on to it where that fails.
    async fn keep(&self, known: &mut Known, token: SecretString, limit: Duration) {
        let token = known.unsaved.insert(token).clone();
        match in_time(limit, self.store.save(&token)).await {
            Ok(()) => {
                known.stored = Some(token);
                known.unsaved = None;
            }
            Err(error) => self.report(&error),
        }
    }

    /// Makes a failure of the store known; the work goes on with what there is.
    fn report(&self, error: &CredentialError) {
        tracing::warn!(%error, help = error.help(), "the store of the refresh token failed");
        (self.on_store_failure)(error);
    }
}

fn is_same(one: Option<&SecretString>, other: &SecretString) -> bool {
    one.is_some_and(|one| one.expose_secret() == other.expose_secret())
}

/// What the store says, if it does within this time: nobody may redeem meanwhile.
async fn in_time<T>(limit: Duration, work: StoreFuture<'_, T>) -> Result<T, CredentialError> {
    let outcome = timeout(limit, work).await;
    outcome.unwrap_or_else(|_| Err(CredentialError::new(Kind::Store, "the store gave no answer in time")))
}

/// Does the work in a task of its own, so that it comes to its end even if nobody waits for it any longer.
async fn to_its_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Result<T, CredentialError> {
    let runtime = tokio::runtime::Handle::try_current()
        .map_err(|_| CredentialError::configuration("signing in needs a Tokio runtime"))?;
    let stopped = |_| CredentialError::other("the sign-in stopped without an answer");
    runtime.spawn(work).await.map_err(stopped)
}
