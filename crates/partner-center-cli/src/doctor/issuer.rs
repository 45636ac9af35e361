//! Who issued the certificate of a server that this machine does not trust.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use partner_center::reqwest;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

/// Trusts no certificate, so no connection is made, and records who issued it.
#[derive(Debug, Default)]
struct Issuer(OnceLock<String>);

type Signature = Result<HandshakeSignatureValid, Error>;
const DISTRUST: Error = Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);

impl ServerCertVerifier for Issuer {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        // The last one is the nearest to the root.
        common_name(intermediates.last().unwrap_or(end_entity)).map(|name| self.0.set(name));
        Err(DISTRUST)
    }

    fn verify_tls12_signature(&self, _: &[u8], _: &CertificateDer<'_>, _: &DigitallySignedStruct) -> Signature {
        Err(DISTRUST)
    }

    fn verify_tls13_signature(&self, _: &[u8], _: &CertificateDer<'_>, _: &DigitallySignedStruct) -> Signature {
        Err(DISTRUST)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        rustls::crypto::aws_lc_rs::default_provider().signature_verification_algorithms.supported_schemes()
    }
}

/// The name of the certificate authority at the end of the chain that a server sends.
pub(super) async fn of(url: &str, timeout: Duration) -> Option<String> {
    let issuer = Arc::new(Issuer::default());
    let tls = ClientConfig::builder_with_provider(rustls::crypto::aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions()
        .ok()?
        .dangerous()
        .with_custom_certificate_verifier(issuer.clone())
        .with_no_client_auth();
    let client = reqwest::Client::builder().tls_backend_preconfigured(tls).timeout(timeout).build().ok()?;
    let _ = client.get(url).send().await;
    issuer.0.get().cloned()
}

/// The first common name in a certificate, which is that of its issuer.
fn common_name(certificate: &[u8]) -> Option<String> {
    let start = certificate.windows(5).position(|object_id| object_id == [6, 3, 0x55, 4, 3])? + 5;
    let length = usize::from(*certificate.get(start + 1)?);
    let name = certificate.get(start + 2..start + 2 + length)?;
    Some(String::from_utf8_lossy(name).into_owned())
}
