//! Ctrl-C, and the system's requests to end.

use std::io;
use std::time::Duration;

use partner_center::auth::finish_redemptions;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::exit::Exit;
use crate::failure::Failure;

/// The signals from now on, as the exit codes that they lead to.
pub(crate) struct Signals(UnboundedReceiver<Exit>);

/// The time for the summary after a signal that ends at once.
const GRACE: Duration = Duration::from_secs(1);
/// The time for a redemption that is in flight then, the one of a token request.
const LONGEST_REDEMPTION: Duration = Duration::from_secs(60);

pub(crate) async fn or_signal(work: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    let mut signals = Signals::listen()?;
    tokio::select! {
        outcome = work => outcome,
        signal = signals.next() => Ok(signal),
    }
}

impl Signals {
    pub(crate) fn listen() -> io::Result<Self> {
        let (sender, receiver) = unbounded_channel();
        // On its own thread, since the main thread may be blocked in a write to a pipe without a reader.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut next = {
            let _guard = runtime.enter();
            listener()?
        };
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            runtime.block_on(async {
                let mut is_first = true;
                loop {
                    let signal = next().await;
                    let _ = sender.send(signal);
                    if signal != Exit::Interrupted || !is_first {
                        tokio::time::sleep(GRACE).await;
                        // A rotated refresh token that is not saved would be lost.
                        let _ = tokio::time::timeout(LONGEST_REDEMPTION, finish_redemptions()).await;
                        std::process::exit(signal as i32);
                    }
                    is_first = false;
                }
            });
        })?;
        Ok(Self(receiver))
    }

    pub(crate) async fn next(&mut self) -> Exit {
        match self.0.recv().await {
            Some(signal) => signal,
            // The thread has ended, and with it every signal.
            None => std::future::pending().await,
        }
    }
}

/// Waits for the next signal, each time it is called.
#[cfg(unix)]
fn listener() -> io::Result<impl AsyncFnMut() -> Exit + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let mut hang_up = if ignores_hang_up() { None } else { Some(signal(SignalKind::hangup())?) };
    Ok(async move || {
        tokio::select! {
            _ = interrupt.recv() => Exit::Interrupted,
            _ = terminate.recv() => Exit::Terminated,
            Some(_) = async { hang_up.as_mut()?.recv().await } => Exit::HungUp,
        }
    })
}

/// Whether the process was started with SIGHUP ignored, as `nohup` does, which a handler would undo.
#[cfg(unix)]
fn ignores_hang_up() -> bool {
    use std::io::{IsTerminal, stderr, stdout};
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    match status.lines().find_map(|line| line.strip_prefix("SigIgn:")) {
        // SIGHUP is the first bit of the mask.
        Some(mask) => u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask & 1 == 1),
        // Elsewhere the mask cannot be read; `nohup` leaves neither of them a terminal.
        None => !stdout().is_terminal() && !stderr().is_terminal(),
    }
}

#[cfg(windows)]
fn listener() -> io::Result<impl AsyncFnMut() -> Exit + Send> {
    use tokio::signal::windows;
    let (mut ctrl_c, mut ctrl_break) = (windows::ctrl_c()?, windows::ctrl_break()?);
    let (mut close, mut logoff) = (windows::ctrl_close()?, windows::ctrl_logoff()?);
    let mut shutdown = windows::ctrl_shutdown()?;
    Ok(async move || {
        tokio::select! {
            _ = ctrl_c.recv() => Exit::Interrupted,
            _ = ctrl_break.recv() => Exit::Terminated,
            _ = close.recv() => Exit::HungUp,
            _ = logoff.recv() => Exit::Terminated,
            _ = shutdown.recv() => Exit::Terminated,
        }
    })
}
