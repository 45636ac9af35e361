//! Decides whether a failed attempt is made again, and when.

use std::time::Duration;

use http::StatusCode;
use tokio::time::Instant;

use super::backoff::Backoff;
use crate::call::Call;
use crate::error::{Error, ErrorKind};

/// The retries of one call.
pub(super) struct Retry<'a> {
    call: &'a Call,
    operation: &'static str,
}

impl<'a> Retry<'a> {
    pub(super) fn new(call: &'a Call, operation: &'static str) -> Self {
        Self { call, operation }
    }

    /// Waits while the client is told to wait, unless that takes longer than the call has.
    pub(super) async fn wait_for_throttle(&self) -> Result<(), Error> {
        if !self.call.retry.heeds_throttle {
            return Ok(());
        }
        // Another refusal may have come while this call slept.
        while let Some(until) = self.held_until() {
            if until >= self.call.deadline {
                let wait = until.saturating_duration_since(Instant::now());
                return Err(Error::new(
                    ErrorKind::Throttled,
                    "the client was told to wait longer than the call may take",
                )
                .wait(Some(wait)));
            }
            tokio::time::sleep_until(until).await;
        }
        Ok(())
    }

    /// Whether the client is told to wait now.
    pub(super) fn is_held_back(&self) -> bool {
        self.call.retry.heeds_throttle && self.held_until().is_some()
    }

    fn held_until(&self) -> Option<Instant> {
        self.call.client.inner().throttle.held_until(self.operation, self.call.customer)
    }

    /// Notes down that the service answered.
    pub(super) fn answered(&self) {
        self.call.client.inner().throttle.answered(self.operation, self.call.customer);
    }

    /// Waits for the next attempt; false where there is none.
    pub(super) async fn waits(&self, error: &Error) -> bool {
        if error.status() == Some(StatusCode::TOO_MANY_REQUESTS) {
            self.hold_back_others(error);
        } else if error.status().is_some() {
            self.answered();
        }
        match self.wait_after(error) {
            Some(wait) => {
                tokio::time::sleep(wait).await;
                true
            }
            None => {
                self.give_up_on(error);
                false
            }
        }
    }

    /// How long to wait before the next attempt; `None` where there is none.
    fn wait_after(&self, error: &Error) -> Option<Duration> {
        let (call, policy) = (self.call, &self.call.retry);
        let attempts = call.attempts();
        if !error.is_retryable() || self.is_handed_back(error) || attempts >= policy.max_attempts {
            return None;
        }
        let backoff = Backoff { base: policy.base_delay, cap: policy.max_delay }.wait(attempts);
        let wait = backoff.max(error.retry_after().unwrap_or_default());
        let has_time = wait < call.time_left();
        (has_time && (!policy.is_budgeted || call.client.inner().budget.withdraw())).then_some(wait)
    }

    /// Whether a refusal is for a run to deal with, which will ask again.
    fn is_handed_back(&self, error: &Error) -> bool {
        error.kind() == ErrorKind::Throttled && !self.call.retry.retries_throttled
    }

    fn give_up_on(&self, error: &Error) {
        if error.kind() == ErrorKind::Throttled
            && !self.is_handed_back(error)
            && let Some(customer) = self.call.customer
        {
            self.call.client.inner().throttle.gave_up(self.operation, customer);
        }
    }

    fn hold_back_others(&self, error: &Error) {
        let wait = error.retry_after().unwrap_or_default().max(SHORTEST_WAIT);
        self.call.client.inner().throttle.refused(self.operation, self.call.customer, wait);
    }
}

/// How long a refusal holds back the other calls at least, where it tells no wait or none to speak of.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);
