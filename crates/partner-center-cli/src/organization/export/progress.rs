//! The progress bar of an export, for people at a terminal.

use std::io::{IsTerminal, stderr, stdout};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::plan::Plan;
use crate::arguments::Export;

/// A bar on standard error, or nothing where no people look.
pub(super) struct Progress {
    bar: ProgressBar,
    /// In this run and earlier.
    failed: u64,
    failed_earlier: u64,
    is_waiting: bool,
}

/// All in one line; the prefix counts failures, and the message is for waiting.
const WIDE: &str = "{wide_bar:.green} {pos}/{len}  {rate}  {left}  {prefix}  {msg}";
/// For terminals with less columns than a waiting line takes, beside a bar that is worth looking at.
const MIDDLE_BELOW: u16 = 100;
const MIDDLE: &str = "{wide_bar:.green} {pos}/{len}  {rate}  {left}  {prefix}\n{wide_msg}";
/// For terminals without room for a bar.
const NARROW_BELOW: u16 = 60;
const NARROW: &str = "{pos}/{len} {rate} {left} {prefix}\n{wide_msg}";

impl Progress {
    pub(super) fn start(plan: &Plan, is_verbose: bool, arguments: &Export) -> Self {
        // The organizations themselves, or the trace, on the same terminal would tear the bar apart.
        let prints_lines = arguments.to.as_os_str() == "-" && stdout().is_terminal();
        let bar = ProgressBar::hidden();
        let earlier = plan.done_earlier + plan.failed_earlier;
        bar.set_length(plan.customers.len() as u64 + earlier);
        let columns = console::Term::stderr().size_checked().map_or(80, |(_, columns)| columns);
        let template = match columns {
            ..NARROW_BELOW => NARROW,
            NARROW_BELOW..MIDDLE_BELOW => MIDDLE,
            _ => WIDE,
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━╸ ").with_key("rate", rate).with_key("left", left));
        }
        bar.set_position(earlier);
        bar.reset_eta();
        let progress =
            Self { bar, failed: plan.failed_earlier, failed_earlier: plan.failed_earlier, is_waiting: false };
        progress.show_failures();
        if stderr().is_terminal() && !is_verbose && !prints_lines {
            progress.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        }
        progress
    }

    /// One more customer is through; so many failed in this run.
    pub(super) fn count(&mut self, failed: u64) {
        self.failed = self.failed_earlier + failed;
        self.bar.inc(1);
        self.show_failures();
    }

    /// Says until when the service makes the run wait.
    pub(super) fn show_wait(&mut self, wait: Option<Duration>) {
        match wait {
            Some(wait) => {
                self.is_waiting = true;
                let seconds = wait.as_secs_f64().ceil();
                self.bar.set_message(format!("waiting for the service until {} ({seconds} s)", until(wait)));
            }
            None if self.is_waiting => {
                self.is_waiting = false;
                self.bar.set_message("");
            }
            None => {}
        }
        self.bar.tick();
    }

    /// Says something above the bar, which would be torn apart otherwise.
    pub(super) fn above(&self, say: impl FnOnce()) {
        self.bar.suspend(say);
    }

    /// Takes the bar away; the summary follows.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }

    fn show_failures(&self) {
        self.bar.set_prefix(format!("{} failed", self.failed));
    }
}

fn rate(state: &ProgressState, text: &mut dyn std::fmt::Write) {
    // Writing into a bar's line does not fail.
    let _ = write!(text, "{:.0}/s", state.per_sec());
}

fn left(state: &ProgressState, text: &mut dyn std::fmt::Write) {
    if state.per_sec() < f64::EPSILON {
        return;
    }
    let seconds = state.eta().as_secs();
    let _ = match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, minutes, seconds) => write!(text, "{minutes}:{seconds:02} left"),
        (hours, minutes, seconds) => write!(text, "{hours}:{minutes:02}:{seconds:02} left"),
    };
}

/// When a wait is over, such as `14:03:07Z`.
pub(super) fn until(wait: Duration) -> String {
    SystemTime::now().checked_add(wait).map_or_else(String::new, |time| time_of_day(time) + "Z")
}

/// `14:03:07`.
fn time_of_day(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() % 86_400;
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_day_is_that_of_the_clock() {
        assert_eq!(time_of_day(UNIX_EPOCH + Duration::from_secs(86_400 * 3 + 14 * 3600 + 3 * 60 + 7)), "14:03:07");
    }
}
