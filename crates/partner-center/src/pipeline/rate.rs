//! The rate at which a client sends requests.
//!
//! There is no limit until the first 429 that follows twenty responses. The rate is then the number of responses since
//! traffic began, divided by that time and the delay together. Each further throttling lowers it by 5 %. While nothing is
//! throttled, it rises every five seconds, by 0.3 % at first and by 1.3 times as much each time. Once it is 16 times the
//! rate after the last throttling, there is no limit again.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Fewer responses say nothing about a rate.
const ENOUGH: f64 = 20.0;
/// Never slower than this, in requests a second: below it the holds are enough.
const LOWEST: f64 = 1.0;
const LOWERED: f64 = 0.95;
const FIRST_RAISE: f64 = 0.003;
const RAISE_GROWTH: f64 = 1.3;
const RAISE_EVERY: Duration = Duration::from_secs(5);
const UNLIMITED: f64 = 16.0;
/// Traffic that pauses for longer begins anew.
const PAUSE: Duration = Duration::from_secs(5);

/// A rate limiter: found by itself, or fixed.
#[derive(Debug)]
pub(crate) struct Rate(Mutex<State>);

#[derive(Debug)]
struct State {
    is_fixed: bool,
    /// Requests a second; `None` while there is no limit.
    rate: Option<f64>,
    /// When the next request may be sent.
    next: Instant,
    /// When traffic began, its newest response, and how many responses there were.
    began: Instant,
    newest: Instant,
    responses: f64,
    /// The rate after the last throttling, the next raise as a share, and when it is due.
    lowered: f64,
    raise: f64,
    raise_at: Instant,
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

    fn new(rate: Option<f64>) -> Self {
        let now = Instant::now();
        let (next, began, newest, raise_at) = (now, now, now, now);
        let (is_fixed, responses, lowered, raise) = (rate.is_some(), 0.0, 0.0, 0.0);
        Self(Mutex::new(State { is_fixed, rate, next, began, newest, responses, lowered, raise, raise_at }))
    }

    /// Reserves the next request's turn; `None` if it may be sent at once.
    pub(crate) fn reserve(&self) -> Option<Instant> {
        let mut state = self.lock();
        state.rate?;
        let now = Instant::now();
        while !state.is_fixed && state.raise_at <= now {
            state.raise_rate(now);
        }
        let turn = state.next.max(now);
        state.next = turn + Duration::from_secs_f64(1.0 / state.rate?);
        Some(turn).filter(|turn| *turn > now)
    }

    /// Records a response other than 429.
    pub(crate) fn record_response(&self) {
        let mut state = self.lock();
        if state.rate.is_none() {
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
        if state.is_fixed {
            return;
        }
        let rate = match state.rate {
            Some(rate) => rate * LOWERED,
            None if state.responses < ENOUGH => return,
            None => state.responses / (held_until - state.began).as_secs_f64(),
        };
        let rate = rate.max(LOWEST);
        (state.rate, state.lowered, state.raise) = (Some(rate), rate, FIRST_RAISE);
        (state.next, state.raise_at) = (held_until, held_until + RAISE_EVERY);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn raise_rate(&mut self, now: Instant) {
        self.rate = self.rate.map(|rate| rate * (1.0 + self.raise)).filter(|rate| *rate < self.lowered * UNLIMITED);
        self.raise *= RAISE_GROWTH;
        self.raise_at += RAISE_EVERY;
        if self.rate.is_none() {
            // Whatever is due after this is due for the next limit.
            (self.began, self.responses, self.raise_at) = (now, 0.0, now + RAISE_EVERY);
        }
    }
}
