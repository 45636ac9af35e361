//! The retry policy of a call.

use std::time::Duration;

/// How often and how fast a failed call is retried.
///
/// Transport failures and 408, 429, 500, 502, 503 and 504 are retried. The delay is the longer of the back-off
/// (exponential, with full jitter) and what the service asks for. If it exceeds the call's deadline, the call fails
/// immediately.
///
/// Two more attempts do not count, each at most once per call and without delay: one with a new token, if the service
/// rejects the token, and one over a new connection, if the connection breaks before the response. Each response that
/// the client has received allows one such replacement.
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
    pub(crate) respects_throttle: bool,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 4,
            base_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(30),
            is_budgeted: true,
            respects_throttle: true,
        }
    }
}

impl RetryPolicy {
    /// One attempt; a second one only to replace a token that the service rejects.
    pub fn off() -> Self {
        Self::default().max_attempts(1)
    }

    /// Sets the maximum number of attempts of a call; 4 by default, at least 1.
    ///
    /// Attempts that replace a rejected token or a broken connection do not count. With a maximum of 1, no connection is
    /// replaced.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Sets the upper bound of the first back-off, which doubles with every attempt. 500 ms by default.
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// Sets the longest back-off; 30 s by default. It does not limit a delay that the service asks for.
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// Sets whether retries draw on the budget that all clones of the client share, which prevents retry storms in an
    /// outage: in the long run at most one retry for every five calls. On by default.
    pub fn budget(mut self, is_budgeted: bool) -> Self {
        self.is_budgeted = is_budgeted;
        self
    }

    /// Sets whether the call waits while another call of the same client is throttled. On by default.
    pub fn shared_throttle(mut self, respects_throttle: bool) -> Self {
        self.respects_throttle = respects_throttle;
        self
    }
}
