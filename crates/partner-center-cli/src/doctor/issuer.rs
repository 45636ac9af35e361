//! Who issued the certificate of a server that this machine does not trust.

use std::time::Duration;

use partner_center::reqwest::{Client, tls::TlsInfo};

/// The common name of the issuer; nothing secret is sent to the server.
pub(super) async fn of(url: &str, timeout: Duration) -> Option<String> {
    let client =
        Client::builder().tls_danger_accept_invalid_certs(true).tls_info(true).timeout(timeout).build().ok()?;
    let response = client.head(url).send().await.ok()?;
    common_name(response.extensions().get::<TlsInfo>()?.peer_certificate()?)
}

/// The first common name in a certificate, which is that of its issuer.
fn common_name(certificate: &[u8]) -> Option<String> {
    let start = certificate.windows(5).position(|object_id| object_id == [6, 3, 0x55, 4, 3])? + 5;
    let length = usize::from(*certificate.get(start + 1)?);
    let name = certificate.get(start + 2..start + 2 + length)?;
    Some(String::from_utf8_lossy(name).into_owned())
}
