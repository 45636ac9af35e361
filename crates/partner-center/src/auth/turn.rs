//! Lets one caller at a time renew a token, and takes the turn from a caller whose runtime has stopped running.
//!
//! A holder that waits for a slow server keeps its turn for as long as it needs. A Tokio runtime that is no longer
//! driven polls nothing, so a turn held there would never end: a waiter notices because a task spawned on that runtime
//! does not run either, and takes the turn away.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::{CredentialError, StoreGuard};
use crate::runtime;

/// How long a waiter waits before it asks whether the holder's runtime runs, and for how long it asks.
const PATIENCE: Duration = Duration::from_secs(2);

/// The turns of one credential or one cache.
#[derive(Clone, Default)]
pub(super) struct Turns(Arc<Shared>);

#[derive(Default)]
struct Shared {
    holder: Mutex<Option<Holder>>,
    freed: Notify,
}

struct Holder {
    /// Distinguishes a holder that lost its turn from the current one.
    id: Arc<()>,
    runtime: Handle,
    /// The lock of a store, given back with the turn.
    guard: Option<StoreGuard>,
}

/// Held while a token is renewed; dropping it lets the next caller go on.
pub(super) struct Turn {
    turns: Turns,
    id: Arc<()>,
}

impl Turns {
    /// Takes the turn unless another caller has it.
    ///
    /// # Errors
    ///
    /// Outside a Tokio runtime, without which nothing can be sent.
    pub(super) fn try_take(&self) -> Result<Option<Turn>, CredentialError> {
        let runtime = runtime::current()?;
        let mut holder = self.holder();
        if holder.is_some() {
            return Ok(None);
        }
        let id = Arc::default();
        *holder = Some(Holder { id: Arc::clone(&id), runtime, guard: None });
        Ok(Some(Turn { turns: self.clone(), id }))
    }

    /// Waits for the turn.
    pub(super) async fn take(&self) -> Result<Turn, CredentialError> {
        loop {
            if let Some(turn) = self.try_take()? {
                return Ok(turn);
            }
            self.freed().await;
        }
    }

    /// Waits until the present holder's turn has ended; returns immediately if there is none.
    pub(super) async fn freed(&self) {
        let mut freed = std::pin::pin!(self.0.freed.notified());
        freed.as_mut().enable();
        let Some((id, runtime)) = self.holder().as_ref().map(|holder| (holder.id.clone(), holder.runtime.clone()))
        else {
            return;
        };
        while timeout(PATIENCE, freed.as_mut()).await.is_err() {
            if timeout(PATIENCE, runtime.spawn(async {})).await.is_err() {
                tracing::debug!("a renewal on a runtime that does not run is given up");
                self.free(&id);
            }
        }
    }

    fn free(&self, id: &Arc<()>) {
        let freed = self.holder().take_if(|holder| Arc::ptr_eq(&holder.id, id));
        if freed.is_some() {
            // The lock of the store first: the next holder needs it.
            drop(freed);
            self.0.freed.notify_waiters();
        }
    }

    fn holder(&self) -> MutexGuard<'_, Option<Holder>> {
        self.0.holder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// Keeps the lock of a store until the turn ends.
    pub(super) fn keep(&self, guard: StoreGuard) {
        if let Some(holder) = self.turns.holder().as_mut().filter(|holder| Arc::ptr_eq(&holder.id, &self.id)) {
            holder.guard = Some(guard);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.turns.free(&self.id);
    }
}
