//! What one call was told to wait, the others of the client wait too.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

/// The waits that the service has told a client, operation by operation.
///
/// The service keeps one limit for each of its APIs, keyed by the partner's tenant or by partner and customer
/// ([source](https://learn.microsoft.com/partner-center/developer/api-throttling-guidance)), and does not say which. So a
/// refusal holds back the whole operation, until a customer is refused again right after its wait although others were
/// answered meanwhile: then the limit is that customer's own, and it alone is held back.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    /// Whether there may be anything to wait for; most of the time there is not, and calls need no lock.
    is_active: AtomicBool,
    /// How many refusals there have been.
    refusals: AtomicU64,
    operations: Mutex<HashMap<&'static str, Operation>>,
}

#[derive(Debug, Default)]
struct Operation {
    /// Until when every call waits.
    until: Option<Instant>,
    /// Until when the calls for one customer wait.
    customers: HashMap<Uuid, Instant>,
    /// When the newest answer came, and for whom.
    answered: Option<(Instant, Option<Uuid>)>,
}

/// A refusal: whom it was for, how long to wait, and when this call was refused before, if it was.
pub(crate) struct Refusal {
    pub(crate) customer: Option<Uuid>,
    pub(crate) wait: Duration,
    pub(crate) previous: Option<Instant>,
}

impl Throttle {
    /// Until when a call has to wait; `None` if it may go now.
    pub(crate) fn held_until(&self, operation: &'static str, customer: Option<Uuid>) -> Option<Instant> {
        if !self.is_active.load(Ordering::Acquire) {
            return None;
        }
        let now = Instant::now();
        let operations = self.lock();
        let held = operations.get(operation)?;
        let own = customer.and_then(|customer| held.customers.get(&customer).copied());
        held.until.max(own).filter(|until| *until > now)
    }

    /// Notes down an answer that was no refusal.
    pub(crate) fn answered(&self, operation: &'static str, customer: Option<Uuid>) {
        if !self.is_active.load(Ordering::Acquire) {
            return;
        }
        let now = Instant::now();
        let mut operations = self.lock();
        if let Some(held) = operations.get_mut(operation) {
            held.answered = Some((now, customer));
            held.customers.retain(|_, until| *until > now);
            if held.until.is_none_or(|until| until + MEMORY < now) && held.customers.is_empty() {
                operations.remove(operation);
            }
        }
        self.is_active.store(!operations.is_empty(), Ordering::Release);
    }

    /// Notes down a refusal, and holds back whom it concerns.
    pub(crate) fn refused(&self, operation: &'static str, refusal: &Refusal) {
        let now = Instant::now();
        let Some(until) = now.checked_add(refusal.wait) else { return };
        let mut operations = self.lock();
        let held = operations.entry(operation).or_default();
        match refusal.customer.filter(|_| held.answers_others(refusal)) {
            Some(customer) => held.customers.entry(customer).and_modify(|own| *own = until.max(*own)).or_insert(until),
            None => held.until.insert(held.until.map_or(until, |known| known.max(until))),
        };
        self.is_active.store(true, Ordering::Release);
        self.refusals.fetch_add(1, Ordering::Release);
    }

    /// How many refusals there have been; a run looks whether there are new ones.
    pub(crate) fn refusals(&self) -> u64 {
        self.refusals.load(Ordering::Acquire)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<&'static str, Operation>> {
        // Nothing in here panics while the lock is held, and a map of instants has no half-done state.
        self.operations.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// How long an operation's state is kept after its last wait, to tell a customer's own limit from the shared one.
const MEMORY: Duration = Duration::from_secs(60);

impl Operation {
    /// Whether others were answered between this call's two refusals.
    fn answers_others(&self, refusal: &Refusal) -> bool {
        let Some(previous) = refusal.previous else { return false };
        self.answered.is_some_and(|(at, customer)| at > previous && customer != refusal.customer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPERATION: &str = "get";
    const WAIT: Duration = Duration::from_secs(10);

    fn refusal(customer: Uuid, previous: Option<Instant>) -> Refusal {
        Refusal { customer: Some(customer), wait: WAIT, previous }
    }

    #[tokio::test(start_paused = true)]
    async fn one_refusal_holds_back_every_customer_of_the_operation_until_the_told_time() {
        let (throttle, one, other) = (Throttle::default(), Uuid::new_v4(), Uuid::new_v4());
        throttle.refused(OPERATION, &refusal(one, None));
        let until = Instant::now() + WAIT;
        assert_eq!(throttle.held_until(OPERATION, Some(one)), Some(until));
        assert_eq!(throttle.held_until(OPERATION, Some(other)), Some(until));
        assert_eq!(throttle.held_until("another", Some(other)), None);
        tokio::time::advance(WAIT).await;
        assert_eq!(throttle.held_until(OPERATION, Some(one)), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_customer_refused_again_while_others_are_answered_is_held_back_alone() {
        let (throttle, one, other) = (Throttle::default(), Uuid::new_v4(), Uuid::new_v4());
        throttle.refused(OPERATION, &refusal(one, None));
        let first = Instant::now();
        tokio::time::advance(WAIT + Duration::from_millis(1)).await;
        throttle.answered(OPERATION, Some(other));
        throttle.refused(OPERATION, &refusal(one, Some(first)));
        assert!(throttle.held_until(OPERATION, Some(one)).is_some());
        assert_eq!(throttle.held_until(OPERATION, Some(other)), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_refusal_with_nobody_answered_in_between_holds_back_all() {
        let (throttle, one, other) = (Throttle::default(), Uuid::new_v4(), Uuid::new_v4());
        throttle.refused(OPERATION, &refusal(one, None));
        let first = Instant::now();
        tokio::time::advance(WAIT).await;
        throttle.refused(OPERATION, &refusal(one, Some(first)));
        assert!(throttle.held_until(OPERATION, Some(other)).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_later_shorter_wait_does_not_shorten_a_longer_one() {
        let (throttle, one) = (Throttle::default(), Uuid::new_v4());
        throttle.refused(OPERATION, &refusal(one, None));
        let shorter = Refusal { customer: Some(one), wait: Duration::from_secs(1), previous: None };
        throttle.refused(OPERATION, &shorter);
        assert_eq!(throttle.held_until(OPERATION, Some(one)), Some(Instant::now() + WAIT));
    }

    #[tokio::test(start_paused = true)]
    async fn forgets_what_is_long_over() {
        let (throttle, one) = (Throttle::default(), Uuid::new_v4());
        throttle.refused(OPERATION, &refusal(one, None));
        tokio::time::advance(WAIT + MEMORY + Duration::from_secs(1)).await;
        throttle.answered(OPERATION, Some(one));
        assert!(throttle.lock().is_empty());
        assert!(!throttle.is_active.load(Ordering::Acquire));
    }
}
