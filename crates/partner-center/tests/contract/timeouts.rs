//! Timeouts: of connecting, of an attempt, of the whole call; of the client and of one call.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use partner_center::ErrorKind;
use partner_center_mock::httpmock::MockServer;
use partner_center_mock::{MockResponse, MockServerExt, ThenExt};

use crate::support::{CONTOSO, CUSTOMER, Outcome, builder, client, quick_retries, soon};

const TINY: Duration = Duration::from_millis(30);
const LONG: Duration = Duration::from_secs(30);

/// An address that accepts connections and never responds, as long as the listener lives.
fn silent() -> std::io::Result<(TcpListener, String)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    Ok((listener, address))
}

#[tokio::test]
async fn an_attempt_that_times_out_is_retried() -> Outcome {
    let (_listener, address) = silent()?;
    let client = builder(format!("http://{address}"))
        .attempt_timeout(TINY)
        .timeout(LONG)
        .retry(quick_retries().max_attempts(3))
        .build()?;
    let error = soon(client.customer(CUSTOMER).organization()).await.expect_err("nothing responds");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.attempts(), 3);
    assert!(error.elapsed() >= 3 * TINY && error.elapsed() < LONG, "{:?}", error.elapsed());
    assert!(error.may_have_been_sent() && error.is_retryable());
    assert!(error.to_string().contains("the attempt took too long"), "{error}");
    Ok(())
}

#[tokio::test]
async fn the_whole_call_ends_at_its_deadline() -> Outcome {
    let (_listener, address) = silent()?;
    let client = builder(format!("http://{address}")).timeout(2 * TINY).build()?;
    let begun = Instant::now();
    let error = soon(client.customer(CUSTOMER).organization()).await.expect_err("nothing responds");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 1));
    assert!(begun.elapsed() >= 2 * TINY && begun.elapsed() < LONG);
    assert!(error.to_string().contains("the call took too long"), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_calls_timeouts_replace_the_clients() -> Outcome {
    let (_listener, address) = silent()?;
    let client = client(format!("http://{address}"));
    let request = client.customer(CUSTOMER).organization().timeout(TINY);
    let error = soon(request).await.expect_err("nothing responds");
    assert!(error.to_string().contains("the call took too long"), "{error}");
    let request = client.customer(CUSTOMER).organization().attempt_timeout(TINY).retry(quick_retries().max_attempts(2));
    let error = soon(request).await.expect_err("nothing responds");
    assert_eq!(error.attempts(), 2);
    assert!(error.to_string().contains("the attempt took too long"), "{error}");

    let server = MockServer::start_async().await;
    server.get_customer_organization(|_, then| {
        then.into_inner().respond(MockResponse::text(200, CONTOSO)).delay(2 * TINY);
    });
    let hasty = builder(server.base_url()).timeout(TINY).attempt_timeout(TINY).build()?;
    let request = hasty.customer(CUSTOMER).organization().timeout(LONG).attempt_timeout(LONG);
    assert_eq!(soon(request).await?.attempts(), 1);
    Ok(())
}

#[tokio::test]
async fn connecting_includes_tls_and_has_its_own_timeout() -> Outcome {
    let (_listener, address) = silent()?;
    let http = partner_center::reqwest::Client::builder().connect_timeout(TINY);
    let client = builder(format!("https://{address}")).http_client_builder(http);
    let client = client.retry(quick_retries().max_attempts(2)).build()?;
    let error = soon(client.customer(CUSTOMER).organization()).await.expect_err("there is no TLS handshake");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 2));
    assert!(error.to_string().contains("connecting took too long"), "{error}");
    assert!(!error.may_have_been_sent(), "the request never left");
    Ok(())
}

#[tokio::test]
async fn maximum_timeouts_do_not_overflow() -> Outcome {
    let server = crate::support::mock([MockResponse::text(200, CONTOSO)]).await;
    let client = builder(server.base_url()).timeout(Duration::MAX).attempt_timeout(Duration::MAX).build()?;
    assert_eq!(client.customer(CUSTOMER).organization().await?.attempts(), 1);
    Ok(())
}

#[tokio::test]
async fn a_zero_timeout_fails_as_a_timeout() -> Outcome {
    let (_listener, address) = silent()?;
    let request = client(format!("http://{address}")).customer(CUSTOMER).organization().timeout(Duration::ZERO);
    let error = soon(request).await.expect_err("no time at all");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    Ok(())
}
