//! What one call was told to wait, the others of the client wait too.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

/// The waits that the service has told a client, operation by operation.
///
/// The service keeps one limit for each of its APIs, keyed by the partner's tenant or by partner and customer
/// ([source](https://learn.microsoft.com/partner-center/developer/api-throttling-guidance)), and does not say which. So a
/// refusal holds back the whole operation, until a customer that has waited as told is refused again although others
/// were answered meanwhile: then the limit is that customer's own, and it alone is held back.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    /// Whether there may be anything to wait for; most of the time there is not, and calls need no lock.
    is_active: AtomicBool,
    /// How many refusals have held back a whole operation.
    refusals: AtomicU64,
    operations: Mutex<HashMap<&'static str, Operation>>,
}

#[derive(Debug)]
struct Operation {
    /// Until when every call waits.
    until: Instant,
    /// The customers that were refused lately.
    customers: HashMap<Uuid, Refused>,
    /// When the newest answer came, and for whom.
    answered: Option<(Instant, Option<Uuid>)>,
    /// When the last of all waits is over.
    ends: Instant,
}

/// A customer that was refused.
#[derive(Debug)]
struct Refused {
    /// When its first wait was over.
    waited: Instant,
    /// When its newest one is.
    until: Instant,
    /// Whether the limit is the customer's own.
    is_own: bool,
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
        let own = customer.and_then(|customer| held.own(customer)).map(|refused| refused.until);
        Some(held.until).max(own).filter(|until| *until > now)
    }

    /// Whether a customer has a limit of its own, as far as refusals have shown.
    pub(crate) fn is_own(&self, operation: &'static str, customer: Uuid) -> bool {
        self.lock().get(operation).is_some_and(|held| held.own(customer).is_some())
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
            if let Some(customer) = customer.filter(|customer| held.own(*customer).is_none()) {
                held.customers.remove(&customer);
            }
            if now.saturating_duration_since(held.ends) > MEMORY {
                operations.remove(operation);
            }
        }
        self.is_active.store(!operations.is_empty(), Ordering::Release);
    }

    /// Notes down a refusal that tells this wait, and holds back whom it concerns.
    pub(crate) fn refused(&self, operation: &'static str, customer: Option<Uuid>, wait: Duration) {
        let now = Instant::now();
        let until = now + wait.min(LONGEST);
        let mut operations = self.lock();
        let held = operations.entry(operation).or_insert_with(|| Operation {
            until: now,
            customers: HashMap::new(),
            answered: None,
            ends: now,
        });
        held.ends = held.ends.max(until);
        if !customer.is_some_and(|customer| held.is_refused_alone(customer, now, until)) {
            held.until = held.until.max(until);
            self.refusals.fetch_add(1, Ordering::Release);
        }
        self.is_active.store(true, Ordering::Release);
    }

    /// How many refusals have held back a whole operation; a run looks whether there are new ones.
    pub(crate) fn refusals(&self) -> u64 {
        self.refusals.load(Ordering::Acquire)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<&'static str, Operation>> {
        // Nothing in here panics while the lock is held, and a map of instants has no half-done state.
        self.operations.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// How long refusals are remembered after their wait, to tell a customer's own limit from the shared one.
const MEMORY: Duration = Duration::from_secs(5 * 60);
/// What one answer can impose on all other calls: a told wait that is a slip of somebody's, milliseconds for seconds say,
/// must not silence a client for days. The refused call itself is told the whole wait.
const LONGEST: Duration = Duration::from_secs(2 * 60 * 60);

impl Operation {
    /// The customer's own limit, if it has one.
    fn own(&self, customer: Uuid) -> Option<&Refused> {
        self.customers.get(&customer).filter(|refused| refused.is_own)
    }

    /// Notes down that a customer was refused; whether its limit is its own.
    fn is_refused_alone(&mut self, customer: Uuid, now: Instant, until: Instant) -> bool {
        self.customers.retain(|_, refused| now.saturating_duration_since(refused.until) <= MEMORY);
        match self.customers.entry(customer) {
            Entry::Vacant(vacant) => vacant.insert(Refused { waited: until, until, is_own: false }).is_own,
            Entry::Occupied(occupied) => {
                let refused = occupied.into_mut();
                // What was on its way at the first refusal may be answered during the wait and proves nothing.
                let answers_others = |(at, other)| at > refused.waited && other != Some(customer);
                refused.is_own |= now >= refused.waited && self.answered.is_some_and(answers_others);
                refused.until = refused.until.max(until);
                if now < refused.waited {
                    refused.waited = refused.until;
                }
                refused.is_own
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPERATION: &str = "get";
    const WAIT: Duration = Duration::from_secs(10);
    const MOMENT: Duration = Duration::from_millis(1);

    #[tokio::test(start_paused = true)]
    async fn one_refusal_holds_back_every_customer_of_the_operation_until_the_told_time() {
        let (throttle, one, other) = (Throttle::default(), Uuid::new_v4(), Uuid::new_v4());
        throttle.refused(OPERATION, Some(one), WAIT);
        let until = Instant::now() + WAIT;
        assert_eq!(throttle.held_until(OPERATION, Some(one)), Some(until));
        assert_eq!(throttle.held_until(OPERATION, Some(other)), Some(until));
        assert_eq!(throttle.held_until("another", Some(other)), None);
        tokio::time::advance(WAIT).await;
        assert_eq!(throttle.held_until(OPERATION, Some(one)), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_customer_refused_after_its_wait_while_others_are_answered_is_held_back_alone_from_then_on() {
        let (throttle, one, other) = (Throttle::default(), Uuid::new_v4(), Uuid::new_v4());
        throttle.refused(OPERATION, Some(one), WAIT);
        for _ in 0..3 {
            tokio::time::advance(WAIT + MOMENT).await;
            throttle.answered(OPERATION, Some(other));
            tokio::time::advance(MOMENT).await;
            throttle.refused(OPERATION, Some(one), WAIT);
            assert!(throttle.is_own(OPERATION, one) && !throttle.is_own(OPERATION, other));
            assert!(throttle.held_until(OPERATION, Some(one)).is_some());
            assert_eq!(throttle.held_until(OPERATION, Some(other)), None);
            // Even answered once, it has its limit.
            throttle.answered(OPERATION, Some(one));
        }
        assert_eq!(throttle.refusals(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn answers_that_were_on_their_way_do_not_make_a_limit_a_customers_own() {
        let (throttle, one, other) = (Throttle::default(), Uuid::new_v4(), Uuid::new_v4());
        throttle.refused(OPERATION, Some(one), WAIT);
        tokio::time::advance(MOMENT).await;
        throttle.answered(OPERATION, Some(other));
        tokio::time::advance(WAIT).await;
        throttle.refused(OPERATION, Some(one), WAIT);
        assert!(throttle.held_until(OPERATION, Some(other)).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_customer_refused_before_its_wait_is_over_is_not_alone_with_it() {
        let (throttle, one, other) = (Throttle::default(), Uuid::new_v4(), Uuid::new_v4());
        // Two calls for it were on their way.
        throttle.refused(OPERATION, Some(one), WAIT);
        tokio::time::advance(MOMENT).await;
        throttle.refused(OPERATION, Some(one), 2 * WAIT);
        tokio::time::advance(WAIT + MOMENT).await;
        throttle.answered(OPERATION, Some(other));
        tokio::time::advance(MOMENT).await;
        throttle.refused(OPERATION, Some(one), WAIT);
        assert!(!throttle.is_own(OPERATION, one));
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_refusal_with_nobody_answered_in_between_holds_back_all() {
        let (throttle, one, other) = (Throttle::default(), Uuid::new_v4(), Uuid::new_v4());
        throttle.refused(OPERATION, Some(one), WAIT);
        tokio::time::advance(WAIT).await;
        throttle.refused(OPERATION, Some(one), WAIT);
        assert!(throttle.held_until(OPERATION, Some(other)).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_customer_that_was_answered_in_between_starts_afresh() {
        let (throttle, one, other) = (Throttle::default(), Uuid::new_v4(), Uuid::new_v4());
        throttle.refused(OPERATION, Some(one), WAIT);
        tokio::time::advance(WAIT + MOMENT).await;
        throttle.answered(OPERATION, Some(one));
        throttle.answered(OPERATION, Some(other));
        tokio::time::advance(MOMENT).await;
        throttle.refused(OPERATION, Some(one), WAIT);
        assert!(throttle.held_until(OPERATION, Some(other)).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_later_shorter_wait_does_not_shorten_a_longer_one() {
        let (throttle, one) = (Throttle::default(), Uuid::new_v4());
        throttle.refused(OPERATION, Some(one), WAIT);
        throttle.refused(OPERATION, Some(one), WAIT / 10);
        assert_eq!(throttle.held_until(OPERATION, Some(one)), Some(Instant::now() + WAIT));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_of_days_holds_the_others_back_for_two_hours() {
        let (throttle, one, other) = (Throttle::default(), Uuid::new_v4(), Uuid::new_v4());
        throttle.refused(OPERATION, Some(one), Duration::MAX);
        throttle.answered(OPERATION, Some(other));
        assert_eq!(throttle.held_until(OPERATION, Some(other)), Some(Instant::now() + LONGEST));
    }

    #[tokio::test(start_paused = true)]
    async fn forgets_what_is_long_over() {
        let (throttle, one) = (Throttle::default(), Uuid::new_v4());
        throttle.refused(OPERATION, Some(one), WAIT);
        tokio::time::advance(WAIT + MEMORY + Duration::from_secs(1)).await;
        throttle.answered(OPERATION, Some(one));
        assert!(throttle.lock().is_empty());
        assert!(!throttle.is_active.load(Ordering::Acquire));
    }

    #[tokio::test(start_paused = true)]
    async fn remembers_no_more_customers_than_were_refused_lately() {
        let throttle = Throttle::default();
        for _ in 0..100 {
            throttle.refused(OPERATION, Some(Uuid::new_v4()), WAIT);
            tokio::time::advance(WAIT).await;
        }
        assert!(throttle.lock()[OPERATION].customers.len() <= 32);
    }
}
