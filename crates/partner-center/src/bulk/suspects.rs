//! Refusals that may have nothing to do with the run's rate.
//!
//! A refusal slows the whole run, since it does not say whose limit it is. When it turns out to be one customer's own,
//! or one alone of its kind, the run goes on as fast as before, whichever call of the client was refused.

use tokio::time::Instant;

use super::OPERATION;
use super::pace::Pace;
use crate::pipeline::throttle::{LONGEST_WAIT, Throttle, Verdict};

/// What a run makes of the refusals of its operation.
pub(super) struct Suspects {
    /// The number of the newest refusal that was heeded.
    heeded: u64,
    /// The number of the first refusal whose reason is not known, and the pace from before it.
    before: Option<(u64, Pace)>,
    /// Whether that one came after so many answers, at a rate that nothing spoke against, that it may be no more than
    /// somebody's slip.
    is_isolated: bool,
    /// How many customers were answered since the newest refusal, and how many it takes for the next to be isolated.
    answers: u64,
    enough: u64,
}

/// Doubled with each refusal that was forgiven, so that a limit which refuses one call at a time is not met for ever.
const ENOUGH: u64 = 100;

impl Suspects {
    pub(super) fn new(throttle: &Throttle) -> Self {
        let heeded = throttle.refusals();
        // The first refusal of a run is isolated until a second one comes.
        Self { heeded, before: None, is_isolated: false, answers: ENOUGH, enough: ENOUGH }
    }

    /// A customer was answered.
    pub(super) fn answered(&mut self) {
        self.answers += 1;
    }

    /// Slows down for what the service has told any call of the client, and no longer than there is a reason.
    pub(super) fn heed(&mut self, throttle: &Throttle, pace: &mut Pace) {
        let since = self.before.as_ref().map_or(self.heeded + 1, |(first, _)| *first);
        let Some(standing) = throttle.standing(OPERATION, since) else {
            self.before = None;
            return;
        };
        let now = Instant::now();
        if standing.newest > self.heeded {
            self.heeded = standing.newest;
            let until = standing.until.max(now);
            if until - now <= LONGEST_WAIT {
                if self.before.is_none() {
                    self.is_isolated = self.answers >= self.enough && !pace.is_narrowing();
                    self.before = Some((since, pace.clone()));
                }
                self.answers = 0;
                pace.refused(now, until);
            }
            return;
        }
        let Some((first, before)) = self.before.take() else {
            return;
        };
        let is_answered_for = standing.verdict == Verdict::Shared || pace.is_answered_again();
        if self.is_isolated && standing.newest == first && is_answered_for {
            self.enough *= 2;
            pace.go_on_as(before, now);
            return;
        }
        match standing.verdict {
            Verdict::Own => pace.go_on_as(before, now),
            Verdict::Unknown => self.before = Some((first, before)),
            Verdict::Shared => {}
        }
    }
}
