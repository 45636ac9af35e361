//! The pace against simulated services, in simulated time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use tokio::time::Instant;

use super::Pace;

/// A service that counts calls, in nanoseconds of simulated time.
enum Limit {
    /// So many calls in each window.
    Window { length: u64, calls: u64, current: u64, used: u64 },
    /// So many calls a second, and as many saved up at most.
    Bucket { rate: f64, capacity: f64, level: f64, at: u64 },
}

const SECOND: u64 = 1_000_000_000;

impl Limit {
    fn window(calls: u64, length: u64) -> Self {
        Self::Window { length, calls, current: 0, used: 0 }
    }

    fn bucket(rate: f64) -> Self {
        Self::Bucket { rate, capacity: rate, level: rate, at: 0 }
    }

    /// Whether a call at `now` is served, or how many whole seconds to wait.
    fn serve(&mut self, now: u64) -> Result<(), u64> {
        match self {
            Self::Window { length, calls, current, used } => {
                if now / *length != *current {
                    (*current, *used) = (now / *length, 0);
                }
                *used += 1;
                let left = *length - now % *length;
                if *used <= *calls { Ok(()) } else { Err(left.div_ceil(SECOND)) }
            }
            Self::Bucket { rate, capacity, level, at } => {
                *level = (*level + (now - *at) as f64 / SECOND as f64 * *rate).min(*capacity);
                *at = now;
                if *level >= 1.0 {
                    *level -= 1.0;
                    Ok(())
                } else {
                    Err(1)
                }
            }
        }
    }

    fn halve(&mut self) {
        match self {
            Self::Window { calls, .. } => *calls /= 2,
            Self::Bucket { rate, capacity, .. } => (*rate, *capacity) = (*rate / 2.0, *capacity / 2.0),
        }
    }
}

struct Outcome {
    served: u64,
    refused: u64,
    /// Seconds from the first call to the last answer.
    seconds: f64,
    /// Calls a second once settled: in the last half of the run.
    settled: f64,
}

/// Runs `calls` calls, 32 in flight at most, 20 ms each.
fn run(mut limit: Limit, calls: u64, mut pace: Pace, start: Instant, halve_at: Option<u64>) -> Outcome {
    const LATENCY: u64 = SECOND / 50;
    let at = |nanoseconds: u64| start + Duration::from_nanos(nanoseconds);
    let since = |instant: Instant| instant.saturating_duration_since(start).as_nanos() as u64;
    let (mut now, mut waiting, mut served, mut refused, mut half) = (0_u64, calls, 0_u64, 0_u64, (0, 0));
    let mut in_flight: BinaryHeap<Reverse<(u64, Result<(), u64>)>> = BinaryHeap::new();
    while served < calls {
        let can_send = waiting > 0 && in_flight.len() < 32;
        let ready = since(pace.ready_at()).max(now);
        match in_flight.peek() {
            Some(Reverse((done, _))) if !can_send || *done <= ready => {
                now = *done;
                if let Some(Reverse((_, answer))) = in_flight.pop() {
                    match answer {
                        Ok(()) => {
                            served += 1;
                            pace.answered();
                            if served == calls / 2 {
                                half = (now, served);
                            }
                            if halve_at == Some(served) {
                                limit.halve();
                            }
                        }
                        Err(wait) => {
                            refused += 1;
                            waiting += 1;
                            pace.refused(at(now), at(now + wait * SECOND));
                        }
                    }
                }
            }
            _ => {
                // Timers fire on whole milliseconds.
                now = ready.div_ceil(1_000_000) * 1_000_000;
                pace.sent(at(now));
                waiting -= 1;
                in_flight.push(Reverse((now + LATENCY, limit.serve(now + LATENCY / 2))));
            }
        }
    }
    let settled = (served - half.1) as f64 / ((now - half.0) as f64 / SECOND as f64);
    Outcome { served, refused, seconds: now as f64 / SECOND as f64, settled }
}

fn search(limit: Limit, calls: u64, halve_at: Option<u64>) -> Outcome {
    let start = Instant::now();
    run(limit, calls, Pace::searching(32, start), start, halve_at)
}

#[test]
fn settles_just_below_the_limit_with_few_refusals() {
    for rate in [50, 500, 1500] {
        for limit in [Limit::window(rate, SECOND), Limit::bucket(rate as f64)] {
            let outcome = search(limit, rate * 80, None);
            assert!(outcome.settled >= rate as f64 / 1.05, "{rate}: {}", outcome.settled);
            assert!(outcome.refused * 100 <= outcome.served, "{rate}: {} refused", outcome.refused);
        }
    }
}

#[test]
fn finds_a_limit_that_counts_by_the_minute() {
    let outcome = search(Limit::window(500, 60 * SECOND), 5_000, None);
    assert!(outcome.seconds <= 1.1 * 600.0, "{}", outcome.seconds);
    assert!(outcome.refused <= 50, "{} refused", outcome.refused);
}

#[test]
fn follows_a_limit_that_halves() {
    for rate in [50, 500] {
        for limit in [Limit::window(rate, SECOND), Limit::bucket(rate as f64)] {
            let outcome = search(limit, rate * 80, Some(rate * 25));
            assert!(outcome.settled >= rate as f64 / 2.0 / 1.05, "{rate}: {}", outcome.settled);
            assert!(outcome.refused * 100 <= outcome.served, "{rate}: {} refused", outcome.refused);
        }
    }
}

#[test]
fn keeps_a_given_rate() {
    let start = Instant::now();
    let outcome = run(Limit::window(10_000, SECOND), 500, Pace::given(50.0, start), start, None);
    assert!((9.9..10.2).contains(&outcome.seconds), "{}", outcome.seconds);
}

#[test]
fn no_limit_is_no_hindrance() {
    let outcome = search(Limit::window(u64::MAX, SECOND), 48_000, None);
    // 32 calls in flight, 20 ms each, are 1,600 a second.
    assert!(outcome.seconds <= 30.0 * 1.05, "{}", outcome.seconds);
}
