//! How fast a run goes: as fast as the service allows, and no faster.
//!
//! The service names no limit, only refusals. So the pace doubles until the first refusal, takes from it an estimate of
//! the limit, and then narrows the gap between the fastest rate that was served and the slowest that was refused.
//! Settled, it stays just below, and looks from time to time whether the limit has risen.

use std::time::Duration;

use tokio::time::Instant;

/// The pace of one run.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    /// Calls per second.
    rate: f64,
    /// What the rate never exceeds: what the caller has given, or anything a machine can do.
    ceiling: f64,
    /// When the next call may go.
    next: Instant,
    phase: Phase,
    /// The fastest rate served throughout a step, and the slowest refused.
    served: Option<f64>,
    refused: Option<f64>,
    /// When the current step began, and what it has seen.
    step: Step,
    /// How long a rate must be served to count as such: longer than the service's window, as far as it is known.
    step_length: Duration,
    /// How much the next step raises a rate that nothing speaks against.
    raise: f64,
    /// How long to stay settled before looking further.
    patience: Duration,
    /// Until when the service has told to wait, and the refusal that told so, if it says something of the rate.
    held_until: Option<Instant>,
    refusal: Option<Refusal>,
    /// At the start and after a wait, one call goes ahead: until when the others wait for its answer.
    probe_until: Option<Instant>,
    has_begun: bool,
    /// How long an answer takes; the newest counts half.
    latency: Duration,
    /// Answers since the last wait ended, and when that was.
    answers: u32,
    resumed: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    /// Nothing was refused yet; the rate doubles.
    Starting,
    /// Between a rate that is served and one that is refused.
    Narrowing,
    /// As near to the limit as it is worth knowing.
    Settled,
}

/// A refusal, kept until the wait is over: by then, what was in flight with it has been answered.
#[derive(Clone, Debug)]
struct Refusal {
    at: Instant,
    /// The wait that it told, in seconds.
    told: f64,
    /// The rate that it refused.
    rate: f64,
}

#[derive(Clone, Debug)]
struct Step {
    began: Instant,
    sent: u32,
}

/// How long the rate stays before it doubles at the start: so many times as long as an answer takes, within two bounds.
/// The first refusal stops the run, so that no more calls are refused than were sent within the time of an answer: few
/// where the limit is low, since the run has not become fast yet.
const ANSWERS_TO_DOUBLE: u32 = 5;
const SHORTEST_DOUBLING: Duration = Duration::from_millis(10);
const LONGEST_DOUBLING: Duration = Duration::from_millis(100);
/// The rate at the start, for each call that may be in flight.
const STARTING_RATE: f64 = 8.0;
/// Faster than any machine; from here on nothing but the calls in flight holds a run back.
const FASTEST: f64 = 1e6;
/// How much a step raises a rate that nothing speaks against: each that is served a little more, up to so much.
const RAISE: f64 = 1.1;
const LARGEST_RAISE: f64 = 2.0;
/// Served and refused rates this near to each other are near enough.
const GAP: f64 = 1.03;
/// Calls that fell behind by up to this much may catch up at once: timers tick in milliseconds.
const SLACK: Duration = Duration::from_millis(4);
/// How long a settled pace stays before it looks whether the limit has risen; doubled each time that it has not, and at
/// least so many steps.
const PATIENCE: Duration = Duration::from_secs(60);
/// At first, the limit has only just been looked for.
const FIRST_PATIENCE: Duration = Duration::from_secs(120);
const LONGEST_PATIENCE: Duration = Duration::from_secs(600);
const PATIENT_STEPS: u32 = 4;
/// A step is at least this long, and at most.
const SHORTEST_STEP: Duration = Duration::from_secs(2);
const LONGEST_STEP: Duration = Duration::from_secs(90);
/// A rate that was served and is refused now is taken back by this much.
const STEP_BACK: f64 = 0.95;
const SLOWEST: f64 = 0.01;
/// A given rate may be as slow as the clock can tell.
const SLOWEST_GIVEN: f64 = 1e-9;
/// How long the call that goes ahead after a wait may take before the others follow it all the same.
const PROBE: Duration = Duration::from_secs(1);
/// The first call of a run may have to sign in before.
const FIRST_PROBE: Duration = Duration::from_secs(30);

impl Pace {
    /// A pace that finds the limit, for a run with `concurrency` calls in flight.
    pub(super) fn searching(concurrency: usize, now: Instant) -> Self {
        Self::at((concurrency as f64 * STARTING_RATE).clamp(SLOWEST, FASTEST), FASTEST, Phase::Starting, now)
    }

    /// A pace of `rate` calls per second, or below where that is too fast.
    pub(super) fn given(rate: f64, now: Instant) -> Self {
        let rate = rate.max(SLOWEST_GIVEN);
        Self::at(rate, rate, Phase::Settled, now)
    }

    fn at(rate: f64, ceiling: f64, phase: Phase, now: Instant) -> Self {
        Self {
            rate,
            ceiling,
            next: now,
            phase,
            served: None,
            refused: None,
            step: Step { began: now, sent: 0 },
            step_length: SHORTEST_STEP,
            raise: RAISE,
            patience: FIRST_PATIENCE,
            held_until: Some(now),
            refusal: None,
            probe_until: None,
            has_begun: false,
            latency: LONGEST_DOUBLING,
            answers: 0,
            resumed: now,
        }
    }

    /// When the next call may go.
    pub(super) fn ready_at(&self) -> Instant {
        [self.held_until, self.probe_until].into_iter().flatten().fold(self.next, Instant::max)
    }

    /// A call goes out.
    pub(super) fn sent(&mut self, now: Instant) {
        if self.held_until.is_some_and(|until| until <= now) {
            if let Some(refusal) = self.refusal.take() {
                self.judge(&refusal, now);
            }
            self.held_until = None;
            (self.resumed, self.answers) = (now, 0);
            self.next = now;
            self.begin_step(now);
            self.probe_until = Some(now + if self.has_begun { PROBE } else { FIRST_PROBE });
            self.has_begun = true;
        }
        let interval = Duration::from_secs_f64(1.0 / self.rate);
        let earliest = now.checked_sub(SLACK).unwrap_or(now);
        self.next = self.next.max(earliest) + interval;
        self.step.sent += 1;
        self.end_step(now);
    }

    /// A call has sent itself again so many times; that counts towards the rate too.
    pub(super) fn repeated(&mut self, times: u32) {
        self.next += Duration::from_secs_f64(f64::from(times) / self.rate);
        self.step.sent += times;
    }

    /// A call was answered after `latency`, and not refused for its rate.
    pub(super) fn answered(&mut self, latency: Duration) {
        self.answers += 1;
        self.latency = (self.latency + latency) / 2;
        if self.probe_until.is_some() {
            self.skip();
        }
    }

    /// The next call goes at once, however slow the pace: after one that went ahead, and after one that says nothing
    /// about the rate. It may be for a customer that was refused, and show that the limit is that customer's own.
    pub(super) fn skip(&mut self) {
        self.probe_until = None;
        if self.ceiling >= FASTEST {
            self.next = self.resumed;
        }
    }

    /// Whether calls wait as told, or the next one is the first after that.
    pub(super) fn is_held(&self) -> bool {
        self.held_until.is_some()
    }

    /// Whether somebody was answered after the last wait.
    pub(super) fn is_answered_again(&self) -> bool {
        !self.is_held() && self.answers > 0
    }

    /// Whether the rate is one that was not served before, so that a refusal is no surprise.
    pub(super) fn is_narrowing(&self) -> bool {
        self.phase == Phase::Narrowing
    }

    /// Goes on as before a refusal that had nothing to do with the rate; a wait that is told stays told.
    pub(super) fn go_on_as(&mut self, before: Self, now: Instant) {
        *self = Self {
            next: now,
            held_until: self.held_until,
            refusal: None,
            probe_until: self.probe_until,
            has_begun: self.has_begun,
            answers: self.answers,
            resumed: self.resumed,
            ..before
        };
        self.begin_step(now);
    }

    /// The service has refused calls for their rate, and told to wait until `until`.
    pub(super) fn refused(&mut self, now: Instant, until: Instant) {
        let told = until.saturating_duration_since(now).as_secs_f64();
        let is_new = self.held_until.is_none();
        self.held_until = Some(self.held_until.map_or(until, |known| known.max(until)));
        self.probe_until = None;
        // Calls that were in flight together are refused together; that is one piece of news.
        // Nobody answered since the last wait: it was too short, which says nothing about the rate.
        if is_new && self.answers > 0 {
            self.refusal = Some(Refusal { at: now, told, rate: self.sending_rate(now).min(self.rate) });
        }
    }

    /// Takes a refusal as a sign of the limit.
    fn judge(&mut self, refusal: &Refusal, now: Instant) {
        let &Refusal { at, told, rate } = refusal;
        let step = Duration::from_secs_f64(told * 2.0);
        self.step_length = step.clamp(SHORTEST_STEP.max(self.step_length / 2), LONGEST_STEP);
        if (self.phase, self.refused) == (Phase::Narrowing, None) {
            // The look upward showed nothing new.
            self.patience = (self.patience * 2).min(LONGEST_PATIENCE);
        }
        self.patience = self.patience.max(self.step_length * PATIENT_STEPS);
        let estimate = self.estimate(at, told - 0.5);
        match self.served {
            // Too far above a rate that was served: the limit is in between.
            Some(served) if served < rate * 0.995 => self.narrow(served, rate, now),
            // Served before and refused now, and little more than the limit as far as whole seconds tell: a step back.
            Some(_) if self.estimate(at, told - 1.0) > rate * STEP_BACK => {
                self.step_back(rate, rate * STEP_BACK, now);
            }
            // Nothing is known to be served: a little below what the refusal tells.
            _ => self.step_back(rate, (estimate * 0.98).min(rate * 0.97), now),
        }
    }

    /// What the service has answered since the last wait, over the time that this will have taken when the next `wait` is
    /// over: the limit, if it counts calls in windows of time. It tells waits in whole seconds, rounded up.
    fn estimate(&self, refused: Instant, wait: f64) -> f64 {
        let time = refused.saturating_duration_since(self.resumed).as_secs_f64() + wait;
        (f64::from(self.answers) / time.max(0.1)).max(SLOWEST)
    }

    fn step_back(&mut self, refused: f64, rate: f64, now: Instant) {
        (self.served, self.refused) = (None, Some(refused));
        self.go(Phase::Narrowing, rate, now);
    }

    /// What is truly sent: the rate, unless calls are bound by something else.
    fn sending_rate(&self, now: Instant) -> f64 {
        let time = now.saturating_duration_since(self.step.began).as_secs_f64();
        if time < 0.2 { self.rate } else { f64::from(self.step.sent) / time }
    }

    fn end_step(&mut self, now: Instant) {
        let length = match self.phase {
            Phase::Starting => (self.latency * ANSWERS_TO_DOUBLE).clamp(SHORTEST_DOUBLING, LONGEST_DOUBLING),
            Phase::Narrowing => self.step_length,
            Phase::Settled => self.patience,
        };
        if now.saturating_duration_since(self.step.began) < length {
            return;
        }
        match (self.phase, self.refused) {
            (Phase::Starting, _) => self.go(Phase::Starting, self.rate * 2.0, now),
            // Bound by something else, so the step says nothing about the rate.
            _ if self.sending_rate(now) < self.rate * 0.8 => self.begin_step(now),
            (Phase::Narrowing, Some(refused)) => self.narrow(self.rate, refused, now),
            (Phase::Settled, _) => {
                self.raise = RAISE;
                self.look_upward(now);
            }
            (Phase::Narrowing, None) => {
                self.raise = (1.0 + (self.raise - 1.0) * 2.0).min(LARGEST_RAISE);
                self.patience = PATIENCE.max(self.step_length * PATIENT_STEPS);
                self.look_upward(now);
            }
        }
    }

    /// Settled long enough, or above everything that was ever refused: looks further, unless that is not wanted.
    fn look_upward(&mut self, now: Instant) {
        (self.served, self.refused) = (Some(self.rate), None);
        let phase = if self.rate < self.ceiling { Phase::Narrowing } else { Phase::Settled };
        self.go(phase, self.rate * self.raise, now);
    }

    /// Goes on between a rate that is served and one that is refused, or settles.
    fn narrow(&mut self, served: f64, refused: f64, now: Instant) {
        (self.served, self.refused) = (Some(served), Some(refused));
        if refused <= served * GAP {
            self.go(Phase::Settled, served, now);
        } else {
            // Far below a refused rate, the estimate was too low.
            let raise = if refused > served * 4.0 { 2.0 } else { RAISE };
            self.go(Phase::Narrowing, ((served + refused) / 2.0).min(served * raise), now);
        }
    }

    fn go(&mut self, phase: Phase, rate: f64, now: Instant) {
        self.phase = phase;
        self.rate = rate.max(SLOWEST).min(self.ceiling);
        self.begin_step(now);
    }

    fn begin_step(&mut self, now: Instant) {
        self.step = Step { began: now, sent: 0 };
    }
}

#[cfg(test)]
#[path = "pace_tests.rs"]
mod tests;
