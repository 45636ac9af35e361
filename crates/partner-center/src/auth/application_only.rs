//! The application alone, with a secret or a certificate.

#[cfg(feature = "certificate")]
use super::Certificate;
use super::application::Application;
use super::client_authentication::ClientAuthentication;
use super::{Credential, TokenFuture, TokenRequest};

/// The application signs in for itself, with a client secret.
///
/// For what needs no user. In Entra it needs a web app with a client secret, and in Partner Center the app must be
/// added under App Management
/// ([source](https://learn.microsoft.com/partner-center/developer/partner-center-authentication)). It cannot do what
/// depends on a user's roles: parts of Partner Center deny access to tokens of an application alone, and nothing
/// documents that the organization endpoint takes them. Prefer [`RefreshToken`](super::RefreshToken), and a certificate
/// to a secret.
#[derive(Debug)]
pub struct ClientSecret(Application);

impl ClientSecret {
    /// Takes the partner's tenant (its id or a domain), the application's id, and the value of the secret, which is not
    /// the secret's id.
    pub fn new(tenant: impl Into<String>, client_id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self(Application::new(tenant, client_id, ClientAuthentication::Secret(secret.into().into())))
    }
}

impl Credential for ClientSecret {
    fn token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        self.0.token(request)
    }
}

/// The application signs in for itself, with a certificate.
///
/// As [`ClientSecret`], with the same limits, and with nothing sent that could be used again elsewhere: each request
/// carries an assertion signed for it, which ends after five minutes. In Entra the certificate is uploaded to the
/// application's registration.
#[cfg(feature = "certificate")]
#[derive(Debug)]
pub struct ClientCertificate(Application);

#[cfg(feature = "certificate")]
impl ClientCertificate {
    /// Takes the partner's tenant (its id or a domain), the application's id and the certificate with its key.
    pub fn new(tenant: impl Into<String>, client_id: impl Into<String>, certificate: Certificate) -> Self {
        Self(Application::new(tenant, client_id, ClientAuthentication::Certificate(certificate)))
    }
}

#[cfg(feature = "certificate")]
impl Credential for ClientCertificate {
    fn token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        self.0.token(request)
    }
}
