//! TLS of the fault server: clients accept the valid certificate and reject the others.
#![cfg(feature = "tls")]

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use partner_center_mock::examples::get_customer_organization as organization;
use partner_center_mock::faults::tls::{CertificateAuthority, TlsIdentity};
use partner_center_mock::faults::{EventKind, FaultResponse, FaultServer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

type Outcome = Result<(), Box<dyn Error>>;

async fn connect(server: &FaultServer, trusted: &CertificateAuthority) -> Result<TlsStream<TcpStream>, Box<dyn Error>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(trusted.certificate_pem().as_bytes())?)?;
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let socket = TcpStream::connect(server.address()).await?;
    let host = ServerName::try_from("127.0.0.1")?;
    Ok(TlsConnector::from(Arc::new(config)).connect(host, socket).await?)
}

async fn rejection(identity: TlsIdentity, trusted: &CertificateAuthority) -> Result<String, Box<dyn Error>> {
    let server = FaultServer::builder().tls(identity).responses([organization::CONTOSO]).start().await?;
    let error = connect(&server, trusted).await.err().ok_or("the certificate was accepted")?;
    server.wait_for(EventKind::TlsFailed, 1).await;
    assert_eq!(server.requests().len(), 0);
    Ok(error.to_string())
}

#[tokio::test]
async fn a_trusted_certificate_serves_the_response() -> Outcome {
    let authority = CertificateAuthority::new()?;
    let identity = authority.issue(["127.0.0.1"])?;
    let response = FaultResponse::respond(organization::CONTOSO).then_close();
    let server = FaultServer::builder().tls(identity).responses([response]).start().await?;
    assert!(server.url().starts_with("https://127.0.0.1:"));
    let mut stream = connect(&server, &authority).await?;
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await?;
    let mut received = String::new();
    stream.read_to_string(&mut received).await?;
    assert!(received.ends_with(organization::CONTOSO.body), "{received}");
    use EventKind::*;
    assert_eq!(server.event_kinds(), [Connected, Request, Sent, Closed]);
    Ok(())
}

#[tokio::test]
async fn each_bad_certificate_is_rejected_for_its_own_reason() -> Outcome {
    let authority = CertificateAuthority::new()?;
    let expired = rejection(authority.issue_expired(["127.0.0.1"])?, &authority).await?;
    assert!(expired.contains("expired"), "{expired}");
    let of_another_host = rejection(authority.issue(["api.example.com"])?, &authority).await?;
    assert!(of_another_host.contains("not valid for"), "{of_another_host}");
    let self_signed = rejection(TlsIdentity::self_signed(["127.0.0.1"])?, &authority).await?;
    assert!(self_signed.contains("UnknownIssuer"), "{self_signed}");
    let untrusted = rejection(CertificateAuthority::new()?.issue(["127.0.0.1"])?, &authority).await?;
    assert!(untrusted.contains("UnknownIssuer") || untrusted.contains("BadSignature"), "{untrusted}");
    Ok(())
}

#[tokio::test]
async fn the_handshake_can_be_reset_too() -> Outcome {
    let authority = CertificateAuthority::new()?;
    let identity = authority.issue(["127.0.0.1"])?;
    let responses = [FaultResponse::reset().on_connect(), FaultResponse::reset()];
    let server = FaultServer::builder().tls(identity).responses(responses).start().await?;
    assert!(connect(&server, &authority).await.is_err());
    let mut stream = connect(&server, &authority).await?;
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await?;
    assert!(stream.read(&mut [0; 1]).await.is_err());
    use EventKind::*;
    assert_eq!(server.event_kinds(), [Connected, Reset, Connected, Request, Reset]);
    Ok(())
}

#[tokio::test]
async fn a_delay_before_the_handshake_loses_no_bytes() -> Outcome {
    let authority = CertificateAuthority::new()?;
    let wait = FaultResponse::wait(Duration::from_millis(20)).on_connect();
    let server = FaultServer::builder()
        .tls(authority.issue(["127.0.0.1"])?)
        .responses([wait, organization::CONTOSO.into()])
        .start()
        .await?;
    let mut stream = tokio::time::timeout(Duration::from_secs(5), connect(&server, &authority)).await??;
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await?;
    assert_eq!(stream.read_u8().await?, b'H');
    Ok(())
}

#[test]
fn invalid_pem_and_hosts_that_are_not_ascii_are_errors() {
    assert!(TlsIdentity::from_pem("", "").is_err());
    assert!(TlsIdentity::self_signed(["bücher.example"]).is_err());
}
