//! The rate at which a client sends requests.
//!
//! There is no limit until the first 429 that follows twenty responses. The rate is then the number of responses since
//! traffic began, divided by the time from then to the end of the delay. Each further 429 lowers it by 5 %. While
//! nothing is throttled, the rate rises: by 0.3 % in the first five seconds, and in each further five seconds by 1.3
//! times as much as in the five before. Once it is 16 times the rate after the last 429, the limit is lifted.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Fewer responses are too few to estimate a rate.
const ENOUGH: f64 = 20.0;
/// Never slower than this, in requests a second: below it the holds are enough.
const LOWEST: f64 = 1.0;
const LOWERED: f64 = 0.95;
const FIRST_RAISE: f64 = 0.003;
const RAISE_GROWTH: f64 = 1.3;
const RAISE_SECONDS: f64 = 5.0;
const UNLIMITED: f64 = 16.0;
/// After a longer pause, traffic counts as new.
const PAUSE: Duration = Duration::from_secs(5);

/// A rate limiter, adaptive or fixed.
#[derive(Debug)]
pub(crate) struct Rate(Mutex<State>);

#[derive(Debug)]
struct State {
    /// Requests a second, and since when they rise; a fixed rate does not.
    limit: Option<(f64, Option<Instant>)>,
    /// When the next request may be sent.
    next: Instant,
    /// When traffic began, its newest response, and how many responses there were.
    began: Instant,
    newest: Instant,
    responses: f64,
}

impl Rate {
    /// No limit until the service throttles.
    pub(crate) fn adaptive() -> Self {
        Self::new(None)
    }

    /// `requests` in each `period`, evenly spread.
    pub(crate) fn fixed(requests: u32, period: Duration) -> Self {
        Self::new(Some(f64::from(requests.max(1)) / period.as_secs_f64().max(f64::EPSILON)))
    }

    fn new(fixed: Option<f64>) -> Self {
        let now = Instant::now();
        let limit = fixed.map(|rate| (rate, None));
        Self(Mutex::new(State { limit, next: now, began: now, newest: now, responses: 0.0 }))
    }

    /// Reserves the next request's turn; `None` if it may be sent at once.
    pub(crate) fn reserve(&self) -> Option<Instant> {
        let mut state = self.lock();
        state.limit?;
        let now = Instant::now();
        let rate = state.rate(now)?;
        let turn = state.next.max(now);
        state.next = turn + Duration::from_secs_f64(1.0 / rate);
        Some(turn).filter(|turn| *turn > now)
    }

    /// Records a response other than 429.
    pub(crate) fn record_response(&self) {
        let mut state = self.lock();
        if state.limit.is_none() {
            let now = Instant::now();
            if now > state.newest + PAUSE {
                (state.began, state.responses) = (now, 0.0);
            }
            state.newest = now;
            state.responses += 1.0;
        }
    }

    /// Records that the service throttled and that requests are held until `held_until`.
    pub(crate) fn record_throttling(&self, held_until: Instant) {
        let mut state = self.lock();
        let rate = match state.rate(Instant::now()) {
            Some(rate) => rate * LOWERED,
            None if state.responses < ENOUGH => return,
            None => state.responses / (held_until - state.began).as_secs_f64(),
        };
        (state.limit, state.next) = (Some((rate.max(LOWEST), Some(held_until))), held_until);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The current rate; `None` if there is no limit, or no longer one.
    fn rate(&mut self, now: Instant) -> Option<f64> {
        let (rate, rises_since) = self.limit?;
        let steps = rises_since.map_or(0.0, |since| now.saturating_duration_since(since).as_secs_f64() / RAISE_SECONDS);
        // The raises are a geometric series.
        let raise = (FIRST_RAISE * (RAISE_GROWTH.powf(steps) - 1.0) / (RAISE_GROWTH - 1.0)).exp();
        if raise > UNLIMITED {
            (self.limit, self.began, self.responses) = (None, now, 0.0);
        }
        self.limit.map(|_| rate * raise)
    }
}
