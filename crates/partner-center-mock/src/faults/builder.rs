//! What can be set on a fault server before it starts.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::{TcpSocket, TcpStream};

use super::server::{self, FaultServer};
use super::shared::Shared;
use super::source::Source;
use super::{FaultResponse, Request};

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1024;

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

/// When a server begins to listen.
#[derive(Clone, Copy)]
enum Opening {
    Now,
    After(Duration),
    Never,
}

impl FaultServer {
    /// A server that gives these answers in turn; the last one is repeated.
    ///
    /// # Errors
    ///
    /// When no port on 127.0.0.1 can be had.
    pub async fn start<A: Into<FaultResponse>>(responses: impl IntoIterator<Item = A>) -> io::Result<Self> {
        Self::builder().responses(responses).start().await
    }

    /// A server that makes each answer with `function`: by the request, or at random.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use partner_center_mock::{MockResponse, faults::{FaultResponse, FaultServer}};
    ///
    /// let server = FaultServer::start_with(|request| match request.path() {
    ///     "/health" => FaultResponse::respond(MockResponse::text(200, "fine")),
    ///     _ => FaultResponse::reset(),
    /// })
    /// .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When no port on 127.0.0.1 can be had.
    pub async fn start_with<A: Into<FaultResponse>>(
        function: impl FnMut(&Request) -> A + Send + 'static,
    ) -> io::Result<Self> {
        Self::builder().respond_with(function).start().await
    }

    /// An address that refuses every connection, and that nobody else can take meanwhile.
    ///
    /// # Errors
    ///
    /// When no port on 127.0.0.1 can be had.
    pub async fn connection_refused() -> io::Result<Self> {
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
                    return Ok(Self::spawn(address, shared, |_, stopped| server::hold((listener, queue), stopped)));
                }
            }
        }
        Err(io::Error::other("the queue of connections to accept does not fill on this system"))
    }

    /// Everything that can be set.
    pub fn builder() -> FaultServerBuilder {
        FaultServerBuilder::new()
    }
}

impl FaultServerBuilder {
    pub(super) fn new() -> Self {
        Self {
            address: any_port(),
            opening: Opening::Now,
            history: None,
            source: Source::list(Vec::new()),
            #[cfg(feature = "tls")]
            identity: None,
        }
    }

    /// One answer a request, in turn, over all connections; the last one is repeated.
    pub fn responses<A: Into<FaultResponse>>(mut self, responses: impl IntoIterator<Item = A>) -> Self {
        self.source = Source::list(responses.into_iter().map(Into::into).collect());
        self
    }

    /// A function that makes each request's answer, in place of a list.
    pub fn respond_with<A: Into<FaultResponse>>(
        mut self,
        mut function: impl FnMut(&Request) -> A + Send + 'static,
    ) -> Self {
        self.source = Source::function(move |request| function(request).into());
        self
    }

    /// The address to listen on, in place of any free port on 127.0.0.1.
    pub fn bind(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Refuses connections for this long, by tokio's clock, and then begins to listen.
    pub fn listen_after(mut self, duration: Duration) -> Self {
        self.opening = Opening::After(duration);
        self
    }

    pub(super) fn never_listen(mut self) -> Self {
        self.opening = Opening::Never;
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
        #[cfg_attr(not(feature = "tls"), expect(unused_mut, reason = "only TLS is added afterwards"))]
        let mut shared = Shared::new(self.source, self.history);
        #[cfg(feature = "tls")]
        if let Some(identity) = self.identity {
            shared.tls = Some(identity.acceptor()?);
        }
        Ok(match self.opening {
            Opening::Now => {
                let listener = socket.listen(BACKLOG)?;
                FaultServer::spawn(address, shared, |shared, stopped| server::run(listener, shared, stopped))
            }
            Opening::After(delay) => {
                let opening = tokio::time::sleep(delay);
                FaultServer::spawn(address, shared, |shared, mut stopped| async move {
                    tokio::select! {
                        _ = &mut stopped => return,
                        () = opening => {}
                    }
                    if let Ok(listener) = socket.listen(BACKLOG) {
                        server::run(listener, shared, stopped).await;
                    }
                })
            }
            Opening::Never => FaultServer::spawn(address, shared, |_, stopped| server::hold(socket, stopped)),
        })
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
