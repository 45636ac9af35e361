//! The progress of an export on standard error: a bar on a terminal, elsewhere a line from time to time.

use std::io::{IsTerminal, stderr, stdout};
use std::time::{Duration, Instant};

use indicatif::{FormattedDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::arguments::Export;
use crate::terminal::notify;
use crate::throttle_notice::{ThrottleNotice, retrying};

/// All in one line; the prefix has counts, rate, time left and failures, and the message is for delays.
const WIDE: &str = "{wide_bar:.green} {prefix}  {msg}";
/// For terminals that are too narrow for a line with a delay and a useful bar.
const MIDDLE_BELOW: u16 = 100;
const MIDDLE: &str = "{wide_bar:.green} {prefix}\n{wide_msg}";
/// For terminals without room for a bar.
const NARROW_BELOW: u16 = 60;
const NARROW: &str = "{prefix}\n{wide_msg}";

/// The first line comes soon, so that a log shows that the run has begun; then there is one a minute.
const FIRST_LINE: Duration = Duration::from_secs(10);
const LINES: Duration = Duration::from_secs(60);

enum Shown {
    Bar(ProgressBar),
    Lines { next: Instant, throttled: ThrottleNotice },
    Nothing,
}

#[derive(Clone, Copy)]
pub(super) struct Count {
    /// How many customers have a line, and of them failed.
    pub(super) settled: u64,
    pub(super) failed: u64,
    /// How many customers there are, as far as is known.
    pub(super) total: u64,
    pub(super) is_total: bool,
}

pub(super) struct Progress {
    shown: Shown,
    /// How many customers had a line before this run, and have one now.
    earlier: u64,
    settled: u64,
    began: Instant,
    /// When that changed last.
    moved: Instant,
}

impl Progress {
    pub(super) fn start(arguments: &Export, is_verbose: bool, earlier: u64) -> Self {
        // The organizations themselves, or the trace, on the same terminal would tear the bar apart.
        let prints_lines = arguments.to.as_os_str() == "-" && stdout().is_terminal();
        let now = Instant::now();
        let shown = match stderr().is_terminal() && !is_verbose && !prints_lines {
            _ if arguments.quiet => Shown::Nothing,
            true => Shown::Bar(bar()),
            false => Shown::Lines { next: now + FIRST_LINE, throttled: ThrottleNotice::new() },
        };
        Self { shown, earlier, settled: earlier, began: now, moved: now }
    }

    /// Shows where the run is, and the delay that the service imposes.
    pub(super) fn show(&mut self, count: Count, delay: Option<Duration>) {
        let now = Instant::now();
        if self.settled != count.settled {
            (self.settled, self.moved) = (count.settled, now);
        }
        let state = self.state(count, delay, now);
        let total = format!("{}{}", count.total, if count.is_total { "" } else { "+" });
        match &mut self.shown {
            Shown::Bar(bar) => {
                bar.set_length(count.total);
                bar.set_position(count.settled);
                bar.set_prefix(format!("{}/{total}  {state}", count.settled));
                bar.set_message(delay.map_or_else(String::new, |delay| format!("throttled, {}", retrying(delay))));
                bar.tick();
            }
            Shown::Lines { next, throttled } => {
                if now >= *next {
                    *next = now + LINES;
                    notify(&format!("{} of {total}, {state}", count.settled));
                }
                throttled.line(delay, now).iter().for_each(|line| notify(line));
            }
            Shown::Nothing => {}
        }
    }

    fn state(&self, count: Count, delay: Option<Duration>, now: Instant) -> String {
        let done = count.settled - self.earlier;
        let rate = done as f64 / now.duration_since(self.began).as_secs_f64().max(1.0);
        // How many delays will follow the current one is unknown.
        let left = (count.is_total && delay.is_none()).then_some(count.total - count.settled);
        let left = left.and_then(|left| time_left(done, left, self.moved - self.began, now - self.moved));
        let left = left.map_or_else(String::new, |left| format!("{} left  ", FormattedDuration(left)));
        format!("{rate:.1}/s  {left}{} failed", count.failed)
    }

    /// Says something above the bar, which would be torn apart otherwise.
    pub(super) fn above(&self, say: impl FnOnce()) {
        match &self.shown {
            Shown::Bar(bar) => bar.suspend(say),
            Shown::Lines { .. } | Shown::Nothing => say(),
        }
    }

    pub(super) fn end(&self) {
        if let Shown::Bar(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
    let columns = console::Term::stderr().size_checked().map_or(80, |(_, columns)| columns);
    let template = match columns {
        ..NARROW_BELOW => NARROW,
        NARROW_BELOW..MIDDLE_BELOW => MIDDLE,
        _ => WIDE,
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸ "));
    }
    bar
}

/// The time left at the rate of the run so far, delays included; `None` while nothing can be said.
///
/// The run so far ends with the last customer, so that the time left only ever counts down between two customers.
fn time_left(done: u64, left: u64, until_last: Duration, since_last: Duration) -> Option<Duration> {
    let per_customer = until_last.as_secs_f64() / (done > 0).then_some(done as f64)?;
    let total = Duration::try_from_secs_f64(per_customer * left as f64).ok()?;
    total.checked_sub(since_last).filter(|time| !time.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(done: u64, left: u64, until_last: u64, since_last: u64) -> Option<u64> {
        let seconds = Duration::from_secs;
        time_left(done, left, seconds(until_last), seconds(since_last)).map(|time| time.as_secs())
    }

    #[test]
    fn the_time_left_counts_down_while_nothing_happens_and_then_says_nothing() {
        assert_eq!([0, 10, 100, 101].map(|since| left(50, 100, 50, since)), [Some(100), Some(90), None, None]);
        assert_eq!(left(0, 100, 0, 3600), None);
    }

    #[test]
    fn no_time_left_is_shown_during_a_delay() {
        let now = Instant::now();
        let began = now - Duration::from_secs(60);
        let progress = Progress { shown: Shown::Nothing, earlier: 0, settled: 500, began, moved: now };
        let count = Count { settled: 500, failed: 0, total: 1000, is_total: true };
        let shows = |delay| progress.state(count, delay, now).contains(" left");
        assert_eq!((shows(None), shows(Some(Duration::from_secs(55)))), (true, false));
    }
}
