//! Client certificates: which PEM is accepted, and what is signed.

use std::collections::HashSet;
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use partner_center::auth::{Certificate, ClientCertificate, CredentialErrorKind as Kind, MemoryStore, RefreshToken};
use partner_center_mock::MockResponse;
use partner_center_mock::faults::FaultResponse;
use partner_center_mock::token_endpoint::TokenEndpoint;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, PublicKeyData, RsaKeySize};

use crate::support::{CLIENT_ID, Folder, Outcome, TENANT, request, token};

/// A key and its self-signed certificate.
struct Identity {
    key: KeyPair,
    certificate: rcgen::Certificate,
}

impl Identity {
    fn new(key: KeyPair) -> Self {
        let certificate =
            CertificateParams::new(["client.example".to_owned()]).and_then(|params| params.self_signed(&key));
        Self { certificate: certificate.expect("a certificate can be made"), key }
    }

    /// All tests share two, since generating an RSA key is slow.
    fn rsa() -> &'static [Self; 2] {
        static BOTH: LazyLock<[Identity; 2]> = LazyLock::new(|| {
            [(); 2].map(|()| {
                let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048);
                Identity::new(key.expect("a key can be made"))
            })
        });
        &BOTH
    }

    fn elliptic() -> Self {
        Self::new(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key can be made"))
    }

    fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    fn pem(&self) -> String {
        format!("Bag Attributes\n{}subject=client\n{}", self.key_pem(), self.certificate.pem())
    }
}

/// A certificate for the tests of other modules.
pub(crate) fn marked() -> Certificate {
    Certificate::from_pem(Identity::rsa()[0].pem()).expect("the PEM is good")
}

#[tokio::test]
async fn the_assertion_has_the_documented_claims_and_signature() -> Outcome {
    let [identity, _] = Identity::rsa();
    let entra = TokenEndpoint::start().await?;
    let credential = ClientCertificate::new(TENANT, CLIENT_ID, Certificate::from_pem(identity.pem())?);
    token(&credential, &request(&entra)).await?;
    let requests = entra.requests();
    assert_eq!(requests[0].field("grant_type"), Some("client_credentials"));
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    assert_eq!(requests[0].field("client_assertion_type"), Some(kind));
    assert!(requests[0].field("client_secret").is_none());

    let (header, claims) = requests[0].client_assertion().ok_or("an assertion is sent")?;
    let thumbprint = BASE64.encode(digest(&SHA256, identity.certificate.der()));
    assert_eq!(header, serde_json::json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint }));
    assert_eq!((&claims["iss"], &claims["sub"]), (&CLIENT_ID.into(), &CLIENT_ID.into()));
    assert_eq!(claims["aud"], entra.token_url(TENANT));
    // Five minutes either way, to tolerate clock skew.
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let seconds = |name: &str| claims[name].as_u64().unwrap_or_default();
    assert!((now - 310..=now - 300).contains(&seconds("nbf")), "{claims}");
    assert_eq!((seconds("iat"), seconds("exp")), (seconds("nbf"), seconds("nbf") + 600));

    let assertion = requests[0].field("client_assertion").ok_or("an assertion is sent")?;
    let (signed, signature) = assertion.rsplit_once('.').ok_or("it has a signature")?;
    let public = aws_lc_rs::rsa::PublicKey::from_der(&identity.key.subject_public_key_info())?;
    UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, public.as_ref())
        .verify(signed.as_bytes(), &BASE64.decode(signature)?)
        .map_err(|_| "the signature is wrong")?;

    Ok(())
}

#[tokio::test]
async fn every_attempt_sends_a_new_assertion() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    entra.respond_next(FaultResponse::reset());
    entra.respond_next(MockResponse::new(503));
    token(&ClientCertificate::new(TENANT, CLIENT_ID, marked()), &request(&entra)).await?;
    let mut sent = HashSet::new();
    for request in entra.requests() {
        let (_, claims) = request.client_assertion().ok_or("an assertion is sent")?;
        sent.insert(claims["jti"].to_string());
    }
    assert_eq!((entra.requests().len(), sent.len()), (3, 3));
    Ok(())
}

#[tokio::test]
async fn invalid_client_is_reported_as_a_certificate_problem() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    entra.respond_always(MockResponse::json(401, &serde_json::json!({ "error": "invalid_client" })));
    let credential = ClientCertificate::new(TENANT, CLIENT_ID, marked());
    let error = token(&credential, &request(&entra)).await.expect_err("it must fail");
    assert_eq!(error.kind(), Kind::InvalidClient);
    assert!(error.to_string().contains("the client certificate was not accepted"), "{error}");
    assert!(error.help().contains("Upload the certificate") && !error.help().contains("secret"), "{}", error.help());
    Ok(())
}

#[tokio::test]
async fn redeems_a_refresh_token_too() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let certificate = Certificate::from_pem(Identity::rsa()[0].pem())?;
    let credential = RefreshToken::new(TENANT, CLIENT_ID, MemoryStore::new("s3cr3t")).certificate(certificate);
    token(&credential, &request(&entra)).await?;
    assert!(entra.requests()[0].client_assertion().is_some());
    Ok(())
}

#[test]
fn finds_the_certificate_that_matches_the_key() -> Outcome {
    let [identity, other] = Identity::rsa();
    let alone = Certificate::from_pem(identity.pem())?;
    let among_others = format!("{}{}{}", other.certificate.pem(), identity.certificate.pem(), identity.key_pem());
    assert_eq!(format!("{:?}", Certificate::from_pem(among_others)?), format!("{alone:?}"));
    let error =
        Certificate::from_pem(format!("{}{}", other.certificate.pem(), identity.key_pem())).expect_err("it must fail");
    assert!(error.to_string().contains("no certificate for its private key"), "{error}");
    Ok(())
}

#[test]
fn an_invalid_pem_is_explained_but_not_shown() {
    let [rsa, _] = Identity::rsa();
    let encrypted = rsa.key_pem().replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    for (pem, said) in [
        (String::new(), "no readable private key"),
        ("garbage".to_owned(), "no readable private key"),
        (rsa.certificate.pem(), "no readable private key"),
        (format!("{encrypted}{}", rsa.certificate.pem()), "not encrypted"),
        (Identity::elliptic().pem(), "not an RSA key"),
        (rsa.key_pem().replacen("MII", "MIJ", 1), "not an RSA key"),
        (rsa.key_pem(), "no certificate for its private key"),
    ] {
        let error = Certificate::from_pem(&pem).expect_err("it must fail");
        assert_eq!(error.kind(), Kind::Configuration);
        assert!(error.to_string().contains(said), "{said}: {error}");
        assert!(!format!("{error} {error:?}").contains("MII"), "{error}");
    }
}

#[test]
fn reads_a_file_and_names_it_in_errors() -> Outcome {
    let folder = Folder::new();
    let [identity, _] = Identity::rsa();
    std::fs::write(folder.file("client.pem"), identity.pem())?;
    let certificate = Certificate::from_pem_file(folder.file("client.pem"))?;
    let shown = format!("{certificate:?} {:?}", ClientCertificate::new(TENANT, CLIENT_ID, certificate.clone()));
    assert!(shown.contains("thumbprint") && !shown.contains("PRIVATE"), "{shown}");
    let utf16: Vec<u8> = format!("\u{feff}{}", identity.pem()).encode_utf16().flat_map(u16::to_le_bytes).collect();
    for content in [utf16, format!("\u{feff}{}", identity.key_pem() + &identity.certificate.pem()).into()] {
        std::fs::write(folder.file("powershell.pem"), content)?;
        Certificate::from_pem_file(folder.file("powershell.pem"))?;
    }
    let error = Certificate::from_pem_file(folder.file("none.pem")).expect_err("it must fail");
    assert!(error.to_string().contains("none.pem"), "{error}");
    Ok(())
}
