//! Serves every connection from one thread that never sleeps.

use std::io::{ErrorKind, Read, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Instant;

use crate::limit::Limiter;

/// One connection, and what has come of its next request.
struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
}

pub(crate) fn serve(listener: &TcpListener, limiter: &Limiter) -> Result<()> {
    listener.set_nonblocking(true)?;
    let served = crate::served();
    let mut connections: Vec<Connection> = Vec::new();
    loop {
        if let Ok((stream, _)) = listener.accept() {
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            connections.push(Connection { stream, request: Vec::new() });
        }
        connections.retain_mut(|connection| connection.answer(limiter, served.as_bytes()).is_ok());
    }
}

impl Connection {
    /// Answers a request if a whole one has come; fails where the connection has ended.
    fn answer(&mut self, limiter: &Limiter, served: &[u8]) -> Result<()> {
        let mut buffer = [0; 8192];
        match self.stream.read(&mut buffer) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(read) => self.request.extend_from_slice(&buffer[..read]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => return Ok(()),
            Err(error) => return Err(error),
        }
        if self.request.ends_with(b"\r\n\r\n") {
            self.request.clear();
            match limiter.take(Instant::now()) {
                Ok(()) => self.stream.write_all(served)?,
                Err(wait) => self.stream.write_all(crate::refusal(wait).as_bytes())?,
            }
        }
        Ok(())
    }
}
