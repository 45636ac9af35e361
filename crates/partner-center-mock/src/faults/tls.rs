//! Test certificates: valid, expired, for another host, self-signed.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use tokio_rustls::server::TlsStream;

use super::socket::Socket;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The certificate chain and private key of a server.
///
/// ```
/// # use std::error::Error;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn Error>> {
/// use partner_center_mock::examples::get_customer_organization as organization;
/// use partner_center_mock::faults::{FaultServer, tls::{CertificateAuthority, TlsIdentity}};
///
/// let authority = CertificateAuthority::new()?;
/// let trusted = authority.issue(["127.0.0.1", "localhost"])?;
/// let server = FaultServer::builder().tls(trusted).responses([organization::CONTOSO]).start().await?;
/// // A client that trusts `authority.certificate_pem()` gets the organization from `server.url()`;
/// // it rejects these:
/// let expired = authority.issue_expired(["127.0.0.1"])?;
/// let of_another_host = authority.issue(["api.example.com"])?;
/// let self_signed = TlsIdentity::self_signed(["127.0.0.1"])?;
/// # Ok(())
/// # }
/// ```
pub struct TlsIdentity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl TlsIdentity {
    /// An identity from a PEM chain, the server's own certificate first, and its private key.
    ///
    /// # Errors
    ///
    /// If either is not valid PEM.
    pub fn from_pem(chain: &str, key: &str) -> io::Result<Self> {
        let chain: Vec<_> =
            CertificateDer::pem_slice_iter(chain.as_bytes()).collect::<Result<_, _>>().map_err(io::Error::other)?;
        if chain.is_empty() {
            return Err(io::Error::other("the PEM text contains no certificate"));
        }
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(io::Error::other)?;
        Ok(Self { chain, key })
    }

    /// A self-signed certificate for `hosts` (names or addresses).
    ///
    /// # Errors
    ///
    /// If a host is not ASCII.
    pub fn self_signed<H: Into<String>>(hosts: impl IntoIterator<Item = H>) -> io::Result<Self> {
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = server_params(hosts)?.self_signed(&key).map_err(io::Error::other)?;
        Self::from_pem(&certificate.pem(), &key.serialize_pem())
    }

    pub(super) fn acceptor(self) -> io::Result<TlsAcceptor> {
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(self.chain, self.key))
            .map_err(io::Error::other)?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

impl fmt::Debug for TlsIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsIdentity").field("certificates", &self.chain.len()).finish_non_exhaustive()
    }
}

/// A certificate authority for tests, trusted only by clients that add its certificate.
pub struct CertificateAuthority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl CertificateAuthority {
    /// Creates an authority with a new key.
    ///
    /// # Errors
    ///
    /// If the system provides no random numbers.
    pub fn new() -> io::Result<Self> {
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "partner-center-mock test authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let pem = params.self_signed(&key).map_err(io::Error::other)?.pem();
        Ok(Self { issuer: Issuer::new(params, key), pem })
    }

    /// The authority's certificate as PEM, for the clients that trust it.
    #[must_use]
    pub fn certificate_pem(&self) -> &str {
        &self.pem
    }

    /// A valid certificate for `hosts` (names or addresses).
    ///
    /// # Errors
    ///
    /// If a host is not ASCII.
    pub fn issue<H: Into<String>>(&self, hosts: impl IntoIterator<Item = H>) -> io::Result<TlsIdentity> {
        self.sign(&server_params(hosts)?)
    }

    /// A certificate that expired yesterday.
    ///
    /// # Errors
    ///
    /// If a host is not ASCII.
    pub fn issue_expired<H: Into<String>>(&self, hosts: impl IntoIterator<Item = H>) -> io::Result<TlsIdentity> {
        let mut params = server_params(hosts)?;
        params.not_before = (SystemTime::now() - 30 * DAY).into();
        params.not_after = (SystemTime::now() - DAY).into();
        self.sign(&params)
    }

    fn sign(&self, params: &CertificateParams) -> io::Result<TlsIdentity> {
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(io::Error::other)?;
        TlsIdentity::from_pem(&certificate.pem(), &key.serialize_pem())
    }
}

impl fmt::Debug for CertificateAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateAuthority").finish_non_exhaustive()
    }
}

fn server_params<H: Into<String>>(hosts: impl IntoIterator<Item = H>) -> io::Result<CertificateParams> {
    let hosts: Vec<String> = hosts.into_iter().map(Into::into).collect();
    let mut params = CertificateParams::new(hosts).map_err(io::Error::other)?;
    // Some platforms reject certificates that are valid for more than about two years.
    params.not_before = (SystemTime::now() - DAY).into();
    params.not_after = (SystemTime::now() + 365 * DAY).into();
    Ok(params)
}

impl Socket for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}
