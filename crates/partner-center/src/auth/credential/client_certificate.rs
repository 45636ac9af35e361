//! The application alone, with a certificate.

use std::fmt;

use crate::auth::application::{self, Application, Proof};
use crate::auth::{Certificate, Credential, TokenFuture, TokenRequest};

/// The application signs in for itself, with a certificate.
///
/// As [`ClientSecret`](super::ClientSecret), with the same limits, and with nothing sent that could be used again
/// elsewhere: each request carries a statement signed for it, which ends after ten minutes. In Entra the certificate is
/// uploaded to the application's registration.
pub struct ClientCertificate(Application);

impl ClientCertificate {
    /// Takes the partner's tenant (its id or a domain), the application's id and the certificate with its key.
    pub fn new(tenant: impl Into<String>, client_id: impl Into<String>, certificate: Certificate) -> Self {
        Self(Application::new(tenant, client_id, Proof::Certificate(certificate)))
    }
}

impl Credential for ClientCertificate {
    fn token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        Box::pin(self.0.own_token(request))
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        application::debug("ClientCertificate", &self.0, f)
    }
}
