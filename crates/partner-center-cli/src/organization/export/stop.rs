//! Ctrl-C, and the list of customers that ends with it.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use partner_center::uuid::Uuid;

/// Waits for Ctrl-C (or the system's request to end), and lets no further customer begin once it came.
pub(super) struct Stop {
    shared: Arc<Shared>,
    signal: Pin<Box<dyn Future<Output = ()>>>,
    signals: u32,
}

#[derive(Default)]
struct Shared {
    takes_no_more: AtomicBool,
    taken: AtomicU64,
}

impl Stop {
    pub(super) fn on_signals() -> io::Result<Self> {
        Ok(Self { shared: Arc::default(), signal: signal()?, signals: 0 })
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
        self.signal.as_mut().await;
        self.signals += 1;
        self.take_no_more();
        if let Ok(next) = signal() {
            self.signal = next;
        }
    }
}

#[cfg(unix)]
fn signal() -> io::Result<Pin<Box<dyn Future<Output = ()>>>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(Box::pin(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }))
}

#[cfg(not(unix))]
fn signal() -> io::Result<Pin<Box<dyn Future<Output = ()>>>> {
    Ok(Box::pin(async {
        let _ = tokio::signal::ctrl_c().await;
    }))
}
