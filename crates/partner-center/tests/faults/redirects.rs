//! Redirects are not followed, whatever their target.

use partner_center::{ErrorKind, reqwest};
use partner_center_mock::MockResponse;
use partner_center_mock::faults::tls::CertificateAuthority;
use partner_center_mock::faults::{EventKind, FaultServer};

use crate::support::{Outcome, builder, call, client, contoso, status, trusting};

async fn assert_rejected(location: &str) -> Result<partner_center::Error, std::io::Error> {
    let server = FaultServer::start([MockResponse::new(307).header("Location", location), contoso()]).await?;
    let error = call(&client(server.url())).await.expect_err("a redirect");
    assert_eq!((error.kind(), status(&error), error.attempts()), (ErrorKind::Redirected, Some(307), 1), "{location}");
    assert_eq!(error.location(), Some(location));
    assert_eq!(server.count(EventKind::Request), 1, "{location}");
    Ok(error)
}

#[tokio::test]
async fn a_redirect_to_the_same_host_is_not_followed() -> Outcome {
    assert_rejected("/v2/elsewhere").await?;
    assert_rejected("?again").await?;
    Ok(())
}

#[tokio::test]
async fn a_redirect_to_another_host_is_named_and_not_followed() -> Outcome {
    let sink = FaultServer::start([contoso()]).await?;
    let error = assert_rejected(&format!("{}/take-the-token?one-time-code", sink.url())).await?;
    assert_eq!(sink.count(EventKind::Connected), 0);
    assert!(error.to_string().contains(&sink.url()), "{error}");
    assert!(!error.to_string().contains("one-time-code"), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_redirect_from_https_to_http_is_not_followed() -> Outcome {
    let sink = FaultServer::start([contoso()]).await?;
    let authority = CertificateAuthority::new()?;
    let redirect = MockResponse::new(301).header("Location", sink.url());
    let server = FaultServer::builder().tls(authority.issue(["127.0.0.1"])?).responses([redirect]).start().await?;
    let client = builder(server.url())
        .http_client_builder(trusting(reqwest::Client::builder(), authority.certificate_pem()))
        .build()?;
    let error = call(&client).await.expect_err("a redirect");
    assert_eq!((error.kind(), status(&error)), (ErrorKind::Redirected, Some(301)));
    assert_eq!(sink.count(EventKind::Connected), 0);
    Ok(())
}

#[tokio::test]
async fn a_redirect_loop_ends_after_one_request() -> Outcome {
    let server = FaultServer::start_with(|request| MockResponse::new(302).header("Location", request.target())).await?;
    let error = call(&client(server.url())).await.expect_err("a redirect to itself");
    assert_eq!(error.kind(), ErrorKind::Redirected);
    assert_eq!(server.count(EventKind::Request), 1);
    Ok(())
}

#[tokio::test]
async fn a_redirect_with_no_or_a_hostile_location_is_not_followed() -> Outcome {
    for location in ["javascript:alert(1)", "intent://scan/x", "data:,x", "http://[", "//elsewhere.example"] {
        let error = assert_rejected(location).await?;
        assert!(!error.to_string().contains("null"), "{error}");
    }
    let server = FaultServer::start([MockResponse::new(302)]).await?;
    let error = call(&client(server.url())).await.expect_err("a redirect to nowhere");
    assert_eq!((error.kind(), error.location()), (ErrorKind::Redirected, None));
    Ok(())
}
