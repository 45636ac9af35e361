//! Shared by the benchmarks: a server on loopback that returns the documented organization, and a token.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// The number of measured calls per client.
pub const CALLS: u32 = 1_000;

const BODY: &str = r#"[{"street":"1 Microsoft Way","countryLetterCode":"US","postalCode":"98052-8300","city":"Redmond","state":"WA","displayName":"Contoso","technicalNotificationMails":["test@contoso.com"]}]"#;

const HEADERS: &str = "Content-Type: application/json; charset=utf-8\r\n\
    MS-CorrelationId: 0b2c5d7e-8f10-4a32-9b54-c6d7e8f90a1b\r\n\
    MS-RequestId: 74ca1db9-df92-41c6-a362-a16433b0542b\r\n";

/// Serves on separate threads, each response after `latency`; returns the base URL.
pub fn serve(latency: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
    let url = format!("http://{}", listener.local_addr().expect("the port"));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || respond(stream, latency));
        }
    });
    url
}

/// Responds to the requests of one connection until it ends.
fn respond(mut stream: TcpStream, latency: Duration) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let response = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{HEADERS}\r\n{BODY}", BODY.len());
    let mut request = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        match stream.read(&mut buffer)? {
            0 => return Ok(()),
            read => request.extend_from_slice(&buffer[..read]),
        }
        if request.ends_with(b"\r\n\r\n") {
            request.clear();
            thread::sleep(latency);
            stream.write_all(response.as_bytes())?;
        }
    }
}

/// An access token, about as long as Microsoft's.
pub fn token() -> String {
    "token".repeat(200)
}
