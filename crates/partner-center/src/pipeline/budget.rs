//! Keeps an outage from becoming a storm: repeats draw on a budget that calls fill up.

use std::sync::atomic::{AtomicU32, Ordering};

/// What one call puts in and one repeat takes out: in the long run one repeat for every five calls.
const DEPOSIT: u32 = 1;
const PRICE: u32 = 5;
/// Enough for a burst of a hundred repeats after quiet times.
const CAPACITY: u32 = 100 * PRICE;

/// The budget that all clones of a client share.
#[derive(Debug)]
pub(crate) struct Budget(AtomicU32);

impl Default for Budget {
    fn default() -> Self {
        Self(AtomicU32::new(CAPACITY))
    }
}

impl Budget {
    /// Every call puts a little in.
    pub(crate) fn deposit(&self) {
        // A full budget is the rule; it costs one read.
        if self.0.load(Ordering::Relaxed) < CAPACITY {
            self.change(|level| Some((level + DEPOSIT).min(CAPACITY)));
        }
    }

    /// Takes out the price of one repeat; false where there is not enough.
    pub(crate) fn withdraw(&self) -> bool {
        self.change(|level| level.checked_sub(PRICE))
    }

    fn change(&self, change: impl Fn(u32) -> Option<u32>) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, change).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_budget_grants_one_repeat_for_five_calls() {
        let budget = Budget::default();
        for _ in 0..=CAPACITY {
            budget.withdraw();
        }
        let granted = (0..1000).filter(|_| {
            budget.deposit();
            budget.withdraw()
        });
        assert_eq!(granted.count(), 200);
    }

    #[test]
    fn never_holds_more_than_its_capacity() {
        let budget = Budget::default();
        (0..10_000).for_each(|_| budget.deposit());
        assert_eq!((0..1000).filter(|_| budget.withdraw()).count(), 100);
    }
}
