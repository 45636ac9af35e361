//! When one call is throttled, every call of the client waits.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The delay for a response that names none, or none to speak of.
const SHORTEST_HOLD: Duration = Duration::from_secs(1);
/// The most that one response imposes on other calls. The throttled call itself waits for, or reports, the whole delay.
const LONGEST_HOLD: Duration = Duration::from_secs(5 * 60);

/// Until when the calls of one client wait.
#[derive(Debug, Default)]
pub(crate) struct Throttle(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    held_until: Option<Instant>,
    /// Since when every response was a 429.
    throttled_since: Option<Instant>,
}

impl Throttle {
    /// Holds every call back for `delay` after a 429. Returns the end of the hold if it is a new one: calls that were in
    /// flight together are throttled together.
    pub(crate) fn hold(&self, delay: Duration) -> Option<Instant> {
        let now = Instant::now();
        let mut state = self.lock();
        state.throttled_since.get_or_insert(now);
        let is_new = state.held_until.is_none_or(|until| until <= now);
        let until = now + delay.clamp(SHORTEST_HOLD, LONGEST_HOLD);
        state.held_until = state.held_until.max(Some(until));
        is_new.then_some(until)
    }

    /// The end of the hold; `None` if calls may be sent now.
    pub(crate) fn held_until(&self) -> Option<Instant> {
        self.lock().held_until.filter(|until| *until > Instant::now())
    }

    /// Since when every response was a 429; `None` if the last one was not.
    pub(crate) fn throttled_since(&self) -> Option<Instant> {
        self.lock().throttled_since
    }

    /// Records a response other than 429.
    pub(crate) fn record_response(&self) {
        self.lock().throttled_since = None;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_response_holds_calls_for_a_second_at_least_and_five_minutes_at_most() {
        for (delay, hold) in [(0, 1), (57, 57), (86_400, 300), (u64::MAX, 300)] {
            let throttle = Throttle::default();
            assert_eq!(throttle.hold(Duration::from_secs(delay)), Some(Instant::now() + Duration::from_secs(hold)));
            assert_eq!(throttle.held_until(), Some(Instant::now() + Duration::from_secs(hold)), "{delay}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_hold_is_extended_and_never_shortened_by_calls_throttled_meanwhile() {
        let throttle = Throttle::default();
        let until = throttle.hold(Duration::from_secs(30));
        assert_eq!(throttle.hold(Duration::from_secs(10)), None);
        assert_eq!(throttle.held_until(), until);
        throttle.hold(Duration::from_secs(40));
        assert_eq!(throttle.held_until(), Some(Instant::now() + Duration::from_secs(40)));
        tokio::time::advance(Duration::from_secs(40)).await;
        assert_eq!(throttle.held_until(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn any_other_response_ends_the_time_of_nothing_but_429() {
        let throttle = Throttle::default();
        throttle.hold(Duration::ZERO);
        let began = Instant::now();
        tokio::time::advance(Duration::from_secs(60)).await;
        throttle.hold(Duration::ZERO);
        assert_eq!(throttle.throttled_since(), Some(began));
        throttle.record_response();
        assert_eq!(throttle.throttled_since(), None);
    }
}
