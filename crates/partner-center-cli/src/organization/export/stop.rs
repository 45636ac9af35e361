//! Ctrl-C, and the list of customers that ends with it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use partner_center::uuid::Uuid;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::exit::Exit;

/// Waits for Ctrl-C (or the system's request to end), and lets no further customer begin once it came.
pub(super) struct Stop {
    shared: Arc<Shared>,
    signal: UnboundedReceiver<()>,
    signals: u32,
}

#[derive(Default)]
struct Shared {
    takes_no_more: AtomicBool,
    taken: AtomicU64,
}

/// So long the second signal leaves for the summary.
const GRACE: Duration = Duration::from_secs(1);

impl Stop {
    pub(super) fn on_signals() -> io::Result<Self> {
        let (tell, signal) = unbounded_channel();
        // On a thread of its own: the run's thread may stand in a write to a pipe that nobody reads.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut signals = {
            let _guard = runtime.enter();
            Signals::new()?
        };
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            runtime.block_on(async {
                for is_last in [false, true] {
                    signals.next().await;
                    let _ = tell.send(());
                    if is_last {
                        tokio::time::sleep(GRACE).await;
                        std::process::exit(Exit::Interrupted as i32);
                    }
                }
            });
        })?;
        Ok(Self { shared: Arc::default(), signal, signals: 0 })
    }

    /// The customers, until a stop.
    pub(super) fn guard(&self, customers: Vec<Uuid>) -> impl Iterator<Item = Uuid> + Send + use<> {
        let shared = self.shared.clone();
        customers.into_iter().map_while(move |customer| {
            if shared.takes_no_more.load(Ordering::Acquire) {
                return None;
            }
            shared.taken.fetch_add(1, Ordering::AcqRel);
            Some(customer)
        })
    }

    /// How many customers have begun.
    pub(super) fn taken(&self) -> u64 {
        self.shared.taken.load(Ordering::Acquire)
    }

    pub(super) fn take_no_more(&self) {
        self.shared.takes_no_more.store(true, Ordering::Release);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.shared.takes_no_more.load(Ordering::Acquire)
    }

    /// Whether the last signal was the first one.
    pub(super) fn is_first(&self) -> bool {
        self.signals == 1
    }

    /// Waits for the next signal.
    pub(super) async fn wait(&mut self) {
        if self.signal.recv().await.is_none() {
            // The thread is gone, and with it every signal.
            std::future::pending::<()>().await;
        }
        self.signals += 1;
        self.take_no_more();
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) {
        self.0.recv().await;
    }
}
