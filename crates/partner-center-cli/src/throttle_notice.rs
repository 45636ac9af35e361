//! Reports throttling, so that a delay does not look like a hang.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant, SystemTime};

use tokio::time::{Instant as TokioInstant, interval_at};

const TICK: Duration = Duration::from_millis(250);
/// Shorter delays are not worth a line.
const SHORTEST: Duration = Duration::from_secs(2);
/// Between two lines where standard error is not a terminal.
const INTERVAL: Duration = Duration::from_secs(60);

/// Decides when a delay is worth a line on standard error.
pub(crate) struct ThrottleNotice {
    is_terminal: bool,
    /// When the last line was shown, and the end of the delay in it.
    last: Option<(Instant, Instant)>,
}

impl ThrottleNotice {
    pub(crate) fn new() -> Self {
        Self { is_terminal: stderr().is_terminal(), last: None }
    }

    /// Waits for the work, and reports each delay that is worth a line.
    pub(crate) async fn during<T>(
        &mut self,
        throttled_for: impl Fn() -> Option<Duration>,
        say: impl Fn(&str),
        work: impl Future<Output = T>,
    ) -> T {
        // A delay longer than a call may take fails it at once, before the first look.
        let mut ticks = interval_at(TokioInstant::now() + TICK, TICK);
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                biased;
                output = &mut work => return output,
                _ = ticks.tick() => {
                    self.line(throttled_for(), Instant::now()).iter().for_each(|line| say(line));
                }
            }
        }
    }

    /// The line to show for the present delay, if any: on a terminal for each delay, elsewhere once a minute.
    pub(crate) fn line(&mut self, delay: Option<Duration>, now: Instant) -> Option<String> {
        let delay = delay.filter(|delay| *delay > SHORTEST)?;
        let until = now + delay;
        let is_shown = self.last.is_some_and(|(shown, last_until)| match self.is_terminal {
            true => until <= last_until + SHORTEST,
            false => now < shown + INTERVAL,
        });
        if is_shown {
            return None;
        }
        self.last = Some((now, until));
        Some(format!("throttled by the service, {}", retrying(delay)))
    }
}

/// When a delay ends: the time of day in UTC, and in how many seconds, rounded up.
pub(crate) fn retrying(delay: Duration) -> String {
    let time = humantime::format_rfc3339_seconds(SystemTime::now() + delay).to_string();
    let time_of_day = time.split('T').next_back().unwrap_or_default();
    format!("retrying at {time_of_day} (in {} s)", delay.as_secs_f64().ceil())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_terminal_sees_each_delay_once_and_a_pipe_one_a_minute() {
        let now = Instant::now();
        let shown = |is_terminal| {
            let mut notice = ThrottleNotice { is_terminal, last: None };
            // A delay of ten seconds, looked at every second, again and again.
            (0..70).filter(|at| notice.line(Some(SECOND * (10 - at % 10)), now + SECOND * *at).is_some()).count()
        };
        assert_eq!((shown(true), shown(false)), (7, 2));
        let mut notice = ThrottleNotice { is_terminal: true, last: None };
        assert_eq!((notice.line(Some(SHORTEST), now), notice.line(None, now)), (None, None));
    }
}
