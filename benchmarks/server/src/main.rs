//! Answers every request with the documented organization, after a fixed time and under a limit if one is given.
//!
//! It prints its address, serves until its standard input ends, and then prints how many calls it served and refused.
//! One thread serves one connection: a thread wakes from its sleep within some 60 microseconds, where an event loop's
//! timer is up to a millisecond late. Where the client's processor is to be the limit, one thread serves them all and
//! never sleeps: a client that has to wake its server pays for that, and more so the slower it is.

mod limit;
mod settings;
mod spin;

use std::io::{ErrorKind, Read, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::limit::Limiter;
use self::settings::Settings;

const BODY: &str = r#"[{"street":"1 Microsoft Way","countryLetterCode":"US","postalCode":"98052-8300","city":"Redmond","state":"WA","displayName":"Contoso","technicalNotificationMails":["test@contoso.com"]}]"#;

const IDS: &str =
    "MS-CorrelationId: 0b2c5d7e-8f10-4a32-9b54-c6d7e8f90a1b\r\nMS-RequestId: 74ca1db9-df92-41c6-a362-a16433b0542b\r\n";

fn main() -> Result<()> {
    let Settings { latency, limit, spins } = Settings::from_arguments();
    let limiter = Arc::new(Limiter::new(limit));
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}", listener.local_addr()?);
    let shared = Arc::clone(&limiter);
    std::thread::spawn(move || {
        if spins {
            return spin::serve(&listener, &shared);
        }
        for stream in listener.incoming().flatten() {
            let limiter = Arc::clone(&shared);
            std::thread::spawn(move || serve(stream, latency, &limiter));
        }
        Ok(())
    });
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    println!("{}", limiter.summary());
    Ok(())
}

fn serve(mut stream: TcpStream, latency: Duration, limiter: &Limiter) -> Result<()> {
    stream.set_nodelay(true)?;
    let served = served();
    let mut buffer = [0; 8192];
    let mut filled = 0;
    loop {
        match stream.read(&mut buffer[filled..]) {
            Ok(0) => return Ok(()),
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
        if !buffer[..filled].ends_with(b"\r\n\r\n") {
            continue;
        }
        filled = 0;
        let arrived = Instant::now();
        let outcome = limiter.take(arrived);
        if !latency.is_zero() {
            std::thread::sleep((arrived + latency).saturating_duration_since(Instant::now()));
        }
        match outcome {
            Ok(()) => stream.write_all(served.as_bytes())?,
            Err(wait) => stream.write_all(refusal(wait).as_bytes())?,
        }
    }
}

fn served() -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nContent-Type: application/json; charset=utf-8\r\n{IDS}\r\n{BODY}",
        BODY.len()
    )
}

fn refusal(wait: u64) -> String {
    format!("HTTP/1.1 429 Too Many Requests\r\nRetry-After: {wait}\r\nContent-Length: 0\r\n{IDS}\r\n")
}
