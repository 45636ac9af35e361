//! Configuration of a fault server.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::{TcpSocket, TcpStream};

use super::server::{self, FaultServer};
use super::shared::Shared;
use super::source::ResponseSource;
use super::{FaultResponse, Request};

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1024;

/// Configures and starts a [`FaultServer`]; see [`FaultServer::builder`].
#[must_use = "nothing listens before `start`"]
pub struct FaultServerBuilder {
    address: SocketAddr,
    opening: Opening,
    history: Option<usize>,
    source: ResponseSource,
    #[cfg(feature = "tls")]
    identity: Option<super::tls::TlsIdentity>,
}

/// When a server starts to listen.
#[derive(Clone, Copy)]
enum Opening {
    Now,
    After(Duration),
    Never,
}

impl FaultServer {
    /// Starts a server that sends these responses in turn; the last one repeats.
    ///
    /// # Errors
    ///
    /// If no port on 127.0.0.1 is free.
    pub async fn start<A: Into<FaultResponse>>(responses: impl IntoIterator<Item = A>) -> io::Result<Self> {
        Self::builder().responses(responses).start().await
    }

    /// Starts a server that calls `function` for the response to each request.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use partner_center_mock::{MockResponse, faults::{FaultResponse, FaultServer}};
    ///
    /// let server = FaultServer::start_with(|request| match request.path() {
    ///     "/health" => FaultResponse::respond(MockResponse::text(200, "ok")),
    ///     _ => FaultResponse::reset(),
    /// })
    /// .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If no port on 127.0.0.1 is free.
    pub async fn start_with<A: Into<FaultResponse>>(
        function: impl FnMut(&Request) -> A + Send + 'static,
    ) -> io::Result<Self> {
        Self::builder().respond_with(function).start().await
    }

    /// An address where every connection is refused (`ECONNREFUSED`), and which stays reserved.
    ///
    /// # Errors
    ///
    /// If no port on 127.0.0.1 is free.
    pub async fn connection_refused() -> io::Result<Self> {
        Self::builder().never_listen().start().await
    }

    /// An address where connecting hangs: the accept queue is full.
    ///
    /// # Errors
    ///
    /// If no port on 127.0.0.1 is free, or on a system whose queue does not fill. It is known to fill on Linux.
    pub async fn black_hole() -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(any_port())?;
        let listener = socket.listen(0)?;
        let address = listener.local_addr()?;
        let mut queue = Vec::new();
        while queue.len() < 16 {
            // On loopback, a connection that fits the queue is established within the call.
            match tokio::time::timeout(Duration::from_millis(20), TcpStream::connect(address)).await {
                Ok(connected) => queue.push(connected?),
                Err(_elapsed) => {
                    let shared = Shared::new(ResponseSource::list(Vec::new()), None);
                    return Ok(Self::spawn(address, shared, |_, stopped| server::hold((listener, queue), stopped)));
                }
            }
        }
        Err(io::Error::other("the accept queue does not fill on this system"))
    }

    /// Configures a server before it starts.
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
            source: ResponseSource::list(Vec::new()),
            #[cfg(feature = "tls")]
            identity: None,
        }
    }

    /// Sends these responses in turn, one per request over all connections; the last one repeats.
    pub fn responses<A: Into<FaultResponse>>(mut self, responses: impl IntoIterator<Item = A>) -> Self {
        self.source = ResponseSource::list(responses.into_iter().map(Into::into).collect());
        self
    }

    /// Calls `function` for the response to each request.
    pub fn respond_with<A: Into<FaultResponse>>(
        mut self,
        mut function: impl FnMut(&Request) -> A + Send + 'static,
    ) -> Self {
        self.source = ResponseSource::function(move |request| function(request).into());
        self
    }

    /// Sets the address to listen on. Default: any free port on 127.0.0.1.
    pub fn bind(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Refuses connections for `duration`, measured by tokio's clock, then listens.
    pub fn listen_after(mut self, duration: Duration) -> Self {
        self.opening = Opening::After(duration);
        self
    }

    pub(super) fn never_listen(mut self) -> Self {
        self.opening = Opening::Never;
        self
    }

    /// Keeps only the last `count` events and requests, for runs of many calls. [`FaultServer::count`] still counts
    /// all.
    pub fn history(mut self, count: usize) -> Self {
        self.history = Some(count);
        self
    }

    /// Serves TLS with this certificate.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, identity: super::tls::TlsIdentity) -> Self {
        self.identity = Some(identity);
        self
    }

    /// Starts the server on the current runtime.
    ///
    /// # Errors
    ///
    /// If the address is not available, or the certificate and its key do not match.
    pub async fn start(self) -> io::Result<FaultServer> {
        let socket = if self.address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // A bound socket that does not listen refuses connections and reserves its port.
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
