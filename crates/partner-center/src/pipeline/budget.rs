//! The retry budget: calls fill it and retries draw on it, which prevents retry storms in an outage.

use std::sync::atomic::{AtomicU32, Ordering};

/// What one call deposits and one retry costs: in the long run, one retry for every five calls.
const DEPOSIT: u32 = 1;
const PRICE: u32 = 5;
/// Enough for a burst of a hundred retries after quiet times.
const CAPACITY: u32 = 100 * PRICE;

/// Responses pay for immediate replacements of connections: a server that still responds has closed an old connection.
const MOST_RESPONSES: u32 = 100;

/// The budget that all clones of a client share.
#[derive(Debug)]
pub(crate) struct Budget {
    level: AtomicU32,
    responses: AtomicU32,
}

impl Default for Budget {
    fn default() -> Self {
        Self { level: AtomicU32::new(CAPACITY), responses: AtomicU32::new(0) }
    }
}

impl Budget {
    /// Adds the deposit of one call.
    pub(crate) fn deposit(&self) {
        // The budget is usually full, which costs one read.
        if self.level.load(Ordering::Relaxed) < CAPACITY {
            change(&self.level, |level| Some((level + DEPOSIT).min(CAPACITY)));
        }
    }

    /// Withdraws the price of one retry; `false` if there is not enough.
    pub(crate) fn withdraw(&self) -> bool {
        change(&self.level, |level| level.checked_sub(PRICE))
    }

    /// Records a response.
    pub(crate) fn record_response(&self) {
        if self.responses.load(Ordering::Relaxed) < MOST_RESPONSES {
            self.responses.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Withdraws the price of replacing a connection; `false` if there were not enough responses.
    pub(crate) fn replace_connection(&self) -> bool {
        change(&self.responses, |responses| responses.checked_sub(1))
    }
}

fn change(value: &AtomicU32, change: impl Fn(u32) -> Option<u32>) -> bool {
    value.fetch_update(Ordering::Relaxed, Ordering::Relaxed, change).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_budget_grants_one_retry_for_five_calls() {
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
    fn responses_pay_for_replacing_connections() {
        let budget = Budget::default();
        assert!(!budget.replace_connection());
        (0..500).for_each(|_| budget.record_response());
        assert_eq!((0..500).filter(|_| budget.replace_connection()).count(), 100);
        (0..1000).for_each(|_| budget.deposit());
        assert_eq!((0..1000).filter(|_| budget.withdraw()).count(), 100);
    }
}
