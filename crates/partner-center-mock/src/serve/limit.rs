//! The rate limit of a mock Partner Center.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use tokio::time::Instant;

/// A number of calls per time window, written as `500/60s`; further calls get a 429.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    calls: u32,
    window: Duration,
}

impl RateLimit {
    /// `calls` in each `window`.
    #[must_use]
    pub fn new(calls: u32, window: Duration) -> Self {
        Self { calls, window }
    }
}

impl FromStr for RateLimit {
    type Err = String;

    /// Reads `500/60s`, or `500` for 500 a minute.
    fn from_str(text: &str) -> Result<Self, String> {
        let (calls, window) = text.split_once('/').unwrap_or((text, "60s"));
        let calls = calls.trim().parse().map_err(|_| format!("invalid number of calls `{calls}`"))?;
        let seconds = window.trim().trim_end_matches('s').parse::<u32>().ok().filter(|seconds| *seconds > 0);
        let seconds = seconds.ok_or_else(|| format!("invalid window `{window}` (expected seconds, e.g. 60s)"))?;
        Ok(Self::new(calls, Duration::from_secs(seconds.into())))
    }
}

impl fmt::Display for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}s", self.calls, self.window.as_secs())
    }
}

/// Counts calls against a limit, window by window.
pub(super) struct Counter {
    limit: RateLimit,
    began: Option<Instant>,
    calls: u32,
}

impl Counter {
    pub(super) fn new(limit: RateLimit) -> Self {
        Self { limit, began: None, calls: 0 }
    }

    /// Counts one call. If it exceeds the limit, returns the seconds until the next window, rounded up.
    pub(super) fn count(&mut self, now: Instant) -> Result<(), u64> {
        let began = *self.began.get_or_insert(now);
        let passed = now.saturating_duration_since(began);
        if passed >= self.limit.window {
            (self.began, self.calls) = (Some(now), 0);
        }
        if self.calls >= self.limit.calls {
            return Err(self.limit.window.saturating_sub(passed).as_secs_f64().ceil().max(1.0) as u64);
        }
        self.calls += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throttles_calls_beyond_the_limit_until_the_window_ends() {
        let start = Instant::now();
        let mut counter = Counter::new(RateLimit::new(2, Duration::from_secs(10)));
        assert_eq!([counter.count(start), counter.count(start)], [Ok(()), Ok(())]);
        assert_eq!(counter.count(start + Duration::from_millis(2500)), Err(8));
        assert_eq!(counter.count(start + Duration::from_secs(10)), Ok(()));
    }

    #[test]
    fn parses_calls_and_window() {
        let a_minute = RateLimit::new(500, Duration::from_secs(60));
        assert_eq!(["500/60s", "500/60", "500"].map(|text| text.parse()), [Ok(a_minute), Ok(a_minute), Ok(a_minute)]);
        for text in ["", "x", "5/0s", "5/x", "-1"] {
            assert!(text.parse::<RateLimit>().is_err(), "{text}");
        }
    }
}
