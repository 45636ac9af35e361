//! A limit on calls a second, as services have them.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// What is counted, and how.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// So many calls in each second of the clock.
    Window,
    /// So many calls a second, of which one second's worth can be saved up.
    Bucket,
}

/// A limit as the command line gives it.
#[derive(Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) kind: Kind,
    /// Calls a second.
    pub(crate) rate: u64,
    /// The rate is halved once so many calls have been served.
    pub(crate) halve_after: Option<u64>,
}

/// Holds calls to a limit, if there is one, and counts them.
pub(crate) struct Limiter {
    limit: Option<Limit>,
    began: Instant,
    state: Mutex<State>,
}

struct State {
    rate: f64,
    served: u64,
    refused: u64,
    /// The number of the current second, and the calls in it.
    window: (u64, f64),
    /// What the bucket holds, and when that was so.
    bucket: (f64, Instant),
}

impl Limiter {
    pub(crate) fn new(limit: Option<Limit>) -> Self {
        let rate = limit.map_or(0.0, |limit| limit.rate as f64);
        let began = Instant::now();
        let state = State { rate, served: 0, refused: 0, window: (0, 0.0), bucket: (rate, began) };
        Self { limit, began, state: Mutex::new(state) }
    }

    /// Counts a call; where it is refused, gives the seconds to wait.
    pub(crate) fn take(&self, now: Instant) -> Result<(), u64> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(limit) = self.limit else {
            state.served += 1;
            return Ok(());
        };
        let is_served = match limit.kind {
            Kind::Window => state.window_takes(now.duration_since(self.began).as_secs()),
            Kind::Bucket => state.bucket_takes(now),
        };
        if !is_served {
            state.refused += 1;
            // What is left of the second, or what the bucket needs for a call: never more than one whole second.
            return Err(1);
        }
        state.served += 1;
        if limit.halve_after == Some(state.served) {
            state.rate /= 2.0;
        }
        Ok(())
    }

    /// The counts in JSON.
    pub(crate) fn summary(&self) -> String {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        format!(r#"{{"served": {}, "refused": {}}}"#, state.served, state.refused)
    }
}

impl State {
    fn window_takes(&mut self, second: u64) -> bool {
        if self.window.0 != second {
            self.window = (second, 0.0);
        }
        self.window.1 += 1.0;
        self.window.1 <= self.rate
    }

    fn bucket_takes(&mut self, now: Instant) -> bool {
        let (level, at) = self.bucket;
        let level = (level + now.saturating_duration_since(at).as_secs_f64() * self.rate).min(self.rate);
        let is_served = level >= 1.0;
        self.bucket = (if is_served { level - 1.0 } else { level }, now.max(at));
        is_served
    }
}
