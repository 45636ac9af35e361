//! The application alone, with a secret.

use std::fmt;

use crate::auth::application::{self, Application, Proof};
use crate::auth::{Credential, TokenFuture, TokenRequest};

/// The application signs in for itself, with a client secret.
///
/// For what needs no user. In Entra it needs a web app with a client secret, and in Partner Center the app must be
/// added under App Management
/// ([source](https://learn.microsoft.com/partner-center/developer/partner-center-authentication)). It cannot do what
/// depends on a user's roles: parts of Partner Center refuse tokens of an application alone, and nothing documents that
/// the organization endpoint takes them. Where you can, use [`RefreshToken`](super::RefreshToken), and a certificate
/// rather than a secret.
pub struct ClientSecret(Application);

impl ClientSecret {
    /// Takes the partner's tenant (its id or a domain), the application's id, and the value of the secret, which is not
    /// the secret's id.
    pub fn new(tenant: impl Into<String>, client_id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self(Application::new(tenant, client_id, Proof::Secret(secret.into().into())))
    }
}

impl Credential for ClientSecret {
    fn token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        Box::pin(self.0.own_token(request))
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        application::debug("ClientSecret", &self.0, f)
    }
}
