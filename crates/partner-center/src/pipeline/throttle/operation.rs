//! What refusals and answers have shown about the limits of one operation.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use super::{LONGEST_HOLD, LONGEST_WAIT, MEMORY};

#[derive(Debug)]
pub(super) struct Operation {
    /// Until when every call waits.
    until: Instant,
    /// The customers that were refused lately.
    pub(super) customers: HashMap<Uuid, Refused>,
    /// When the newest answer came, and for whom.
    answered: Option<(Instant, Option<Uuid>)>,
    /// When the last of all waits is over.
    ends: Instant,
    /// The number of the newest refusal that held back all, and of the newest whose customer was answered afterwards.
    newest: u64,
    confirmed: u64,
    /// How many waits of all were over and followed by a refusal, with nobody answered in between.
    in_a_row: u32,
    /// Whether a customer has been shown to have a limit of its own.
    is_keyed: bool,
    /// The newest outcomes, one bit each; a refusal is a one.
    outcomes: u64,
    /// Who was told a wait beyond all reason, with nobody answered since.
    overlong: Option<Uuid>,
}

/// A customer that was refused.
#[derive(Debug)]
pub(super) struct Refused {
    /// When its first wait was over.
    waited: Instant,
    /// When its newest one is.
    until: Instant,
    /// The number of the newest refusal; nothing once the customer is no longer asked for.
    number: u64,
    /// Whether it is held back alone, and whether that is more than a guess.
    is_own: bool,
    is_proven: bool,
}

/// How an operation stands after refusals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    /// The number of the newest refusal that held back all calls, and until when it does.
    pub(crate) newest: u64,
    pub(crate) until: Instant,
    pub(crate) verdict: Verdict,
}

/// Why calls were refused.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verdict {
    Unknown,
    /// One of the customers was answered later, so the limit was that of all.
    Shared,
    /// Each of the customers has its own limit.
    Own,
}

/// While more than a fifth of the newest outcomes are refusals, they are not a few customers' own.
const OUTCOMES: u64 = (1 << 50) - 1;
const MOST_REFUSED: u32 = 10;
/// Refusals in a row lengthen the wait up to this: told waits can be shorter than the service's window.
const LONGEST_LENGTHENED: Duration = Duration::from_secs(30);
/// How long the reason of a refusal is looked for.
const SUSPICION: Duration = Duration::from_secs(60 * 60);

impl Operation {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            until: now,
            customers: HashMap::new(),
            answered: None,
            ends: now,
            newest: 0,
            confirmed: 0,
            in_a_row: 0,
            is_keyed: false,
            outcomes: 0,
            overlong: None,
        }
    }

    pub(super) fn held_until(&self, customer: Option<Uuid>) -> Option<Instant> {
        let own = customer.and_then(|customer| self.customers.get(&customer)).filter(|refused| refused.is_own);
        Some(self.until).max(own.map(|refused| refused.until))
    }

    pub(super) fn is_own(&self, customer: Uuid) -> bool {
        self.customers.get(&customer).is_some_and(|refused| refused.is_own)
    }

    /// Whether everything is long over.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.ends) > MEMORY
    }

    pub(super) fn answered(&mut self, customer: Option<Uuid>, now: Instant) {
        self.outcomes <<= 1;
        (self.answered, self.in_a_row, self.overlong) = (Some((now, customer)), 0, None);
        if let Some(customer) = customer
            && let Some(refused) = self.customers.get(&customer).filter(|refused| !refused.is_proven)
        {
            if !refused.is_own {
                self.confirmed = self.confirmed.max(refused.number);
            }
            self.customers.remove(&customer);
        }
    }

    pub(super) fn gave_up(&mut self, customer: Uuid) {
        if let Some(refused) = self.customers.get_mut(&customer) {
            refused.number = 0;
        }
    }

    /// Whether the refusal, which would be the one of this number, holds back all.
    pub(super) fn refused(&mut self, customer: Option<Uuid>, wait: Duration, number: u64, now: Instant) -> bool {
        self.outcomes = self.outcomes << 1 | 1;
        let until = now + wait.min(LONGEST_HOLD);
        self.ends = self.ends.max(until);
        match customer {
            Some(customer) if self.is_refused_alone(customer, wait, number, now) => return false,
            Some(_) => {}
            None => self.confirmed = number,
        }
        self.newest = number;
        let lengthened = if now >= self.until { self.lengthened() } else { Duration::ZERO };
        self.until = self.until.max(until).max(now + lengthened);
        self.ends = self.ends.max(self.until);
        true
    }

    /// The least wait, after one was over: longer each time that nobody was answered.
    fn lengthened(&mut self) -> Duration {
        self.in_a_row = self.in_a_row.saturating_add(1);
        match self.in_a_row {
            1 => Duration::ZERO,
            count => Duration::from_secs(1 << (count - 1).min(8)).min(LONGEST_LENGTHENED),
        }
    }

    /// Notes down that a customer was refused; whether it is held back alone.
    fn is_refused_alone(&mut self, customer: Uuid, wait: Duration, number: u64, now: Instant) -> bool {
        self.customers.retain(|_, refused| {
            let memory = if refused.is_own { MEMORY } else { SUSPICION };
            now.saturating_duration_since(refused.until) <= memory
        });
        let until = now + wait.min(LONGEST_HOLD);
        let is_few = (self.outcomes & OUTCOMES).count_ones() <= MOST_REFUSED;
        let first = Refused { waited: until, until, number, is_own: false, is_proven: false };
        let refused = self.customers.entry(customer).or_insert(first);
        // What was on its way at the first refusal may be answered during the wait and proves nothing.
        let answers_others = |(at, other)| at > refused.waited && other != Some(customer);
        refused.is_proven |= now >= refused.waited && self.answered.is_some_and(answers_others);
        refused.until = refused.until.max(until);
        if now < refused.waited {
            refused.waited = refused.until;
        }
        if refused.is_proven {
            self.is_keyed = true;
            refused.is_own = true;
        } else if wait > LONGEST_WAIT {
            refused.is_own = *self.overlong.get_or_insert(customer) == customer;
        } else {
            self.is_keyed &= is_few;
            refused.is_own |= self.is_keyed;
        }
        refused.number = number;
        refused.is_own
    }

    pub(super) fn standing(&self, since: u64) -> Standing {
        let is_suspect = |refused: &Refused| !refused.is_own && refused.number >= since.max(1);
        let verdict = if self.confirmed >= since {
            Verdict::Shared
        } else if self.customers.values().any(is_suspect) {
            Verdict::Unknown
        } else {
            Verdict::Own
        };
        Standing { newest: self.newest, until: self.until, verdict }
    }
}
