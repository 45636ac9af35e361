//! Decides what follows a failed attempt.

use std::time::Duration;

use tokio::time::Instant;

use super::backoff::Backoff;
use crate::error::{Error, ErrorKind};
use crate::retry_policy::RetryPolicy;

/// What follows a failed attempt.
#[derive(Debug, PartialEq)]
pub(crate) enum Next {
    /// The failure is final.
    Stop,
    /// Another attempt with a new token, if there is one.
    NewToken,
    /// Another attempt after this delay, if the budget allows it.
    After(Duration),
    /// Another attempt after this delay, which does not count towards the call's timeout.
    AfterThrottling(Duration),
}

/// What the call has done so far.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// The retries, without those that do not count against the policy.
    pub(crate) retries: u32,
    pub(crate) has_new_token: bool,
    /// Whether the call has replaced a broken connection.
    pub(crate) has_replaced_connection: bool,
    /// How many attempts were throttled. Of those within a time of nothing but 429, only the first counts while other customers of the run are still to come.
    throttled: u32,
    /// Since when every response to this client is a 429.
    throttled_since: Option<Instant>,
}

impl Progress {
    /// Counts an attempt that was throttled.
    pub(crate) fn count_throttling(&mut self, error: &Error, since: Option<Instant>, is_last: bool) {
        if error.kind() == ErrorKind::Throttled && (is_last || self.throttled_since != since) {
            self.throttled += 1;
            self.throttled_since = since;
        }
    }
}

/// A call that waits out throttling gives up after so many throttled attempts that count, so many retries in all, a
/// `Retry-After` delay longer than an hour, or three hours of nothing but 429.
const MOST_THROTTLED: u32 = 20;
const MOST_RETRIES: u32 = 64;
const LONGEST_DELAY: Duration = Duration::from_secs(60 * 60);
const LONGEST_THROTTLING: Duration = Duration::from_secs(3 * 60 * 60);

/// What follows a failed attempt, with `time_left` of the call's own time.
pub(crate) fn next(
    error: &Error,
    policy: &RetryPolicy,
    waits_out_throttling: bool,
    progress: &Progress,
    time_left: Duration,
) -> Next {
    if error.kind() == ErrorKind::Unauthenticated && !progress.has_new_token {
        return Next::NewToken;
    }
    let attempts = progress.retries + 1;
    let backoff = Backoff { base: policy.base_delay, cap: policy.max_delay }.wait(attempts);
    let delay = backoff.max(error.retry_after().unwrap_or_default());
    if waits_out_throttling && error.kind() == ErrorKind::Throttled {
        let gives_up = progress.throttled >= MOST_THROTTLED
            || progress.retries >= MOST_RETRIES
            || delay > LONGEST_DELAY
            || progress.throttled_since.is_some_and(|since| since.elapsed() > LONGEST_THROTTLING);
        return if gives_up { Next::Stop } else { Next::AfterThrottling(delay) };
    }
    if error.is_retryable() && attempts < policy.max_attempts && delay < time_left {
        return Next::After(delay);
    }
    Next::Stop
}

/// Whether to make another attempt at once over a new connection, since this one broke after something may have been
/// sent. Usually it was a pooled connection that the server has just closed; the HTTP client does not say.
pub(crate) fn may_replace_connection(error: &Error, policy: &RetryPolicy, progress: &Progress) -> bool {
    let is_broken = error.kind() == ErrorKind::Connection && error.is_without_response() && error.may_have_been_sent();
    is_broken && !progress.has_replaced_connection && policy.max_attempts > 1
}
