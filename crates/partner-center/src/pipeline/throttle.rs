//! When one call is throttled, every call of the client waits.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The hold for a response that names no delay, or none to speak of. It doubles while nothing but 429 comes.
const SHORTEST_HOLD: Duration = Duration::from_secs(1);
const LONGEST_DOUBLED: Duration = Duration::from_secs(32);
/// The most that one response imposes on other calls. The throttled call itself waits for, or reports, the whole delay.
const LONGEST_HOLD: Duration = Duration::from_secs(5 * 60);
/// A longer delay is taken for a mistake, such as milliseconds for seconds, and imposes nothing on other calls.
const LONGEST_CREDIBLE: Duration = Duration::from_secs(60 * 60);

/// Until when the calls of one client wait.
#[derive(Debug, Default)]
pub(crate) struct Throttle(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    held_until: Option<Instant>,
    /// Since when every response was a 429, and how many holds began since.
    throttled_since: Option<Instant>,
    holds: u32,
}

impl Throttle {
    /// Holds every call back for `delay` after a 429. Returns the end of the hold if this is the first 429 after another
    /// response: calls that were in flight together are throttled together.
    pub(crate) fn hold(&self, delay: Duration) -> Option<Instant> {
        let now = Instant::now();
        let mut state = self.lock();
        let is_first = state.throttled_since.is_none();
        state.throttled_since.get_or_insert(now);
        let shortest = SHORTEST_HOLD.saturating_mul(1 << state.holds.min(16)).min(LONGEST_DOUBLED);
        state.holds += u32::from(state.held_until.is_none_or(|until| until <= now));
        let delay = if delay > LONGEST_CREDIBLE { Duration::ZERO } else { delay };
        let until = now + delay.clamp(shortest, LONGEST_HOLD);
        state.held_until = state.held_until.max(Some(until));
        is_first.then_some(until)
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
        let mut state = self.lock();
        (state.throttled_since, state.holds) = (None, 0);
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
        for (delay, hold) in [(0, 1), (57, 57), (3600, 300), (3601, 1), (u64::MAX, 1)] {
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
    async fn the_shortest_hold_doubles_while_nothing_but_429_comes() {
        let throttle = Throttle::default();
        let mut holds = Vec::new();
        for _ in 0..7 {
            throttle.hold(Duration::ZERO);
            let until = throttle.held_until().unwrap();
            holds.push((until - Instant::now()).as_secs());
            tokio::time::sleep_until(until).await;
        }
        assert_eq!(holds, [1, 2, 4, 8, 16, 32, 32]);
        throttle.record_response();
        assert_eq!(throttle.hold(Duration::ZERO), Some(Instant::now() + SHORTEST_HOLD));
    }
}
