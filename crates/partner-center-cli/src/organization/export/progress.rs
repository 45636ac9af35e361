//! The progress bar of an export, for people at a terminal.

use std::io::{IsTerminal, stderr, stdout};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::plan::Plan;
use crate::arguments::Export;
use crate::terminal::tell;

/// A bar on standard error, or nothing where no people look.
pub(super) struct Progress {
    bar: ProgressBar,
    /// In this run and earlier.
    failed: u64,
    failed_earlier: u64,
    is_waiting: bool,
}

const WIDE: &str = "{wide_bar:.green} {pos}/{len}  {rate}  {left}  {msg}";
/// For terminals with less than this many columns.
const NARROW_BELOW: u16 = 70;
const NARROW: &str = "{pos}/{len} {rate} {left}\n{wide_msg}";

impl Progress {
    pub(super) fn start(plan: &Plan, is_verbose: bool, arguments: &Export) -> Self {
        // The organizations themselves, or the trace, on the same terminal would tear the bar apart.
        let prints_lines = arguments.to.as_os_str() == "-" && stdout().is_terminal();
        let bar = ProgressBar::hidden();
        let earlier = plan.done_earlier + plan.failed_earlier;
        bar.set_length(plan.customers.len() as u64 + earlier);
        let columns = console::Term::stderr().size_checked().map_or(80, |(_, columns)| columns);
        let template = if columns < NARROW_BELOW { NARROW } else { WIDE };
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
        if !self.is_waiting {
            self.show_failures();
        }
    }

    /// Says until when the service makes the run wait.
    pub(super) fn show_wait(&mut self, wait: Option<Duration>) {
        match wait {
            Some(wait) => {
                self.is_waiting = true;
                let seconds = wait.as_secs_f64().ceil();
                let until = time_of_day(SystemTime::now() + wait);
                self.bar.set_message(format!("waiting for the service until {until}Z ({seconds} s)"));
            }
            None if self.is_waiting => {
                self.is_waiting = false;
                self.show_failures();
            }
            None => {}
        }
        self.bar.tick();
    }

    /// Says something above the bar.
    pub(super) fn tell(&self, text: &str) {
        self.bar.suspend(|| tell(text));
    }

    /// Takes the bar away; the summary follows.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }

    fn show_failures(&self) {
        self.bar.set_message(format!("{} failed", self.failed));
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
