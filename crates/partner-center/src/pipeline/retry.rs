//! Decides what follows a failed attempt.

use std::time::Duration;

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
    /// Another attempt at once over a new connection, if enough responses have come lately; else after
    /// this delay, or none.
    NewConnection(Option<Duration>),
    /// Another attempt after this delay, if the budget allows it.
    After(Duration),
    /// Another attempt after this delay, which does not count as the call's time.
    AfterThrottling(Duration),
}

/// What the call has done so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Progress {
    /// The attempts that failed and count against the policy.
    pub(crate) failed: u32,
    /// How many attempts were throttled, those not counted since which the service throttled every call.
    pub(crate) throttled: u32,
    pub(crate) has_new_token: bool,
    /// Whether the call has replaced a connection at once before.
    pub(crate) has_replaced_connection: bool,
    /// Since when the service answers this client with nothing but 429.
    pub(crate) throttled_for: Duration,
    pub(crate) time_left: Duration,
}

/// A call that waits out throttling gives up after this many throttled attempts, a `Retry-After` delay longer than an
/// hour, or three hours of nothing but 429.
const MOST_THROTTLED: u32 = 20;
const LONGEST_DELAY: Duration = Duration::from_secs(60 * 60);
const LONGEST_THROTTLING: Duration = Duration::from_secs(3 * 60 * 60);

/// What follows the failed attempt that `progress` includes.
pub(crate) fn next(error: &Error, policy: &RetryPolicy, waits_out_throttling: bool, progress: Progress) -> Next {
    let backoff = Backoff { base: policy.base_delay, cap: policy.max_delay }.wait(progress.failed);
    let delay = backoff.max(error.retry_after().unwrap_or_default());
    if error.kind() == ErrorKind::Unauthenticated && !progress.has_new_token {
        return Next::NewToken;
    }
    if waits_out_throttling && error.kind() == ErrorKind::Throttled {
        let gives_up = progress.throttled >= MOST_THROTTLED
            || delay > LONGEST_DELAY
            || progress.throttled_for > LONGEST_THROTTLING;
        return if gives_up { Next::Stop } else { Next::AfterThrottling(delay) };
    }
    if !error.is_retryable() || policy.max_attempts == 1 {
        return Next::Stop;
    }
    let delay = (progress.failed < policy.max_attempts && delay < progress.time_left).then_some(delay);
    // The server may have closed a kept connection under the request.
    let is_broken = error.kind() == ErrorKind::Connection && error.is_without_response() && error.may_have_been_sent();
    match delay {
        _ if is_broken && !progress.has_replaced_connection => Next::NewConnection(delay),
        Some(delay) => Next::After(delay),
        None => Next::Stop,
    }
}
