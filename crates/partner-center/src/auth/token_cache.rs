//! Caches the current access token, and renews it once, however many calls need it.
//!
//! Calls share the token behind a read lock. The first call that finds it missing or due renews it, in its own future;
//! the others continue with a token that is still valid, or wait. If that call is dropped, so is its renewal, and the
//! next call starts another. A failure is remembered for a while, so that not every call repeats it, and a service that
//! rejects every token causes no more renewals than that.

use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::authorization::{Authorization, CachedToken};
use super::error_kind::CredentialErrorKind;
use super::turn::{Turn, Turns};
use super::{AccessToken, Credential, CredentialError, TokenRequest};
use crate::pipeline::backoff::Backoff;

/// How long a rejection is remembered, by the token endpoint or by the service.
const REJECTION_PAUSE: Duration = Duration::from_secs(30);
/// How long a passing failure is remembered at least, and what is added to that at random.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);
const FAILURE_BACKOFF: Backoff = Backoff { base: Duration::from_secs(1), cap: Duration::from_secs(30) };
/// The token endpoint is asked again after this, even if it asks for a longer delay.
const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);
/// How long a call waits for an early renewal before it continues with the token it has, and when the next call may
/// try.
const EARLY_LIMIT: Duration = Duration::from_secs(5);
const EARLY_PAUSE: Duration = Duration::from_secs(15);

/// The current token of one client and its clones.
pub(crate) struct TokenCache {
    credential: Arc<dyn Credential>,
    request: TokenRequest,
    state: RwLock<State>,
    turns: Turns,
}

#[derive(Default)]
struct State {
    token: Option<CachedToken>,
    failure: Option<Failure>,
    /// When a token that is still good may be renewed again.
    next_early_renewal: Option<Instant>,
    /// When a token was last forgotten because the service rejected it.
    forgotten: Option<Instant>,
    has_warned: bool,
}

/// The last renewal, if it failed.
struct Failure {
    error: CredentialError,
    /// How many failed in a row.
    count: u32,
    /// When the next one may begin.
    until: Instant,
}

/// What a call does next on its way to a token.
enum Step {
    Use(Authorization),
    Renew(Turn),
    RenewEarly(Turn),
    Wait,
}

impl TokenCache {
    pub(crate) fn new(credential: Arc<dyn Credential>, request: TokenRequest) -> Self {
        Self { credential, request, state: RwLock::default(), turns: Turns::default() }
    }

    /// The current token, unless it is due for renewal.
    pub(crate) fn fresh(&self) -> Option<Authorization> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.token.as_ref().and_then(CachedToken::fresh)
    }

    /// The current token, or a new one.
    ///
    /// An early renewal takes at most half of the time until `deadline`: the rest is for the call, with the token it has.
    pub(crate) async fn authorization(&self, deadline: Instant) -> Result<Authorization, CredentialError> {
        loop {
            match self.next_step()? {
                Step::Use(authorization) => return Ok(authorization),
                Step::Renew(turn) => return self.renew(turn, deadline).await,
                // The next step is to use the new token, or still the old one.
                Step::RenewEarly(turn) => {
                    let limit = EARLY_LIMIT.min(deadline.saturating_duration_since(Instant::now()) / 2);
                    drop(timeout(limit, self.renew(turn, Instant::now() + limit)).await);
                }
                Step::Wait => self.turns.freed().await,
            }
        }
    }

    /// How much longer the token endpoint has a renewal wait.
    pub(crate) fn throttled_for(&self) -> Option<Duration> {
        self.request.throttled_for()
    }

    /// Forgets a token that the service has rejected, unless it has been replaced meanwhile.
    ///
    /// Not if another was forgotten a moment ago: a service that rejects every token would cause a renewal with every
    /// call.
    pub(crate) fn forget(&self, rejected: &Authorization) {
        let mut state = self.write();
        let now = Instant::now();
        if state.forgotten.is_some_and(|last| now < last + REJECTION_PAUSE) {
            return;
        }
        if state.token.take_if(|token| token.authorization == *rejected).is_some() {
            state.forgotten = Some(now);
        }
    }

    fn next_step(&self) -> Result<Step, CredentialError> {
        let mut state = self.write();
        if let Some(fresh) = state.token.as_ref().and_then(CachedToken::fresh) {
            return Ok(Step::Use(fresh));
        }
        let now = Instant::now();
        let failure = state.failure.as_ref().filter(|failure| now < failure.until);
        let Some(usable) = state.token.as_ref().and_then(CachedToken::usable) else {
            return match failure {
                Some(failure) => Err(failure.error.clone()),
                None => Ok(self.turns.try_take()?.map_or(Step::Wait, Step::Renew)),
            };
        };
        if failure.is_some() || state.next_early_renewal.is_some_and(|next| now < next) {
            return Ok(Step::Use(usable));
        }
        let Some(turn) = self.turns.try_take()? else { return Ok(Step::Use(usable)) };
        state.next_early_renewal = Some(now + EARLY_PAUSE);
        Ok(Step::RenewEarly(turn))
    }

    /// Asks the credential for a token, and notes down how that ended before the turn does.
    async fn renew(&self, _turn: Turn, deadline: Instant) -> Result<Authorization, CredentialError> {
        // A response that comes later than the call may take would hide why there is no token.
        let request = TokenRequest { retry_until: Some(deadline), ..self.request.clone() };
        let token = self.credential.token(&request).await;
        let result = token.and_then(|token| Ok((CachedToken::new(&token)?, token)));
        let mut state = self.write();
        match result {
            Ok((cached, token)) => {
                state.failure = None;
                state.next_early_renewal = None;
                state.has_warned = state.has_warned || self.warn(&token);
                Ok(state.token.insert(cached).authorization.clone())
            }
            Err(error) => {
                let count = state.failure.as_ref().map_or(0, |failure| failure.count).saturating_add(1);
                let until = Instant::now() + pause(&error, count);
                state.failure = Some(Failure { error: error.clone(), count, until });
                if state.token.as_ref().and_then(CachedToken::usable).is_some() {
                    let help = error.help();
                    tracing::warn!(%error, %help, "the access token was not renewed; the old one is still used");
                }
                Err(error)
            }
        }
    }

    /// Warns of reasons for which the service will reject the token; `true` if there are any.
    fn warn(&self, token: &AccessToken) -> bool {
        let Some(claims) = token.claims() else { return false };
        let audience = self.request.audience();
        let is_foreign = claims.is_for(audience) == Some(false);
        let lacks_mfa = !claims.scopes.is_empty() && claims.has_mfa() == Some(false);
        if is_foreign {
            tracing::warn!(audience, found = ?claims.audiences, "the access token is for another audience");
        }
        if lacks_mfa {
            let help = CredentialErrorKind::MfaRequired.help();
            tracing::warn!(
                help,
                "the access token shows no multi-factor authentication, which Partner Center requires"
            );
        }
        is_foreign || lacks_mfa
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long to wait before asking the credential again after its `count`th failure in a row.
fn pause(error: &CredentialError, count: u32) -> Duration {
    if !error.is_retryable() {
        return REJECTION_PAUSE;
    }
    // Throttling without a delay is as good as a rejection: it does not pass within seconds.
    let is_throttled = error.kind() == CredentialErrorKind::Throttled && error.retry_after().is_none();
    let least = if is_throttled { REJECTION_PAUSE } else { FAILURE_PAUSE };
    let own = least + FAILURE_BACKOFF.wait(count);
    own.max(error.retry_after().unwrap_or_default()).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests;
