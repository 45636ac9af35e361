//! How stubborn a call is.

use std::time::Duration;

/// How often, how fast and under which restraints a failed call is sent again.
///
/// Sent again are calls that failed in transport or with 408, 429, 500, 502, 503 or 504. The wait is the longer of the
/// back-off (exponential, with full jitter) and what the service asks for, and never runs past the call's deadline:
/// where it does not fit, the error comes at once.
///
/// ```
/// use std::time::Duration;
/// use partner_center::RetryPolicy;
///
/// let patient = RetryPolicy::default().max_attempts(6).base_delay(Duration::from_secs(1));
/// let never = RetryPolicy::off();
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct RetryPolicy {
    pub(crate) max_attempts: u32,
    pub(crate) base_delay: Duration,
    pub(crate) max_delay: Duration,
    pub(crate) is_budgeted: bool,
    pub(crate) heeds_throttle: bool,
    /// Whether refused calls are sent again by themselves; a run over many customers does it at its own pace.
    pub(crate) retries_throttled: bool,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 4,
            base_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(30),
            is_budgeted: true,
            heeds_throttle: true,
            retries_throttled: true,
        }
    }
}

impl RetryPolicy {
    /// One attempt; a second one only to replace a token that the service refuses.
    pub fn off() -> Self {
        Self::default().max_attempts(1)
    }

    /// How many attempts a call has in all; 4 by default, at least 1. Replacing a token that the service refuses, once a
    /// call, is not counted.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// The longest first wait; it doubles with every attempt. 500 ms by default.
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// What the doubling stops at; 30 s by default. What the service asks for is not cut by it.
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// Whether repeats draw on the budget that all clones of the client share, so that an outage does not become a
    /// storm: in the long run at most one repeat for every five calls. On by default.
    pub fn budget(mut self, is_budgeted: bool) -> Self {
        self.is_budgeted = is_budgeted;
        self
    }

    /// Whether the call waits where another call of the same client has been told to wait. On by default.
    pub fn shared_throttle(mut self, heeds_throttle: bool) -> Self {
        self.heeds_throttle = heeds_throttle;
        self
    }
}
