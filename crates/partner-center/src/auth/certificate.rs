//! A client certificate with its key, and the assertion it signs.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{KeyPair, RSA_PSS_SHA256, RsaKeyPair};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;
use serde_json::json;
use uuid::Uuid;

use super::encoding::decode;
use super::error::CredentialError;

/// A client certificate with its private key, for [`ClientCertificate`](super::ClientCertificate) and
/// [`RefreshToken::certificate`](super::RefreshToken::certificate).
///
/// Read from PEM: one RSA key (PKCS#8 or PKCS#1, not encrypted) and its certificate; the file may contain further
/// certificates. To convert a PKCS#12 file (`.pfx`, `.p12`), run `openssl pkcs12 -in file.pfx -nodes -out file.pem`.
#[derive(Clone)]
pub struct Certificate {
    key: Arc<RsaKeyPair>,
    /// SHA-256 of the certificate, which is how Entra finds it.
    thumbprint: String,
}

/// An assertion is valid from this long ago for this long, so a clock that is off by less does no harm.
const TOLERANCE: Duration = Duration::from_secs(5 * 60);

impl Certificate {
    /// Reads a key and its certificate.
    ///
    /// # Errors
    ///
    /// [`Configuration`](super::CredentialErrorKind::Configuration) if there is no such key, or no certificate for it.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, CredentialError> {
        Self::read(pem.as_ref()).map_err(|what| CredentialError::configuration(format!("the PEM {what}")))
    }

    /// Reads a PEM file, in UTF-8 or, as Windows PowerShell writes it, in UTF-16 with a byte order mark.
    ///
    /// # Errors
    ///
    /// As [`Certificate::from_pem`], and if the file cannot be read.
    pub fn from_pem_file(path: impl AsRef<Path>) -> Result<Self, CredentialError> {
        let path = path.as_ref();
        let invalid = |what| CredentialError::configuration(format!("the file {} {what}", path.display()));
        let pem = std::fs::read(path).map_err(|error| invalid(format!("cannot be read: {error}")))?;
        let pem = Zeroizing::new(pem);
        let text = decode(&pem);
        Self::read(text.as_ref().map_or(&pem, |text| text.as_bytes())).map_err(|what| invalid(what.to_owned()))
    }

    /// Reads a key and its certificate, or says what is wrong with the PEM.
    fn read(pem: &[u8]) -> Result<Self, &'static str> {
        let key = key(pem)?;
        // The certificate's signed part holds its public key word for word; that finds it among others.
        let public = key.public_key().as_ref();
        let belongs = |certificate: &CertificateDer<'_>| certificate.windows(public.len()).any(|part| part == public);
        let certificate = CertificateDer::pem_slice_iter(pem).filter_map(Result::ok).find(belongs);
        let certificate = certificate.ok_or("contains no certificate for its private key")?;
        let thumbprint = BASE64.encode(digest(&SHA256, &certificate));
        Ok(Self { key: Arc::new(key), thumbprint })
    }

    /// An assertion, signed for one attempt: a server may accept each `jti` once.
    ///
    /// [Source](https://learn.microsoft.com/entra/identity-platform/certificate-credentials).
    pub(super) fn assertion(&self, client_id: &str, token_url: &str) -> Result<SecretString, CredentialError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let header = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": self.thumbprint });
        let claims = json!({
            "aud": token_url,
            "iss": client_id,
            "sub": client_id,
            "jti": Uuid::new_v4(),
            "nbf": now.saturating_sub(TOLERANCE).as_secs(),
            "iat": now.saturating_sub(TOLERANCE).as_secs(),
            "exp": (now + TOLERANCE).as_secs(),
        });
        let signed = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(&RSA_PSS_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| CredentialError::configuration("the certificate's key cannot sign"))?;
        Ok(format!("{signed}.{}", BASE64.encode(signature)).into())
    }
}

fn key(pem: &[u8]) -> Result<RsaKeyPair, &'static str> {
    let missing = "contains no readable private key; it must be RSA and not encrypted";
    let der = PrivateKeyDer::from_pem_slice(pem).map_err(|_| missing)?;
    let key = match &*Zeroizing::new(der) {
        PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
        PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
        _ => return Err("holds a private key that is not an RSA key, which Entra needs"),
    };
    key.map_err(|_| "holds a private key that is not an RSA key of 2048 bits or more")
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("thumbprint", &self.thumbprint).finish_non_exhaustive()
    }
}
