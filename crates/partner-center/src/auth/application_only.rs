//! App-only credentials, with a secret or a certificate.

#[cfg(feature = "certificate")]
use super::Certificate;
use super::application::Application;
use super::client_authentication::ClientAuthentication;
use super::{Credential, TokenFuture, TokenRequest};

/// The application signs in for itself, with a client secret.
///
/// For operations that need no user. Entra needs a web app with a client secret, and in Partner Center the app must be
/// added under App Management
/// ([source](https://learn.microsoft.com/partner-center/developer/partner-center-authentication)). Operations that
/// depend on a user's roles may be denied: parts of Partner Center deny access to app-only tokens, and the organization
/// endpoint is not documented to accept them. Prefer [`RefreshToken`](super::RefreshToken), and prefer a certificate to
/// a secret.
#[derive(Debug)]
pub struct ClientSecret(Application);

impl ClientSecret {
    /// Creates a credential from the partner's tenant (its id or a domain), the application's id, and the value of the
    /// secret, which is not the secret's id.
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
/// Like [`ClientSecret`], with the same limits, but without sending a reusable secret: each request carries an
/// assertion of its own, which expires after five minutes. Upload the certificate to the application's registration in
/// Entra.
#[cfg(feature = "certificate")]
#[derive(Debug)]
pub struct ClientCertificate(Application);

#[cfg(feature = "certificate")]
impl ClientCertificate {
    /// Creates a credential from the partner's tenant (its id or a domain), the application's id and the certificate.
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
