//! Token requests: which failures are retried, how often and how long.

use std::time::Duration;

use partner_center::RetryPolicy;
use partner_center::auth::{ClientSecret, CredentialError, CredentialErrorKind as Kind, TokenRequest};
use partner_center_mock::MockResponse;
use partner_center_mock::faults::tls::TlsIdentity;
use partner_center_mock::faults::{EventKind, FaultResponse, FaultServer, Framing};
use partner_center_mock::token_endpoint::{OAuthError, TokenEndpoint};
use tokio::time::Instant;

use crate::support::{CLIENT_ID, Outcome, TENANT, request, request_to, token};

async fn ask(request: &TokenRequest) -> Result<String, CredentialError> {
    token(&ClientSecret::new(TENANT, CLIENT_ID, "s3cr3t"), request).await
}

/// The error and the number of requests if every request gets this response.
async fn fails(response: impl Into<FaultResponse>) -> (CredentialError, usize) {
    let entra = TokenEndpoint::start().await.expect("loopback has a free port");
    entra.respond_always(response);
    let error = ask(&request(&entra)).await.expect_err("no response has a token");
    (error, entra.requests().len())
}

#[tokio::test]
async fn transient_failures_are_retried() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let request = request(&entra);
    let passing = [
        FaultResponse::reset(),
        FaultResponse::close(),
        FaultResponse::partial(MockResponse::text(200, "{\"access_token\":\"half\"}"), 9),
        FaultResponse::raw("HTTP/1.1 2"),
        FaultResponse::respond(MockResponse::new(408)),
        FaultResponse::respond(MockResponse::new(429)),
        FaultResponse::respond(MockResponse::html(500, "<h1>oh</h1>")),
        FaultResponse::respond(MockResponse::new(502)),
        FaultResponse::respond(MockResponse::new(503)),
        FaultResponse::respond(MockResponse::new(504)),
        FaultResponse::respond(OAuthError::temporarily_unavailable()),
        FaultResponse::respond(OAuthError::temporarily_unavailable().status(400)),
    ];
    for (index, response) in passing.into_iter().enumerate() {
        let before = entra.requests().len();
        let shown = format!("{index}: {response:?}");
        entra.respond_next(match index {
            3 => response.then_close(),
            _ => response,
        });
        assert!(ask(&request).await.is_ok(), "{shown}");
        assert_eq!(entra.requests().len() - before, 2, "{shown}");
    }
    Ok(())
}

#[tokio::test]
async fn gives_up_after_four_attempts_and_keeps_the_last_error() {
    for (status, kind) in [(429, Kind::Throttled), (408, Kind::ServerFailure), (503, Kind::ServerFailure)] {
        let (error, attempts) =
            fails(MockResponse::html(status, "<h1>busy</h1>").header("x-ms-request-id", "trace-1")).await;
        assert_eq!((error.kind(), attempts), (kind, 4), "{status}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert_eq!(error.trace_id(), Some("trace-1"));
        assert!(error.is_retryable());
    }
    let (error, attempts) = fails(FaultResponse::reset()).await;
    assert_eq!((error.kind(), error.status(), attempts), (Kind::Unreachable, None, 4));
    assert!(error.is_retryable() && error.correlation_id().is_some());
}

#[tokio::test]
async fn oauth_errors_are_not_retried() {
    for oauth_error in [
        OAuthError::inactive_refresh_token(),
        OAuthError::revoked_grant(),
        OAuthError::mfa_required(),
        OAuthError::wrong_secret(),
        OAuthError::unknown_tenant(),
        OAuthError::unknown_application(),
        OAuthError::unknown_resource(),
        OAuthError::consent_required(),
        OAuthError::new("something_new", 1, "Unknown."),
    ] {
        let shown = format!("{oauth_error:?}");
        let (error, attempts) = fails(oauth_error).await;
        assert_eq!((attempts, error.is_retryable()), (1, false), "{shown}");
    }
}

#[tokio::test]
async fn a_loop_error_is_transient_but_not_retried() {
    for code in [50_196, 90_055] {
        let (error, attempts) = fails(OAuthError::new("invalid_grant", code, "Asked too often.")).await;
        assert_eq!((error.kind(), error.is_retryable(), attempts), (Kind::Throttled, true, 1), "{code}");
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_named_and_not_retried() -> Outcome {
    let identity = TlsIdentity::self_signed(["127.0.0.1"])?;
    let entra = FaultServer::builder().tls(identity).responses([MockResponse::new(503)]).start().await?;
    let error = ask(&request_to(&entra.url())).await.expect_err("it must fail");
    assert_eq!((error.kind(), error.is_retryable()), (Kind::UntrustedServer, false));
    assert!(error.to_string().contains("127.0.0.1: ") && error.to_string().to_lowercase().contains("certificate"));
    assert!(error.help().contains("root certificate") && error.help().contains("SSL_CERT_FILE"), "{}", error.help());
    assert_eq!((entra.count(EventKind::Connected), entra.requests().len()), (1, 0));
    Ok(())
}

#[tokio::test]
async fn connection_refused_names_the_host() {
    let error = ask(&request_to("http://127.0.0.1:1")).await.expect_err("it must fail");
    assert_eq!(error.kind(), Kind::Unreachable);
    assert!(error.to_string().contains("127.0.0.1: ") && error.to_string().contains("refused"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn waits_for_the_retry_after_delay() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    entra.respond_next(MockResponse::new(429).header("Retry-After", "7"));
    entra.respond_next(
        MockResponse::new(503)
            .header("Date", "Wed, 21 Oct 2015 07:28:00 GMT")
            .header("Retry-After", "Wed, 21 Oct 2015 07:28:11 GMT"),
    );
    ask(&request(&entra)).await?;
    let at: Vec<_> = entra.requests().iter().map(|request| request.at()).collect();
    assert_eq!(at.len(), 3);
    assert!(at[1] - at[0] >= Duration::from_secs(7), "{:?}", at[1] - at[0]);
    assert!(at[2] - at[1] >= Duration::from_secs(11), "{:?}", at[2] - at[1]);
    Ok(())
}

/// Responses with a complete head and an unreadable body: truncated, stalled, too large.
fn without_body(status: u16) -> [FaultResponse; 3] {
    let response = MockResponse::text(status, "{\"error\":\"half\"}").header("Retry-After", "7");
    let head = format!("HTTP/1.1 {status} Odd\r\nRetry-After: 7\r\nContent-Length: 9\r\n\r\n");
    [
        FaultResponse::partial(response.clone(), 5),
        FaultResponse::raw(head).then_stall(),
        FaultResponse::huge(response, (1 << 20) + 1, Framing::Chunked),
    ]
}

#[tokio::test(start_paused = true)]
async fn an_error_without_its_body_is_handled_by_its_head() -> Outcome {
    for (status, kind) in [(429, Kind::Throttled), (503, Kind::ServerFailure)] {
        for (index, response) in without_body(status).into_iter().enumerate() {
            let entra = TokenEndpoint::start().await?;
            entra.respond_next(response.clone());
            ask(&request(&entra)).await?;
            let at: Vec<_> = entra.requests().iter().map(|request| request.at()).collect();
            assert_eq!(at.len(), 2, "{status} {index}");
            assert!(at[1] - at[0] >= Duration::from_secs(7), "{status} {index}: {:?}", at[1] - at[0]);

            entra.respond_next(response);
            let error = ask(&request(&entra).retry(RetryPolicy::off())).await.expect_err("it must fail");
            assert_eq!((error.kind(), error.retry_after()), (kind, Some(Duration::from_secs(7))), "{status} {index}");
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        }
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_oauth_error_without_its_body_is_not_retried() {
    for (index, response) in without_body(400).into_iter().enumerate() {
        let (error, attempts) = fails(response).await;
        // The part of the body that arrived counts: in the oversized one, the error.
        let kind = if index == 2 { Kind::Rejected } else { Kind::UnexpectedResponse };
        assert_eq!((error.kind(), attempts), (kind, 1), "{index}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(400), "{index}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_without_its_body_keeps_its_status() {
    for response in without_body(200) {
        let (error, _) = fails(response).await;
        assert_eq!(error.status().map(|status| status.as_u16()), Some(200), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_delay_beyond_the_deadline_fails_immediately() -> Outcome {
    for (delay, seconds) in [("60", 60), ("99999999999999999999999", u64::MAX)] {
        let began = Instant::now();
        let (error, attempts) = fails(MockResponse::new(429).header("Retry-After", delay)).await;
        assert_eq!((error.retry_after(), attempts), (Some(Duration::from_secs(seconds)), 1));
        assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn attempts_and_the_whole_request_have_timeouts() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    for response in [
        FaultResponse::stall(),
        FaultResponse::drip(MockResponse::text(200, " ".repeat(1000)), 1, Duration::from_secs(1)),
        FaultResponse::raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n").then_stall(),
    ] {
        entra.respond_always(response);
        let (began, before) = (Instant::now(), entra.requests().len());
        let error = ask(&request(&entra)).await.expect_err("it must fail");
        assert_eq!(error.kind(), Kind::Unreachable);
        let elapsed = began.elapsed();
        assert!(elapsed >= Duration::from_secs(59) && elapsed <= Duration::from_secs(61), "{elapsed:?}");
        assert_eq!(entra.requests().len() - before, 3);
    }

    let (began, before) = (Instant::now(), entra.requests().len());
    assert!(ask(&request(&entra).timeout(Duration::from_secs(22))).await.is_err());
    assert!(began.elapsed() <= Duration::from_secs(23), "{:?}", began.elapsed());
    assert_eq!(entra.requests().len() - before, 2);

    let patient = request(&entra).retry(RetryPolicy::off()).timeout(Duration::MAX);
    entra.respond_always(FaultResponse::wait(Duration::from_secs(19)).then_respond(MockResponse::new(503)));
    assert_eq!(ask(&patient).await.expect_err("it must fail").kind(), Kind::ServerFailure);
    Ok(())
}

#[tokio::test]
async fn redirects_are_not_followed_with_the_secret() -> Outcome {
    let elsewhere = FaultServer::start([MockResponse::new(200)]).await?;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("{}/?code=s3cr3t", elsewhere.url());
        let (error, attempts) = fails(MockResponse::new(status).header("Location", location)).await;
        assert_eq!((error.kind(), attempts), (Kind::UnexpectedResponse, 1), "{status}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert!(error.to_string().contains("a redirect to 127.0.0.1, which is not followed"), "{error}");
    }
    assert_eq!(elsewhere.requests().len(), 0);
    Ok(())
}
