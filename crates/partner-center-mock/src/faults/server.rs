//! The fault server: what it listens on, whom it answers and how it ends.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use super::event::Log;
use super::{Answer, Event, EventKind, Request, connection};
use crate::Reply;

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1024;

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
    pub(super) answers: Answers,
    pub(super) open: AtomicUsize,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<tokio_rustls::TlsAcceptor>,
}

impl Shared {
    pub(super) fn is_plain(&self) -> bool {
        #[cfg(feature = "tls")]
        return self.tls.is_none();
        #[cfg(not(feature = "tls"))]
        true
    }
}

/// Where the answers come from.
pub(super) struct Answers(Mutex<Source>);

enum Source {
    /// One a request; the last one is repeated.
    List { answers: Vec<Answer>, next: usize },
    Function(Box<dyn FnMut(&Request) -> Answer + Send>),
}

impl Answers {
    pub(super) fn to(&self, request: &Request) -> Answer {
        match &mut *self.source() {
            Source::List { answers, next } => take(answers, next)
                .unwrap_or_else(|| Reply::text(500, "The fault server has no answer: give it at least one.").into()),
            Source::Function(function) => function(request),
        }
    }

    /// The next answer, if it wants to begin without a request.
    pub(super) fn on_connect(&self) -> Option<Answer> {
        match &mut *self.source() {
            Source::List { answers, next } if current(answers, *next)?.begins_on_connect => take(answers, next),
            _ => None,
        }
    }

    fn source(&self) -> MutexGuard<'_, Source> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn current(answers: &[Answer], next: usize) -> Option<&Answer> {
    answers.get(next).or(answers.last())
}

fn take(answers: &[Answer], next: &mut usize) -> Option<Answer> {
    let answer = current(answers, *next)?.clone();
    *next += 1;
    Some(answer)
}

/// When a server begins to listen.
#[derive(Clone, Copy)]
enum Opening {
    Now,
    After(Duration),
    Never,
}

/// Sets a [`FaultServer`] up; made by [`FaultServer::builder`].
#[must_use = "nothing listens before `start`"]
pub struct FaultServerBuilder {
    address: SocketAddr,
    opening: Opening,
    history: Option<usize>,
    source: Source,
    #[cfg(feature = "tls")]
    identity: Option<super::tls::TlsIdentity>,
}

impl FaultServerBuilder {
    /// One answer a request, in turn, over all connections; the last one is repeated.
    pub fn answers<A: Into<Answer>>(mut self, answers: impl IntoIterator<Item = A>) -> Self {
        self.source = Source::List { answers: answers.into_iter().map(Into::into).collect(), next: 0 };
        self
    }

    /// A function that makes each request's answer, in place of a list.
    pub fn answer_with<A: Into<Answer>>(mut self, mut function: impl FnMut(&Request) -> A + Send + 'static) -> Self {
        self.source = Source::Function(Box::new(move |request| function(request).into()));
        self
    }

    /// The address to listen on, in place of any free port on 127.0.0.1.
    pub fn bind(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Refuses connections for this long, by tokio's clock, and then begins to listen.
    pub fn refuse_for(mut self, duration: Duration) -> Self {
        self.opening = Opening::After(duration);
        self
    }

    /// Keeps the last `count` events and requests alone, for runs of many calls. Counts stay whole.
    pub fn history(mut self, count: usize) -> Self {
        self.history = Some(count);
        self
    }

    /// Speaks TLS and shows this certificate.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, identity: super::tls::TlsIdentity) -> Self {
        self.identity = Some(identity);
        self
    }

    /// Starts the server on the current runtime.
    ///
    /// # Errors
    ///
    /// When the address cannot be had, or the certificate and its key don't fit together.
    pub async fn start(self) -> io::Result<FaultServer> {
        let socket = if self.address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // A bound socket that doesn't listen refuses connections and keeps its port from everybody else.
        socket.bind(self.address)?;
        let address = socket.local_addr()?;
        let shared = Arc::new(Shared {
            log: Log::new(self.history),
            answers: Answers(Mutex::new(self.source)),
            open: AtomicUsize::new(0),
            #[cfg(feature = "tls")]
            tls: self.identity.map(|identity| identity.acceptor()).transpose()?,
        });
        let (stop, stopped) = oneshot::channel();
        let task = match self.opening {
            Opening::Now => tokio::spawn(run(socket.listen(BACKLOG)?, shared.clone(), stopped)),
            Opening::After(duration) => tokio::spawn(run_later(socket, duration, shared.clone(), stopped)),
            Opening::Never => tokio::spawn(hold(socket, stopped)),
        };
        Ok(FaultServer { address, shared, stop, task })
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
    pub async fn answering<A: Into<Answer>>(
        function: impl FnMut(&Request) -> A + Send + 'static,
    ) -> io::Result<Self> {
        Self::builder().answer_with(function).start().await
    }

    /// An address that refuses every connection, and that nobody else can take meanwhile.
    ///
    /// # Errors
    ///
    /// When no port on 127.0.0.1 can be had.
    pub async fn refusing() -> io::Result<Self> {
        FaultServerBuilder { opening: Opening::Never, ..Self::builder() }.start().await
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
                    let shared = Arc::new(Shared {
                        log: Log::new(None),
                        answers: Answers(Mutex::new(Self::builder().source)),
                        open: AtomicUsize::new(0),
                        #[cfg(feature = "tls")]
                        tls: None,
                    });
                    let (stop, stopped) = oneshot::channel();
                    let task = tokio::spawn(hold((listener, queue), stopped));
                    return Ok(Self { address, shared, stop, task });
                }
            }
        }
        Err(io::Error::other("the queue of connections to accept does not fill on this system"))
    }

    /// Everything that can be set.
    pub fn builder() -> FaultServerBuilder {
        FaultServerBuilder {
            address: any_port(),
            opening: Opening::Now,
            history: None,
            source: Source::List { answers: Vec::new(), next: 0 },
            #[cfg(feature = "tls")]
            identity: None,
        }
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

impl fmt::Debug for FaultServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultServerBuilder").field("address", &self.address).finish_non_exhaustive()
    }
}

fn any_port() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

async fn run(listener: TcpListener, shared: Arc<Shared>, mut stopped: oneshot::Receiver<()>) {
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

async fn run_later(socket: TcpSocket, delay: Duration, shared: Arc<Shared>, mut stopped: oneshot::Receiver<()>) {
    tokio::select! {
        _ = &mut stopped => return,
        () = tokio::time::sleep(delay) => {}
    }
    if let Ok(listener) = socket.listen(BACKLOG) {
        run(listener, shared, stopped).await;
    }
}

/// Keeps `held` open until the server is stopped.
async fn hold<T>(held: T, stopped: oneshot::Receiver<()>) {
    let _ = stopped.await;
    drop(held);
}
