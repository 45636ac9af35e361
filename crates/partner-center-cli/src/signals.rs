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
        let mut listener = {
            let _guard = runtime.enter();
            Listener::new()?
        };
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            runtime.block_on(async {
                let mut is_first = true;
                loop {
                    let signal = listener.next().await;
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

#[cfg(unix)]
struct Listener {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Listener {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
        }
    }
}

#[cfg(windows)]
struct Listener {
    ctrl_c: tokio::signal::windows::CtrlC,
    ctrl_break: tokio::signal::windows::CtrlBreak,
    close: tokio::signal::windows::CtrlClose,
    logoff: tokio::signal::windows::CtrlLogoff,
    shutdown: tokio::signal::windows::CtrlShutdown,
}

#[cfg(windows)]
impl Listener {
    fn new() -> io::Result<Self> {
        use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_logoff, ctrl_shutdown};
        Ok(Self {
            ctrl_c: ctrl_c()?,
            ctrl_break: ctrl_break()?,
            close: ctrl_close()?,
            logoff: ctrl_logoff()?,
            shutdown: ctrl_shutdown()?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.ctrl_c.recv() => Signal::Interrupt,
            _ = self.ctrl_break.recv() => Signal::Terminate,
            _ = self.close.recv() => Signal::Terminate,
            _ = self.logoff.recv() => Signal::Terminate,
            _ = self.shutdown.recv() => Signal::Terminate,
        }
    }
}
