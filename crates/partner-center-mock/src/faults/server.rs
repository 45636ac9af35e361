//! The fault server: whom it answers, what it tells and how it ends.

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

/// A server on loopback that answers as told. Dropping it closes every connection.
///
/// It lives on the runtime it was started on. See the [module](super) for an example.
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

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its base URL, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}://{}", if self.shared.is_plain() { "http" } else { "https" }, self.address)
    }

    /// What happened, in order, over all connections.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.shared.log.events()
    }

    /// What happened, without when and where.
    #[must_use]
    pub fn event_kinds(&self) -> Vec<EventKind> {
        self.events().iter().map(|event| event.kind).collect()
    }

    /// The requests in the order they arrived.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.shared.log.requests()
    }

    /// How often something has happened.
    #[must_use]
    pub fn count(&self, kind: EventKind) -> usize {
        self.shared.log.count(kind)
    }

    /// Waits until something has happened at least `count` times since the start.
    pub async fn wait_for(&self, kind: EventKind, count: usize) {
        self.shared.log.wait_for(kind, count).await;
    }

    /// How many connections are open.
    #[must_use]
    pub fn open_connections(&self) -> usize {
        self.shared.open.load(Ordering::SeqCst)
    }

    /// Closes every connection and waits until no task of the server is left.
    pub async fn shutdown(self) {
        drop(self.stop);
        // It fails only when the runtime is going down, and then the task is gone too.
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

/// Accepts and serves until the server is stopped.
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
                // Out of file descriptors, say: give the connections that are open time to end.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
        }
    }
    drop(listener);
    connections.shutdown().await;
}

/// Keeps `held` open until the server is stopped.
pub(super) async fn hold<T>(held: T, stopped: oneshot::Receiver<()>) {
    let _ = stopped.await;
    drop(held);
}
