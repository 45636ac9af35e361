//! Ctrl-C, and the system's requests to end.

use std::io;
use std::time::Duration;

use partner_center::auth::finish_redemptions;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::exit::Exit;
use crate::failure::Failure;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Ctrl-C: finish what is in flight; the next one ends at once.
    Interrupt,
    /// SIGTERM; on Windows also Ctrl-Break, closing the window, logging off and shutting down: end at once.
    ///
    /// SIGHUP keeps its default action, which ends the process too: a handler would undo `nohup`.
    Terminate,
}

impl Signal {
    pub(crate) fn exit(self) -> Exit {
        match self {
            Self::Interrupt => Exit::Interrupted,
            Self::Terminate => Exit::Terminated,
        }
    }
}

/// The signals from now on.
pub(crate) struct Signals(UnboundedReceiver<Signal>);

/// The time for the summary after a signal that ends at once.
const GRACE: Duration = Duration::from_secs(1);
/// The time for a redemption that is in flight then, the one of a token request.
const LONGEST_REDEMPTION: Duration = Duration::from_secs(60);

/// The work, unless a signal comes first.
pub(crate) async fn or_signal(work: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    let mut signals = Signals::listen()?;
    tokio::select! {
        outcome = work => outcome,
        signal = signals.next() => Ok(signal.exit()),
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
                    if signal == Signal::Terminate || !is_first {
                        tokio::time::sleep(GRACE).await;
                        // A rotated refresh token that is not saved would be lost.
                        let _ = tokio::time::timeout(LONGEST_REDEMPTION, finish_redemptions()).await;
                        std::process::exit(signal.exit() as i32);
                    }
                    is_first = false;
                }
            });
        })?;
        Ok(Self(receiver))
    }

    pub(crate) async fn next(&mut self) -> Signal {
        match self.0.recv().await {
            Some(signal) => signal,
            // The thread has ended, and with it every signal.
            None => std::future::pending().await,
        }
    }
}

/// Waits for the next signal, each time it is called.
#[cfg(unix)]
fn listener() -> io::Result<impl AsyncFnMut() -> Signal + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move || {
        tokio::select! {
            _ = interrupt.recv() => Signal::Interrupt,
            _ = terminate.recv() => Signal::Terminate,
        }
    })
}

#[cfg(windows)]
fn listener() -> io::Result<impl AsyncFnMut() -> Signal + Send> {
    use tokio::signal::windows;
    let (mut ctrl_c, mut ctrl_break) = (windows::ctrl_c()?, windows::ctrl_break()?);
    let (mut close, mut logoff) = (windows::ctrl_close()?, windows::ctrl_logoff()?);
    let mut shutdown = windows::ctrl_shutdown()?;
    Ok(async move || {
        tokio::select! {
            _ = ctrl_c.recv() => Signal::Interrupt,
            _ = ctrl_break.recv() => Signal::Terminate,
            _ = close.recv() => Signal::Terminate,
            _ = logoff.recv() => Signal::Terminate,
            _ = shutdown.recv() => Signal::Terminate,
        }
    })
}
