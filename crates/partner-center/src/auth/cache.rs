//! Keeps the current token, and asks for the next one once, however many calls wait.
//!
//! A token is renewed ahead of its end while calls go on with it. The asking runs as a task of its own, so that it
//! outlives the call that began it; it ends with the cache, and it rests while the runtime of that call does. What
//! failed is remembered for a while, so that a refusal is not asked for again with every call; and a service that
//! refuses every token brings about no more renewals than that.

mod held;

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::Instant;

pub(crate) use self::held::Authorization;
use self::held::Held;
use super::error_kind::CredentialErrorKind;
use super::{AccessToken, Credential, CredentialError, TokenRequest};
use crate::pipeline::backoff::Backoff;

/// How long a refusal is remembered, by the token endpoint or by the service.
const REFUSAL_PAUSE: Duration = Duration::from_secs(30);
/// How long a passing failure is remembered at least, and what is added to that at random.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);
const FAILURE_BACKOFF: Backoff = Backoff { base: Duration::from_secs(1), cap: Duration::from_secs(30) };
/// However long the token endpoint asks to wait, it is asked again after this.
const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);
/// A credential that hangs must not hang the client for ever; a person at a prompt has 15 minutes.
const LONGEST_FLIGHT: Duration = Duration::from_secs(20 * 60);

/// The current token of one client and its clones.
///
/// A renewal runs on the runtime of the call that began it and goes on only while that runtime runs. Where the runtime
/// stops in the middle of it, the next call begins another.
pub(crate) struct TokenCache(Arc<Inner>);

struct Inner {
    credential: Arc<dyn Credential>,
    request: TokenRequest,
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    flight: Option<Flight>,
    failure: Option<Failure>,
    /// When a token was last forgotten because the service refused it.
    forgotten: Option<Instant>,
    has_warned: bool,
}

type Outcome = Result<Authorization, CredentialError>;

/// A token being asked for.
struct Flight {
    outcome: watch::Receiver<Option<Outcome>>,
    task: AbortHandle,
}

/// The last attempt, if it failed.
struct Failure {
    error: CredentialError,
    /// How many failed in a row.
    count: u32,
    /// When the next one may begin.
    until: Instant,
}

enum Next {
    Use(Authorization),
    Wait(watch::Receiver<Option<Outcome>>),
}

impl TokenCache {
    pub(crate) fn new(credential: Arc<dyn Credential>, request: TokenRequest) -> Self {
        Self(Arc::new(Inner { credential, request, state: RwLock::default() }))
    }

    /// The current token, or a fresh one.
    pub(crate) async fn authorization(&self) -> Outcome {
        if let Some(authorization) = self.0.read().held.as_ref().and_then(Held::fresh) {
            return Ok(authorization);
        }
        // A flight ends without an outcome where its task died: with the runtime it ran on, or by a panic of the
        // credential. Another one is worth one try.
        for _ in 0..2 {
            let mut flight = match self.0.next()? {
                Next::Use(authorization) => return Ok(authorization),
                Next::Wait(flight) => flight,
            };
            let outcome = flight.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone());
            if let Some(outcome) = outcome {
                return outcome;
            }
        }
        Err(CredentialError::other("the credential stopped without an answer"))
    }

    /// Forgets a token that the service has refused, unless it has been replaced meanwhile.
    ///
    /// Not where another was forgotten a moment ago: a service that refuses every token would have one asked for with
    /// every call.
    pub(crate) fn forget(&self, refused: &Authorization) {
        let mut state = self.0.write();
        let now = Instant::now();
        if state.forgotten.is_some_and(|last| now < last + REFUSAL_PAUSE) {
            return;
        }
        if state.held.take_if(|held| held.authorization == *refused).is_some() {
            state.forgotten = Some(now);
        }
    }
}

impl Drop for TokenCache {
    fn drop(&mut self) {
        if let Some(flight) = self.0.write().flight.take() {
            flight.task.abort();
        }
    }
}

impl Inner {
    /// What a caller does who found no fresh token; begins a flight where one is due.
    fn next(self: &Arc<Self>) -> Result<Next, CredentialError> {
        let mut state = self.write();
        let state = &mut *state;
        if let Some(authorization) = state.held.as_ref().and_then(Held::fresh) {
            return Ok(Next::Use(authorization));
        }
        let flight = state.flight.take_if(|flight| flight.outcome.has_changed().is_ok());
        let pause = state.failure.as_ref().filter(|failure| Instant::now() < failure.until);
        let flight = match (flight, pause) {
            (Some(flight), _) => Ok(flight),
            (None, None) => self.begin(),
            (None, Some(failure)) => Err(failure.error.clone()),
        };
        let outcome = flight.map(|flight| state.flight.insert(flight).outcome.clone());
        match state.held.as_ref().and_then(Held::usable) {
            Some(authorization) => Ok(Next::Use(authorization)),
            None => outcome.map(Next::Wait),
        }
    }

    fn begin(self: &Arc<Self>) -> Result<Flight, CredentialError> {
        let runtime = tokio::runtime::Handle::try_current()
            .map_err(|_| CredentialError::configuration("signing in needs a Tokio runtime"))?;
        let (sender, outcome) = watch::channel(None);
        let this = Arc::clone(self);
        let task = runtime.spawn(async move {
            let outcome = match tokio::time::timeout(LONGEST_FLIGHT, this.credential.token(&this.request)).await {
                Ok(outcome) => outcome,
                Err(_) => Err(CredentialError::new(CredentialErrorKind::Unreachable, "no token within 20 minutes")),
            };
            sender.send_replace(Some(this.settle(outcome)));
        });
        Ok(Flight { outcome, task: task.abort_handle() })
    }

    /// Notes down how a flight ended.
    fn settle(&self, outcome: Result<AccessToken, CredentialError>) -> Outcome {
        let outcome = outcome.and_then(|token| Ok((Held::new(&token)?, token)));
        let mut state = self.write();
        state.flight = None;
        match outcome {
            Ok((held, token)) => {
                state.failure = None;
                state.has_warned = state.has_warned || self.warn(&token);
                Ok(state.held.insert(held).authorization.clone())
            }
            Err(error) => {
                let count = state.failure.as_ref().map_or(0, |failure| failure.count).saturating_add(1);
                state.failure =
                    Some(Failure { error: error.clone(), count, until: Instant::now() + pause(&error, count) });
                if state.held.as_ref().and_then(Held::usable).is_some() {
                    tracing::warn!(%error, help = error.help(), "the access token was not renewed and serves on");
                }
                Err(error)
            }
        }
    }

    /// Says in an event what the service is going to hold against the token; true where it said so.
    fn warn(&self, token: &AccessToken) -> bool {
        let Some(claims) = token.claims() else { return false };
        let audience = self.request.audience();
        let is_foreign = claims.is_for(audience) == Some(false);
        let lacks_mfa = !claims.scopes().is_empty() && claims.has_mfa() == Some(false);
        if is_foreign {
            tracing::warn!(audience, found = ?claims.audiences(), "the access token is for another audience");
        }
        if lacks_mfa {
            let help = CredentialErrorKind::MfaRequired.help();
            tracing::warn!(help, "the access token shows no multi-factor authentication, which Partner Center demands");
        }
        is_foreign || lacks_mfa
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long to leave the credential alone after its `count`th failure in a row.
fn pause(error: &CredentialError, count: u32) -> Duration {
    if !error.is_retryable() {
        return REFUSAL_PAUSE;
    }
    // Who was asked too often and does not say for how long is left alone as if it had refused.
    let is_throttled = error.kind() == CredentialErrorKind::Throttled && error.retry_after().is_none();
    let least = if is_throttled { REFUSAL_PAUSE } else { FAILURE_PAUSE };
    let own = least + FAILURE_BACKOFF.wait(count);
    own.max(error.retry_after().unwrap_or_default()).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests;
