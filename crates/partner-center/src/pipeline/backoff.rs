//! The delay between two attempts if the service names none.

use std::time::Duration;

/// Exponential back-off with full jitter: a random delay between zero and a bound that doubles with every attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    pub(crate) base: Duration,
    pub(crate) cap: Duration,
}

impl Backoff {
    /// The delay after `attempts` failed attempts.
    pub(crate) fn wait(&self, attempts: u32) -> Duration {
        self.bound(attempts).mul_f64(fastrand::f64())
    }

    fn bound(&self, attempts: u32) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        self.base.saturating_mul(1 << doublings).min(self.cap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff { base: Duration::from_millis(200), cap: Duration::from_secs(20) };

    #[test]
    fn the_bound_doubles_up_to_the_cap() {
        let bounds = [1, 2, 3, 7, 8, 9, u32::MAX].map(|attempts| BACKOFF.bound(attempts).as_millis());
        assert_eq!(bounds, [200, 400, 800, 12_800, 20_000, 20_000, 20_000]);
    }

    #[test]
    fn the_delay_is_spread_over_the_whole_bound() {
        let waits: Vec<_> = (0..1000).map(|_| BACKOFF.wait(3)).collect();
        assert!(waits.iter().all(|wait| *wait <= BACKOFF.bound(3)));
        assert!(waits.iter().any(|wait| *wait < BACKOFF.bound(3) / 10));
        assert!(waits.iter().any(|wait| *wait > BACKOFF.bound(3) * 9 / 10));
    }
}
