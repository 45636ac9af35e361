//! Proxies: those of the environment are used unless turned off, and receive neither token nor response.

use std::sync::{Arc, Mutex};

use partner_center::{ErrorKind, reqwest};
use partner_center_mock::faults::tls::CertificateAuthority;
use partner_center_mock::faults::{EventKind, FaultServer};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::capture::SECRET;
use crate::environment;
use crate::support::{Outcome, builder, call, contoso, trusting};

/// A proxy that records requests.
struct Proxy {
    address: String,
    received: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

/// What a proxy does with a `CONNECT` request.
#[derive(Clone)]
enum Behavior {
    /// Opens the requested tunnel.
    Tunnel,
    /// Responds with these bytes instead.
    Reject(&'static str),
    /// Connects every tunnel to this server instead of the requested one.
    Inspect(String),
}

impl Proxy {
    async fn start(behavior: Behavior) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let received: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = received.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A client that disconnects only ends its own tunnel.
                let _ = tunnel(stream, &behavior, &kept).await;
            }
        });
        Ok(Self { address, received, task })
    }

    fn received(&self) -> Vec<String> {
        self.received.lock().expect("the lock is not poisoned").clone()
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn tunnel(mut client: TcpStream, behavior: &Behavior, received: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
    received.lock().expect("the lock is not poisoned").push(head);
    let mut origin = match behavior {
        Behavior::Reject(response) => return client.write_all(response.as_bytes()).await,
        Behavior::Tunnel => TcpStream::connect(target).await?,
        Behavior::Inspect(server) => TcpStream::connect(server).await?,
    };
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
    copy_bidirectional(&mut client, &mut origin).await?;
    Ok(())
}

/// A server with a certificate of a test authority, and that authority.
async fn origin() -> Result<(FaultServer, CertificateAuthority), std::io::Error> {
    let authority = CertificateAuthority::new()?;
    let identity = authority.issue(["127.0.0.1"])?;
    Ok((FaultServer::builder().tls(identity).responses([contoso()]).start().await?, authority))
}

/// Variables for the child process below.
const BASE_URL: &str = "TEST_BASE_URL";
const ROOT: &str = "TEST_ROOT_CERTIFICATE";
const USES_PROXIES: &str = "TEST_USES_PROXIES";
const CALLS: &str = "TEST_CALLS";

#[tokio::test]
#[ignore = "the other tests run it in a child process"]
async fn one_call_in_this_environment() -> Outcome {
    let uses_proxies = std::env::var(USES_PROXIES).as_deref() != Ok("no");
    let mut builder = builder(std::env::var(BASE_URL)?).proxies_from_environment(uses_proxies);
    if let Ok(root) = std::env::var(ROOT) {
        builder = builder.http_client_builder(trusting(reqwest::Client::builder(), root));
    }
    let client = builder.build()?;
    let calls = std::env::var(CALLS).ok().and_then(|calls| calls.parse().ok()).unwrap_or(1);
    // All at once, as a run makes them.
    let mut others: tokio::task::JoinSet<bool> = (1..calls)
        .map(|_| {
            let client = client.clone();
            async move { call(&client).await.is_ok() }
        })
        .collect();
    call(&client).await?;
    while let Some(is_ok) = others.join_next().await {
        assert!(is_ok?);
    }
    Ok(())
}

/// Makes one call in a child process with these variables; returns the output of the process.
async fn call_in_child_process(
    server: &FaultServer,
    root: Option<&CertificateAuthority>,
    more: &[(&str, &str)],
) -> Result<String, String> {
    let mut variables = vec![(BASE_URL.to_owned(), server.url())];
    variables.extend(root.map(|root| (ROOT.to_owned(), root.certificate_pem().to_owned())));
    variables.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let run = tokio::task::spawn_blocking(move || {
        environment::run("proxies::one_call_in_this_environment", &variables).map_err(|error| error.to_string())
    });
    let printed = run.await.map_err(|error| error.to_string())??;
    if printed.contains("test result: ok") { Ok(printed) } else { Err(printed) }
}

#[tokio::test]
async fn a_proxy_of_the_environment_sees_neither_token_nor_response() -> Outcome {
    let (proxy, (server, root)) = (Proxy::start(Behavior::Tunnel).await?, origin().await?);
    call_in_child_process(&server, Some(&root), &[("HTTPS_PROXY", &proxy.url())]).await?;
    assert_eq!(server.count(EventKind::Request), 1);
    let [connect] = &proxy.received()[..] else { panic!("one tunnel: {:?}", proxy.received()) };
    assert!(connect.starts_with(&format!("CONNECT {} HTTP/1.1\r\n", server.address())), "{connect}");
    assert!(!connect.contains(SECRET) && !connect.to_ascii_lowercase().contains("ms-"), "{connect}");
    Ok(())
}

#[tokio::test]
async fn plain_http_to_loopback_bypasses_the_proxy() -> Outcome {
    let (proxy, server) = (Proxy::start(Behavior::Tunnel).await?, FaultServer::start([contoso()]).await?);
    call_in_child_process(&server, None, &[("HTTP_PROXY", &proxy.url()), ("ALL_PROXY", &proxy.url())]).await?;
    assert_eq!((server.count(EventKind::Request), proxy.received().len()), (1, 0));
    Ok(())
}

#[tokio::test]
async fn hosts_in_no_proxy_are_called_directly() -> Outcome {
    let (proxy, (server, root)) = (Proxy::start(Behavior::Tunnel).await?, origin().await?);
    call_in_child_process(&server, Some(&root), &[("HTTPS_PROXY", &proxy.url()), ("NO_PROXY", "127.0.0.1")]).await?;
    assert_eq!((server.count(EventKind::Request), proxy.received().len()), (1, 0));
    Ok(())
}

#[tokio::test]
async fn proxies_of_the_environment_can_be_turned_off() -> Outcome {
    let (proxy, (server, root)) = (Proxy::start(Behavior::Tunnel).await?, origin().await?);
    call_in_child_process(&server, Some(&root), &[("HTTPS_PROXY", &proxy.url()), (USES_PROXIES, "no")]).await?;
    assert_eq!((server.count(EventKind::Request), proxy.received().len()), (1, 0));
    Ok(())
}

#[tokio::test]
async fn the_proxy_password_is_not_sent_to_the_service() -> Outcome {
    let (proxy, (server, root)) = (Proxy::start(Behavior::Tunnel).await?, origin().await?);
    let with_password = format!("http://user:{SECRET}@{}", proxy.address);
    call_in_child_process(&server, Some(&root), &[("HTTPS_PROXY", &with_password)]).await?;
    assert!(proxy.received()[0].to_ascii_lowercase().contains("proxy-authorization: basic "), "{:?}", proxy.received());
    assert_eq!(server.requests()[0].header("proxy-authorization"), None);
    Ok(())
}

#[tokio::test]
async fn a_proxy_that_requires_authentication_is_named() -> Outcome {
    let response =
        "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n";
    let (proxy, (server, root)) = (Proxy::start(Behavior::Reject(response)).await?, origin().await?);
    let http = reqwest::Client::builder().proxy(reqwest::Proxy::https(proxy.url())?);
    let client = builder(server.url()).http_client_builder(trusting(http, root.certificate_pem())).build()?;
    let error = call(&client).await.expect_err("the proxy says no");
    assert_eq!((error.kind(), error.attempts(), proxy.received().len()), (ErrorKind::Proxy, 1, 1));
    assert!(error.to_string().contains("the proxy requires a user name and a password"), "{error}");
    assert!(!error.may_have_been_sent() && !error.is_retryable());
    assert_eq!(server.count(EventKind::Connected), 0);
    Ok(())
}

#[tokio::test]
async fn a_rejected_proxy_password_is_sent_once_and_not_shown() -> Outcome {
    let response = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
    let (proxy, (server, _)) = (Proxy::start(Behavior::Reject(response)).await?, origin().await?);
    let with_password = format!("http://user:{SECRET}@{}", proxy.address);
    let variables = [("HTTPS_PROXY", &*with_password), (CALLS, "20")];
    let printed = call_in_child_process(&server, None, &variables).await.expect_err("the proxy says no");
    let named = format!("the proxy {} requires a user name and a password", proxy.url());
    assert!(printed.contains("kind: Proxy") && printed.contains(&named), "{printed}");
    assert!(!printed.contains(SECRET), "{printed}");
    assert_eq!(proxy.received().len(), 1, "twenty calls, and one request to the proxy");
    Ok(())
}

#[tokio::test]
async fn a_proxy_that_accepts_the_password_serves_calls_side_by_side() -> Outcome {
    let (proxy, (server, root)) = (Proxy::start(Behavior::Tunnel).await?, origin().await?);
    let with_password = format!("http://user:{SECRET}@{}", proxy.address);
    let variables = [("HTTPS_PROXY", &*with_password), (CALLS, "20")];
    call_in_child_process(&server, Some(&root), &variables).await?;
    assert_eq!(server.count(EventKind::Request), 20);
    Ok(())
}

#[tokio::test]
async fn a_denied_tunnel_is_named_with_its_status() -> Outcome {
    for (response, kind, status, requests) in [
        ("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "kind: Proxy", "(HTTP 403)", 2),
        ("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "kind: Connection", "(HTTP 502)", 8),
    ] {
        let (proxy, (server, _)) = (Proxy::start(Behavior::Reject(response)).await?, origin().await?);
        let printed = call_in_child_process(&server, None, &[("HTTPS_PROXY", &proxy.url())]).await;
        let printed = printed.expect_err("the proxy says no");
        assert!(printed.contains(kind) && printed.contains(status) && printed.contains(&proxy.url()), "{printed}");
        // Each attempt asks twice, the second time for the status.
        assert_eq!(proxy.received().len(), requests, "{status}");
    }
    Ok(())
}

#[tokio::test]
async fn an_unreadable_proxy_is_an_error_and_not_passed_over() -> Outcome {
    let (server, _) = origin().await?;
    for unreadable in [
        "htps://proxy.example:3128",
        "socks5://proxy.example:1080",
        "http://user:s3cr3t/x@proxy.example",
        "http://user:p@s3cr3t@proxy.example",
        " ",
    ] {
        let printed = call_in_child_process(&server, None, &[("HTTPS_PROXY", unreadable)]).await;
        let printed = printed.expect_err("nothing is sent");
        assert!(printed.contains("kind: Configuration") && printed.contains("HTTPS_PROXY is not"), "{printed}");
        assert!(!printed.contains("s3cr3t"), "{printed}");
    }
    assert_eq!(server.count(EventKind::Connected), 0);
    Ok(())
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn missing_root_certificates_are_named_and_do_not_stop_plain_http() -> Outcome {
    let variables = [("SSL_CERT_FILE", "/no/such/file"), ("SSL_CERT_DIR", "/no/such/folder")];
    let ((secure, _), plain) = (origin().await?, FaultServer::start([contoso()]).await?);
    let printed = call_in_child_process(&secure, None, &variables).await.expect_err("no server can be verified");
    assert!(printed.contains("there are no root certificates") && printed.contains("SSL_CERT_FILE"), "{printed}");
    call_in_child_process(&plain, None, &variables).await?;
    Ok(())
}

#[tokio::test]
async fn a_proxy_that_is_down_is_named_without_its_password() -> Outcome {
    let down = FaultServer::connection_refused().await?;
    let (server, root) = origin().await?;
    let proxy = reqwest::Proxy::https(format!("http://user:{SECRET}@{}", down.address()))?;
    let http = reqwest::Client::builder().proxy(proxy);
    let client = builder(server.url()).http_client_builder(trusting(http, root.certificate_pem())).build()?;
    let error = call(&client).await.expect_err("the proxy is down");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connection, 4));
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(SECRET), "{shown}");
    assert_eq!(server.count(EventKind::Connected), 0);
    Ok(())
}

#[tokio::test]
async fn a_proxy_that_inspects_tls_is_rejected_unless_its_root_is_added() -> Outcome {
    let authority = CertificateAuthority::new()?;
    let identity = authority.issue(["service.example"])?;
    let inspector = FaultServer::builder().tls(identity).responses([contoso()]).start().await?;
    let proxy = Proxy::start(Behavior::Inspect(inspector.address().to_string())).await?;
    let through = || -> Result<_, Box<dyn std::error::Error>> {
        let http = reqwest::Client::builder().proxy(reqwest::Proxy::https(proxy.url())?);
        Ok((builder("https://service.example"), http))
    };
    let (client, http) = through()?;
    let error = call(&client.http_client_builder(http).build()?).await.expect_err("the root is unknown");
    assert_eq!(error.kind(), ErrorKind::Certificate);
    assert_eq!(inspector.count(EventKind::Request), 0, "no token went there");
    let (client, http) = through()?;
    call(&client.http_client_builder(trusting(http, authority.certificate_pem())).build()?).await?;
    assert!(
        proxy.received().iter().all(|head| head.starts_with("CONNECT service.example:443 ")),
        "{:?}",
        proxy.received()
    );
    Ok(())
}
