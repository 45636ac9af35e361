//! The fault server: its accept loop, its record of events, its shutdown.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use super::shared::Shared;
use super::{Event, EventKind, Request, connection};

/// A server on loopback that injects faults. Dropping it closes every connection.
///
/// It runs on the runtime it was started on. See the [module](super) for an example.
pub struct FaultServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    // Dropping it is the signal to stop.
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl FaultServer {
    pub(super) fn spawn<T: Future<Output = ()> + Send + 'static>(
        address: SocketAddr,
        shared: Shared,
        task: impl FnOnce(Arc<Shared>, oneshot::Receiver<()>) -> T,
    ) -> Self {
        let shared = Arc::new(shared);
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(task(shared.clone(), stopped));
        Self { address, shared, stop, task }
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}://{}", if self.shared.is_plain() { "http" } else { "https" }, self.address)
    }

    /// The events of all connections, in order.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.shared.log.events()
    }

    /// The kinds of the events, in order.
    #[must_use]
    pub fn event_kinds(&self) -> Vec<EventKind> {
        self.events().iter().map(|event| event.kind).collect()
    }

    /// The requests in the order they arrived.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.shared.log.requests()
    }

    /// How many events of this kind there have been.
    #[must_use]
    pub fn count(&self, kind: EventKind) -> usize {
        self.shared.log.count(kind)
    }

    /// Waits until there have been at least `count` events of this kind since the start.
    pub async fn wait_for(&self, kind: EventKind, count: usize) {
        self.shared.log.wait_for(kind, count).await;
    }

    /// How many connections are open.
    #[must_use]
    pub fn open_connections(&self) -> usize {
        self.shared.open.load(Ordering::SeqCst)
    }

    /// Closes every connection and waits until all tasks of the server have ended.
    pub async fn shutdown(self) {
        drop(self.stop);
        // Fails only if the runtime shuts down, and then the task has ended too.
        let _ = self.task.await;
    }
}

impl fmt::Debug for FaultServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultServer")
            .field("url", &self.url())
            .field("requests", &self.count(EventKind::Request))
            .field("open_connections", &self.open_connections())
            .finish_non_exhaustive()
    }
}

/// Accepts and serves until the server stops.
pub(super) async fn run(listener: TcpListener, shared: Arc<Shared>, mut stopped: oneshot::Receiver<()>) {
    let mut connections = JoinSet::new();
    let mut accepted = 0;
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            Some(_) = connections.join_next() => {}
            incoming = listener.accept() => match incoming {
                Ok((socket, _)) => {
                    accepted += 1;
                    connections.spawn(connection::serve(socket, accepted, shared.clone()));
                }
                // For example, out of file descriptors: give open connections time to end.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
        }
    }
    drop(listener);
    connections.shutdown().await;
}

/// Keeps `held` open until the server stops.
pub(super) async fn hold<T>(held: T, stopped: oneshot::Receiver<()>) {
    let _ = stopped.await;
    drop(held);
}
