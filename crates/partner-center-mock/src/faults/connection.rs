//! One connection of a fault server.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::event::EventKind;
use super::request::{Parsed, Request};
use super::response::{End, FaultResponse, Step};
use super::shared::Shared;
use super::socket::Socket;

/// The client has disconnected, or the server has ended the connection.
struct Ended;

/// Serves `socket` until one side ends the connection.
pub(super) async fn serve(socket: TcpStream, id: u64, shared: Arc<Shared>) {
    let _open = Open::count(&shared);
    shared.log.write(id, EventKind::Connected);
    // Otherwise the kernel would coalesce the pieces of a slow body.
    let _ = socket.set_nodelay(true);
    let mut connection = Connection { socket, buffer: BytesMut::new(), id, shared: &shared, reads_ahead: true };
    if let Some(response) = shared.source.next_on_connect() {
        // Bytes that are read here would be missing from the TLS handshake.
        connection.reads_ahead = shared.is_plain() || response.end != End::KeepAlive;
        if connection.execute(response).await.is_err() {
            return;
        }
        connection.reads_ahead = true;
    }
    #[cfg(feature = "tls")]
    if let Some(acceptor) = &shared.tls {
        match acceptor.accept(connection.socket).await {
            Ok(socket) => {
                Connection { socket, buffer: BytesMut::new(), id, shared: &shared, reads_ahead: true }.run().await
            }
            Err(_) => shared.log.write(id, EventKind::TlsFailed),
        }
        return;
    }
    connection.run().await;
}

struct Connection<'a, S> {
    socket: S,
    /// Bytes that belong to no request yet.
    buffer: BytesMut,
    id: u64,
    shared: &'a Shared,
    /// Whether to read while waiting, to notice that the client disconnects.
    reads_ahead: bool,
}

impl<S: Socket> Connection<'_, S> {
    async fn run(mut self) {
        while let Ok(request) = self.next_request().await {
            let response = self.shared.source.next(&request);
            if self.execute(response).await.is_err() {
                return;
            }
        }
    }

    async fn next_request(&mut self) -> Result<Request, Ended> {
        loop {
            match Request::parse(&self.buffer) {
                Parsed::Complete(mut request, used) => {
                    self.buffer.advance(used);
                    self.shared.log.write_request(self.id, &mut request);
                    return Ok(*request);
                }
                Parsed::Malformed => {
                    self.note(EventKind::Malformed);
                    return Err(self.close().await);
                }
                Parsed::Incomplete => {}
            }
            if !matches!(self.socket.read_buf(&mut self.buffer).await, Ok(1..)) {
                return Err(self.left());
            }
        }
    }

    async fn execute(&mut self, response: FaultResponse) -> Result<(), Ended> {
        let sends = response.steps.iter().any(|step| !matches!(step, Step::Wait(_) | Step::Pass(_)));
        for step in response.steps {
            self.take(step).await?;
        }
        if sends {
            self.note(EventKind::Sent);
        }
        match response.end {
            End::KeepAlive => Ok(()),
            End::Close => Err(self.close().await),
            End::Stall => {
                self.note(EventKind::Stalled);
                self.until_left().await;
                Err(self.left())
            }
            End::Reset => {
                // Fails only on a socket that is closed already.
                let _ = self.socket.tcp().set_zero_linger();
                self.note(EventKind::Reset);
                Err(Ended)
            }
        }
    }

    async fn take(&mut self, step: Step) -> Result<(), Ended> {
        match step {
            Step::Wait(duration) => self.rest(tokio::time::sleep(duration)).await,
            Step::Pass(gate) => self.rest(gate.pass()).await,
            Step::Send(bytes) => self.send(&bytes).await,
            Step::Drip { bytes, at_a_time, pause } => {
                for piece in bytes.chunks(at_a_time) {
                    self.rest(tokio::time::sleep(pause)).await?;
                    self.send(piece).await?;
                }
                Ok(())
            }
            Step::Spaces { count, chunked } => self.send_spaces(count, chunked).await,
        }
    }

    async fn send(&mut self, bytes: &[u8]) -> Result<(), Ended> {
        let sent = match self.socket.write_all(bytes).await {
            Ok(()) => self.socket.flush().await,
            failed => failed,
        };
        sent.map_err(|_| self.left())
    }

    async fn send_spaces(&mut self, mut count: u64, chunked: bool) -> Result<(), Ended> {
        static BLOCK: [u8; 64 * 1024] = [b' '; 64 * 1024];
        while count > 0 {
            let block = &BLOCK[..usize::try_from(count).map_or(BLOCK.len(), |count| count.min(BLOCK.len()))];
            count -= block.len() as u64;
            if chunked {
                self.send(format!("{:x}\r\n", block.len()).as_bytes()).await?;
            }
            self.send(block).await?;
            if chunked {
                self.send(b"\r\n").await?;
            }
        }
        if chunked { self.send(b"0\r\n\r\n").await } else { Ok(()) }
    }

    /// Waits for `pause`, unless the client disconnects before.
    async fn rest(&mut self, pause: impl Future<Output = ()>) -> Result<(), Ended> {
        let reads_ahead = self.reads_ahead;
        tokio::select! {
            biased;
            () = pause => Ok(()),
            () = self.until_left(), if reads_ahead => Err(self.left()),
        }
    }

    async fn until_left(&mut self) {
        while matches!(self.socket.read_buf(&mut self.buffer).await, Ok(1..)) {}
    }

    async fn close(&mut self) -> Ended {
        let _ = self.socket.shutdown().await;
        self.note(EventKind::Closed);
        // Dropping a socket with unread bytes resets the connection, so read until the client closes too.
        while matches!(self.socket.read_buf(&mut self.buffer).await, Ok(1..)) {
            self.buffer.clear();
        }
        Ended
    }

    fn left(&self) -> Ended {
        self.note(EventKind::Left);
        Ended
    }

    fn note(&self, kind: EventKind) {
        self.shared.log.write(self.id, kind);
    }
}

/// Counts a connection as open for as long as it lives.
struct Open<'a>(&'a Shared);

impl<'a> Open<'a> {
    fn count(shared: &'a Shared) -> Self {
        shared.open.fetch_add(1, Ordering::SeqCst);
        Self(shared)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}
