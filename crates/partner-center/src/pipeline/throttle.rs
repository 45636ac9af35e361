//! What one call was told to wait, the others of the client wait too.

mod operation;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use self::operation::Operation;
pub(crate) use self::operation::{Standing, Verdict};

/// The waits that the service has told a client, operation by operation.
///
/// The service keeps one limit for each of its APIs, keyed by the partner's tenant or by partner and customer
/// ([source](https://learn.microsoft.com/partner-center/developer/api-throttling-guidance)), and does not say which. So a
/// refusal holds back the whole operation, until a customer that has waited as told is refused again although others
/// were answered meanwhile: then the limit is that customer's own, and it alone is held back. From then on the
/// operation counts as keyed by customer, and others that are refused are held back alone as well.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    /// Whether there may be anything to wait for; most of the time there is not, and calls need no lock.
    is_active: AtomicBool,
    /// How many refusals have held back a whole operation: their numbers. Changed under the lock.
    refusals: AtomicU64,
    operations: Mutex<HashMap<&'static str, Operation>>,
}

/// A told wait longer than this is a slip of somebody's, milliseconds for seconds say, until a second customer is told
/// one too; and nobody wants to wait for it unasked.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);
/// What one answer can impose on all other calls. The refused call itself is told the whole wait.
const LONGEST_HOLD: Duration = Duration::from_secs(2 * 60 * 60);
/// How long an operation is remembered after the last wait, and a customer's own limit after that customer's.
const MEMORY: Duration = Duration::from_secs(5 * 60);

impl Throttle {
    /// Until when a call has to wait; `None` if it may go now.
    pub(crate) fn held_until(&self, operation: &'static str, customer: Option<Uuid>) -> Option<Instant> {
        if !self.is_active() {
            return None;
        }
        let now = Instant::now();
        self.lock().get(operation)?.held_until(customer).filter(|until| *until > now)
    }

    /// Whether a customer is held back alone, as far as refusals have shown.
    pub(crate) fn is_own(&self, operation: &'static str, customer: Uuid) -> bool {
        self.lock().get(operation).is_some_and(|held| held.is_own(customer))
    }

    /// Notes down an answer that was no refusal.
    pub(crate) fn answered(&self, operation: &'static str, customer: Option<Uuid>) {
        if !self.is_active() {
            return;
        }
        let now = Instant::now();
        let mut operations = self.lock();
        if let Some(held) = operations.get_mut(operation) {
            held.answered(customer, now);
            if held.is_over(now) {
                operations.remove(operation);
            }
        }
        self.is_active.store(!operations.is_empty(), Ordering::Release);
    }

    /// Notes down a refusal that tells this wait, and holds back whom it concerns.
    pub(crate) fn refused(&self, operation: &'static str, customer: Option<Uuid>, wait: Duration) {
        let now = Instant::now();
        let mut operations = self.lock();
        let held = operations.entry(operation).or_insert_with(|| Operation::new(now));
        let number = self.refusals() + 1;
        if held.refused(customer, wait, number, now) {
            self.refusals.store(number, Ordering::Release);
        }
        self.is_active.store(true, Ordering::Release);
    }

    /// A customer is not asked for again, so why it was refused will not be known.
    pub(crate) fn gave_up(&self, operation: &'static str, customer: Uuid) {
        if let Some(held) = self.lock().get_mut(operation) {
            held.gave_up(customer);
        }
    }

    /// The number of the newest refusal that has held back a whole operation.
    pub(crate) fn refusals(&self) -> u64 {
        self.refusals.load(Ordering::Acquire)
    }

    /// How an operation stands after refusals, and what is known by now about those from number `since` on; `None` where
    /// there have been none lately.
    pub(crate) fn standing(&self, operation: &'static str, since: u64) -> Option<Standing> {
        if !self.is_active() {
            return None;
        }
        Some(self.lock().get(operation)?.standing(since))
    }

    fn is_active(&self) -> bool {
        self.is_active.load(Ordering::Acquire)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<&'static str, Operation>> {
        // Nothing in here panics while the lock is held, and a map of instants has no half-done state.
        self.operations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
