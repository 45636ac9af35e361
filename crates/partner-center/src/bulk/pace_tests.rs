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

    fn multiply(&mut self, factor: f64) {
        match self {
            Self::Window { calls, .. } => *calls = (*calls as f64 * factor) as u64,
            Self::Bucket { rate, capacity, .. } => (*rate, *capacity) = (*rate * factor, *capacity * factor),
        }
    }
}

#[derive(Debug)]
struct Outcome {
    served: u64,
    refused: u64,
    /// Seconds from the first call to the last answer.
    seconds: f64,
    /// Calls a second once settled: in the last half of the run.
    settled: f64,
}

/// Calls to a service, 32 in flight at most.
struct Run<'a> {
    limit: Limit,
    calls: u64,
    /// How long an answer takes.
    latency: u64,
    /// After how many answers the limit becomes so many times what it was.
    changes: &'a [(u64, f64)],
}

const LATENCY: u64 = SECOND / 50;

fn run(Run { mut limit, calls, latency, changes }: Run<'_>, mut pace: Pace, start: Instant) -> Outcome {
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
                            pace.answered(Duration::from_nanos(latency));
                            if served == calls / 2 {
                                half = (now, served);
                            }
                            for (_, factor) in changes.iter().filter(|(at, _)| *at == served) {
                                limit.multiply(*factor);
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
                in_flight.push(Reverse((now + latency, limit.serve(now + latency / 2))));
            }
        }
    }
    let settled = (served - half.1) as f64 / ((now - half.0) as f64 / SECOND as f64);
    Outcome { served, refused, seconds: now as f64 / SECOND as f64, settled }
}

fn search(limit: Limit, calls: u64, latency: u64, changes: &[(u64, f64)]) -> Outcome {
    let start = Instant::now();
    run(Run { limit, calls, latency, changes }, Pace::searching(32, start), start)
}

/// A window and a token bucket with the same limit.
fn both(rate: u64) -> [Limit; 2] {
    [Limit::window(rate, SECOND), Limit::bucket(rate as f64)]
}

#[test]
fn settles_just_below_the_limit_with_few_refusals() {
    for rate in [50, 500, 1500] {
        for limit in both(rate) {
            let outcome = search(limit, rate * 120, LATENCY, &[]);
            assert!(outcome.settled >= rate as f64 / 1.05, "{rate}: {}", outcome.settled);
            assert!(outcome.refused * 100 <= outcome.served, "{rate}: {} refused", outcome.refused);
        }
    }
}

#[test]
fn finds_the_limit_although_answers_take_longer_than_its_calls_are_apart() {
    for rate in [50, 100] {
        for limit in both(rate) {
            let outcome = search(limit, rate * 120, SECOND * 3 / 10, &[]);
            assert!(outcome.settled >= rate as f64 / 1.15, "{rate}: {}", outcome.settled);
            assert!(outcome.refused * 50 <= outcome.served, "{rate}: {} refused", outcome.refused);
        }
    }
}

#[test]
fn what_was_in_flight_with_a_refusal_counts_once_it_is_answered() {
    let start = Instant::now();
    let mut pace = Pace::searching(32, start);
    (0..30).for_each(|_| pace.sent(start));
    pace.answered(Duration::from_millis(20));
    pace.refused(start + Duration::from_millis(500), start + Duration::from_millis(1500));
    (1..20).for_each(|_| pace.answered(Duration::from_millis(20)));
    pace.sent(start + Duration::from_millis(1500));
    // Twenty in the first second.
    assert!((18.0..=20.0).contains(&pace.rate), "{}", pace.rate);
}

#[test]
fn finds_a_limit_that_counts_by_the_minute() {
    let outcome = search(Limit::window(500, 60 * SECOND), 5_000, LATENCY, &[]);
    assert!(outcome.seconds <= 1.05 * 600.0, "{}", outcome.seconds);
    assert!(outcome.refused <= 50, "{} refused", outcome.refused);
}

#[test]
fn follows_a_limit_that_halves() {
    for rate in [50, 500] {
        for limit in both(rate) {
            let outcome = search(limit, rate * 80, LATENCY, &[(rate * 25, 0.5)]);
            assert!(outcome.settled >= rate as f64 / 2.0 / 1.05, "{rate}: {}", outcome.settled);
            assert!(outcome.refused * 100 <= outcome.served, "{rate}: {} refused", outcome.refused);
        }
    }
}

#[test]
fn follows_a_limit_that_rises_tenfold_from_the_next_look_on() {
    for limit in both(50) {
        // A minute at 50 a second, two at 500.
        let outcome = search(limit, 50 * 60 + 500 * 120, LATENCY, &[(50 * 60, 10.0)]);
        assert!(outcome.seconds <= 180.0 + 130.0, "{}", outcome.seconds);
        assert!(outcome.settled >= 500.0 / 1.05, "{}", outcome.settled);
    }
}

#[test]
fn a_brief_dip_of_the_limit_is_soon_made_up_for() {
    for limit in both(500) {
        // A minute at 500 a second, half of one at 50, two more at 500.
        let dip = [(500 * 60, 0.1), (500 * 60 + 50 * 30, 10.0)];
        let outcome = search(limit, 500 * 180 + 50 * 30, LATENCY, &dip);
        assert!(outcome.seconds <= 210.0 + 130.0, "{}", outcome.seconds);
        assert!(outcome.refused * 200 <= outcome.served, "{} refused", outcome.refused);
    }
}

#[test]
fn keeps_a_given_rate() {
    let start = Instant::now();
    let fast = Run { limit: Limit::window(10_000, SECOND), calls: 500, latency: LATENCY, changes: &[] };
    let outcome = run(fast, Pace::given(50.0, start), start);
    assert!((9.9..10.2).contains(&outcome.seconds), "{}", outcome.seconds);
}

#[test]
fn a_given_rate_above_the_limit_gives_way() {
    for limit in both(50) {
        let start = Instant::now();
        let outcome =
            run(Run { limit, calls: 5_000, latency: LATENCY, changes: &[] }, Pace::given(500.0, start), start);
        assert!(outcome.settled >= 50.0 / 1.05, "{}", outcome.settled);
        assert!(outcome.refused * 100 <= outcome.served, "{} refused", outcome.refused);
    }
}

#[test]
fn no_limit_is_no_hindrance() {
    let outcome = search(Limit::window(u64::MAX, SECOND), 48_000, LATENCY, &[]);
    // 32 calls in flight, 20 ms each, are 1,600 a second.
    assert!(outcome.seconds <= 30.0 * 1.05, "{}", outcome.seconds);
}

#[test]
fn a_fast_service_is_soon_asked_as_fast_as_it_can_and_its_limit_met_with_few_refusals() {
    let latency = SECOND / 1000;
    let outcome = search(Limit::window(u64::MAX, SECOND), 16_000, latency, &[]);
    // 32 calls in flight, a millisecond each, are 32,000 a second.
    assert!(outcome.seconds <= 0.8, "{}", outcome.seconds);
    for rate in [50, 500, 1500] {
        for limit in both(rate) {
            let outcome = search(limit, rate * 60, latency, &[]);
            assert!(outcome.refused * 100 <= outcome.served, "{rate}: {} refused", outcome.refused);
        }
    }
}
