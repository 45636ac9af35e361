//! TLS: invalid certificates are rejected, and root certificates can be added.

use partner_center::{ErrorKind, reqwest};
use partner_center_mock::faults::tls::{CertificateAuthority, TlsIdentity};
use partner_center_mock::faults::{EventKind, FaultResponse, FaultServer};

use crate::support::{Outcome, builder, call, client, contoso, trusting};

async fn server(identity: TlsIdentity) -> std::io::Result<FaultServer> {
    FaultServer::builder().tls(identity).responses([contoso()]).start().await
}

/// Asserts that a client that trusts `root` rejects the server's certificate, without a retry, and sends nothing.
async fn assert_rejected(identity: TlsIdentity, root: Option<&CertificateAuthority>) -> Outcome {
    let server = server(identity).await?;
    let mut builder = builder(server.url());
    if let Some(authority) = root {
        builder = builder.http_client_builder(trusting(reqwest::Client::builder(), authority.certificate_pem()));
    }
    let error = call(&builder.build()?).await.expect_err("the certificate is no good");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Certificate, 1), "{error:?}");
    assert!(!error.is_retryable() && !error.may_have_been_sent());
    assert!(error.request_id().is_some());
    assert!(error.help().contains("root certificate"), "{}", error.help());
    assert_eq!(server.count(EventKind::Request), 0);
    Ok(())
}

#[tokio::test]
async fn a_certificate_of_an_added_root_is_trusted() -> Outcome {
    let authority = CertificateAuthority::new()?;
    let server = server(authority.issue(["127.0.0.1", "localhost"])?).await?;
    let client = builder(server.url())
        .http_client_builder(trusting(reqwest::Client::builder(), authority.certificate_pem()))
        .build()?;
    assert_eq!(call(&client).await?.display_name.as_deref(), Some("Contoso"));
    Ok(())
}

#[tokio::test]
async fn several_roots_can_be_added() -> Outcome {
    let (one, other) = (CertificateAuthority::new()?, CertificateAuthority::new()?);
    let server = server(other.issue(["127.0.0.1"])?).await?;
    let both = format!("{}{}", one.certificate_pem(), other.certificate_pem());
    call(&builder(server.url()).http_client_builder(trusting(reqwest::Client::builder(), both)).build()?).await?;
    Ok(())
}

#[tokio::test]
async fn an_expired_certificate_is_rejected() -> Outcome {
    let authority = CertificateAuthority::new()?;
    assert_rejected(authority.issue_expired(["127.0.0.1"])?, Some(&authority)).await
}

#[tokio::test]
async fn a_certificate_for_another_host_is_rejected() -> Outcome {
    let authority = CertificateAuthority::new()?;
    assert_rejected(authority.issue(["api.partnercenter.microsoft.com"])?, Some(&authority)).await
}

#[tokio::test]
async fn a_self_signed_certificate_is_rejected() -> Outcome {
    assert_rejected(TlsIdentity::self_signed(["127.0.0.1"])?, None).await
}

#[tokio::test]
async fn a_certificate_of_an_unknown_root_is_rejected() -> Outcome {
    let (trusted, unknown) = (CertificateAuthority::new()?, CertificateAuthority::new()?);
    assert_rejected(unknown.issue(["127.0.0.1"])?, Some(&trusted)).await
}

#[tokio::test]
async fn the_callers_builder_cannot_turn_verification_off() -> Outcome {
    let server = server(TlsIdentity::self_signed(["127.0.0.1"])?).await?;
    let careless =
        reqwest::Client::builder().tls_danger_accept_invalid_certs(true).tls_danger_accept_invalid_hostnames(true);
    let client = builder(server.url()).http_client_builder(careless).build()?;
    let error = call(&client).await.expect_err("verification stays on");
    assert_eq!(error.kind(), ErrorKind::Certificate);
    assert_eq!(server.count(EventKind::Request), 0);
    Ok(())
}

#[tokio::test]
async fn tls_1_1_is_rejected() -> Outcome {
    // A ServerHello for TLS 1.1 (3, 2): version, 32 random bytes, no session id, a cipher suite, no compression.
    let mut hello = vec![2, 0, 0, 38, 3, 2];
    hello.extend([7; 32]);
    hello.extend([0, 0xc0, 0x13, 0]);
    let mut record = vec![22, 3, 2, 0, 42];
    record.extend(hello);
    let server = FaultServer::start([FaultResponse::raw(record).then_stall().on_connect()]).await?;
    let client = client(server.url().replace("http://", "https://"));
    let error = call(&client).await.expect_err("too old");
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert!(!error.may_have_been_sent());
    assert!(error.to_string().to_ascii_lowercase().contains("tls"), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_server_without_tls_is_rejected() -> Outcome {
    let server = FaultServer::start([contoso()]).await?;
    let error = call(&client(server.url().replace("http://", "https://"))).await.expect_err("plain http");
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert!(!error.may_have_been_sent());
    assert_eq!(server.count(EventKind::Request), 0);
    Ok(())
}
