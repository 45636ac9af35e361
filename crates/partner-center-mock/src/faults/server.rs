//! The fault server: whom it answers, what it tells and how it ends.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use super::builder::{FaultServerBuilder, any_port};
use super::event::Log;
use super::source::Source;
use super::{Answer, Event, EventKind, Request, connection};

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

/// What the connections share.
pub(super) struct Shared {
    pub(super) log: Log,
    pub(super) source: Source,
    pub(super) open: AtomicUsize,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<tokio_rustls::TlsAcceptor>,
}

impl Shared {
    pub(super) fn new(source: Source, history: Option<usize>) -> Self {
        Self {
            log: Log::new(history),
            source,
            open: AtomicUsize::new(0),
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    pub(super) fn is_plain(&self) -> bool {
        #[cfg(feature = "tls")]
        return self.tls.is_none();
        #[cfg(not(feature = "tls"))]
        true
    }
}

impl FaultServer {
    /// A server that gives these answers in turn; the last one is repeated.
    ///
    /// # Errors
    ///
    /// When no port on 127.0.0.1 can be had.
    pub async fn start<A: Into<Answer>>(answers: impl IntoIterator<Item = A>) -> io::Result<Self> {
        Self::builder().answers(answers).start().await
    }

    /// A server that makes each answer with `function`: by the request, or at random.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use partner_center_mock::{Reply, faults::{Answer, FaultServer}};
    ///
    /// let server = FaultServer::answering(|request| match request.path() {
    ///     "/health" => Answer::reply(Reply::text(200, "fine")),
    ///     _ => Answer::reset(),
    /// })
    /// .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When no port on 127.0.0.1 can be had.
    pub async fn answering<A: Into<Answer>>(function: impl FnMut(&Request) -> A + Send + 'static) -> io::Result<Self> {
        Self::builder().answer_with(function).start().await
    }

    /// An address that refuses every connection, and that nobody else can take meanwhile.
    ///
    /// # Errors
    ///
    /// When no port on 127.0.0.1 can be had.
    pub async fn refusing() -> io::Result<Self> {
        Self::builder().never_listen().start().await
    }

    /// An address where connecting hangs: the queue of connections to accept is full and nobody accepts.
    ///
    /// # Errors
    ///
    /// When no port on 127.0.0.1 can be had, or on a system whose queue doesn't fill. It is known to fill on Linux.
    pub async fn black_hole() -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(any_port())?;
        let listener = socket.listen(0)?;
        let address = listener.local_addr()?;
        let mut queue = Vec::new();
        while queue.len() < 16 {
            // On loopback a connection that the queue still takes is made within the call.
            match tokio::time::timeout(Duration::from_millis(20), TcpStream::connect(address)).await {
                Ok(connected) => queue.push(connected?),
                Err(_elapsed) => {
                    let shared = Shared::new(Source::list(Vec::new()), None);
                    return Ok(Self::spawn(address, shared, |_, stopped| hold((listener, queue), stopped)));
                }
            }
        }
        Err(io::Error::other("the queue of connections to accept does not fill on this system"))
    }

    /// Everything that can be set.
    pub fn builder() -> FaultServerBuilder {
        FaultServerBuilder::new()
    }

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
