//! A user signs in with the browser: a listener on loopback receives the redirect and serves the last page.

use std::future::poll_fn;
use std::io;
use std::mem;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::task::Poll;
use std::time::Duration;

use partner_center::auth::{AuthorizationCode, SignedIn, TokenRequest};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::timeout;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::terminal::{notify, plain, rounded_down, warn};

/// Why no browser can be opened here; `None` if one can, or if `BROWSER` names one.
pub(super) fn missing() -> Option<&'static str> {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_container = ["/.dockerenv", "/run/.containerenv"].into_iter().any(|path| Path::new(path).exists());
    let has_display = cfg!(any(windows, target_os = "macos")) || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
    let reasons = [
        (is_set("SSH_CONNECTION"), "this is an SSH session"),
        (is_container, "this is a container"),
        (!has_display, "there is no display"),
    ];
    let reason = reasons.into_iter().find(|(holds, _)| *holds).map(|(_, reason)| reason);
    reason.filter(|_| !is_set("BROWSER"))
}

/// The redirect, which the browser waits on for the last page.
pub(super) struct Redirect(TcpStream);

/// Opens the browser and waits until the user has signed in; the tokens, and the redirect to show the outcome on.
pub(super) async fn sign_in(
    tenant: &str,
    client_id: &str,
    request: &TokenRequest,
    limit: Duration,
) -> Result<(SignedIn, Redirect), Failure> {
    let (listeners, port) = listen().await.map_err(|error| {
        Failure::new(Exit::SignIn, format!("cannot listen for the browser: {error}"), "Use --device-code.")
    })?;
    let code = AuthorizationCode::start(tenant, client_id, request, format!("http://localhost:{port}"))?;
    let url = code.authorization_url().to_owned();
    notify("Sign in with the browser. If it does not open, open this address on this machine, or use --device-code:");
    notify(&url);
    notify(&format!("Waiting up to {} …", rounded_down(limit)));
    tokio::spawn(async {
        // A text browser keeps the thread until it is closed.
        if let Ok(Err(error)) = spawn_blocking(move || webbrowser::open(&url)).await {
            warn(&format!("the browser cannot be opened: {error}"));
        }
    });
    let redirect = timeout(limit, redirect(&listeners, &code)).await;
    drop(listeners);
    let (redirect, target) = redirect.map_err(|_| {
        timed_out(
            limit,
            "Sign in again, or use --device-code. If the browser shows an error about the redirect URI, register \
             http://localhost under \"Mobile and desktop applications\" of the application in Entra.",
        )
    })?;
    match code.redeem(&target).await {
        Ok(signed_in) => Ok((signed_in, redirect)),
        Err(error) => {
            let failure = Failure::from(error);
            redirect.show(Some(&failure)).await;
            Err(failure)
        }
    }
}

pub(super) fn timed_out(limit: Duration, help: &str) -> Failure {
    Failure::new(Exit::SignIn, format!("the sign-in was not completed within {}", rounded_down(limit)), help)
}

/// Listens on a free port of both loopback addresses, as the browser chooses which one `localhost` is.
async fn listen() -> io::Result<(Vec<TcpListener>, u16)> {
    loop {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
            Ok(other) => return Ok((vec![listener, other], port)),
            // The redirect would go to another program.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            // There is no IPv6.
            Err(_) => return Ok((vec![listener], port)),
        }
    }
}

/// Waits for the redirect of this sign-in. Everything else gets an error, such as a request for /favicon.ico.
async fn redirect(listeners: &[TcpListener], code: &AuthorizationCode) -> (Redirect, String) {
    // Together, since a browser also opens connections that it sends nothing on.
    let mut connections = JoinSet::<Option<(TcpStream, String)>>::new();
    let mut is_notified = false;
    loop {
        tokio::select! {
            Some(request) = connections.join_next() => match request {
                Ok(Some((stream, target))) if code.is_redirect(&target) => return (Redirect(stream), target),
                Ok(Some((stream, target))) if target.contains("state=") => {
                    let text = "Close this tab, and continue in the one that was opened last.";
                    respond(stream, "400 Bad Request", "This response belongs to another sign-in", text).await;
                    if !mem::replace(&mut is_notified, true) {
                        notify("The browser sent the response of another sign-in; still waiting for this one's …");
                    }
                }
                Ok(Some((stream, _))) => respond(stream, "404 Not Found", "Not found", "Nothing is at this address.").await,
                _ => {}
            },
            Ok(stream) = accept(listeners) => { connections.spawn(read(stream)); }
            else => {}
        }
    }
}

async fn accept(listeners: &[TcpListener]) -> io::Result<TcpStream> {
    let accepted = poll_fn(|context| {
        let mut polled = listeners.iter().map(|listener| listener.poll_accept(context));
        polled.find(Poll::is_ready).unwrap_or(Poll::Pending)
    });
    accepted.await.map(|(stream, _)| stream)
}

/// Reads the head of a request, and returns its target; empty if it is not a GET.
async fn read(stream: TcpStream) -> Option<(TcpStream, String)> {
    const LARGEST: u64 = 1 << 16;
    let (mut reader, mut head) = (BufReader::new(stream.take(LARGEST)), String::new());
    // Whole, since closing a connection with something unread would take the page with it.
    while !head.ends_with("\r\n\r\n") {
        let line = timeout(Duration::from_secs(30), reader.read_line(&mut head));
        line.await.ok()?.ok().filter(|length| *length > 0)?;
    }
    let target = head.strip_prefix("GET ").and_then(|rest| rest.split(' ').next()).unwrap_or_default();
    Some((reader.into_inner().into_inner(), target.to_owned()))
}

impl Redirect {
    pub(super) async fn show(self, failure: Option<&Failure>) {
        let Some(failure) = failure else {
            return respond(self.0, "200 OK", "Signed in", "You can close this window.").await;
        };
        let text =
            format!("{}\n{}\nYou can close this window.", failure.what, failure.help.as_deref().unwrap_or_default());
        respond(self.0, "400 Bad Request", "Not signed in", &text).await;
    }
}

async fn respond(mut stream: TcpStream, status: &str, title: &str, text: &str) {
    let paragraphs: String = text.lines().map(|line| format!("<p>{}</p>\n", escape(line))).collect();
    let page =
        format!("<!doctype html>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<h1>{title}</h1>\n{paragraphs}");
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Connection: close\r\n\r\n",
        page.len()
    );
    let _ = stream.write_all((head + &page).as_bytes()).await;
    let _ = stream.shutdown().await;
}

fn escape(text: &str) -> String {
    plain(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
