//! The application that signs in: its tenant, its id, and how it authenticates.

use std::fmt;

use super::client_authentication::ClientAuthentication;
use super::error::CredentialError;
use super::form::Form;
use super::token_endpoint;
use super::token_response::{self, TokenResponse};
use super::{Credential, TokenFuture, TokenRequest};

/// An application as Entra knows it.
#[derive(Clone)]
pub(super) struct Application {
    tenant: String,
    pub(super) client_id: String,
    pub(super) authentication: ClientAuthentication,
}

impl Application {
    pub(super) fn new(
        tenant: impl Into<String>,
        client_id: impl Into<String>,
        authentication: ClientAuthentication,
    ) -> Self {
        // Ids are often copied with a space or a line break, and hold none themselves.
        let trimmed = |text: String| text.trim().to_owned();
        Self { tenant: trimmed(tenant.into()), client_id: trimmed(client_id.into()), authentication }
    }

    /// Redeems a grant, whose own fields `add` adds to the form.
    pub(super) async fn redeem(
        &self,
        request: &TokenRequest,
        grant_type: &str,
        add: impl Fn(Form) -> Form,
    ) -> Result<TokenResponse, CredentialError> {
        let url = self.url(request, "token")?;
        let form = || {
            let form = self.form().field("grant_type", grant_type);
            Ok(add(match &self.authentication {
                ClientAuthentication::None => form,
                ClientAuthentication::Secret(secret) => form.secret("client_secret", secret),
                #[cfg(feature = "certificate")]
                ClientAuthentication::Certificate(certificate) => form
                    .field("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                    .secret("client_assertion", &certificate.assertion(&self.client_id, &url)?),
            }))
        };
        token_response::read(token_endpoint::post(request, &url, &self.authentication, form).await?)
    }

    /// The form of a request to the tenant, without authentication.
    pub(super) fn form(&self) -> Form {
        Form::default().field("client_id", &self.client_id)
    }

    /// The address of version 2 of an endpoint; the tenant becomes part of it and must not change the rest.
    pub(super) fn url(&self, request: &TokenRequest, endpoint: &str) -> Result<String, CredentialError> {
        let tenant = &self.tenant;
        if !is_tenant(tenant) {
            return Err(CredentialError::configuration(format!("the tenant is `{tenant}`, {NO_TENANT}")));
        }
        if self.client_id.is_empty() {
            return Err(CredentialError::configuration("the application (client) id is empty"));
        }
        Ok(format!("{}/{tenant}/oauth2/v2.0/{endpoint}", request.authority()))
    }
}

pub(super) const NO_TENANT: &str = "which is neither a tenant id nor a domain name";

/// Whether it has the characters of a tenant's id or domain.
pub(super) fn is_tenant(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    text.starts_with(|first: char| first.is_ascii_alphanumeric()) && text.bytes().all(is_part)
}

/// The application signs in for itself.
impl Credential for Application {
    fn token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        Box::pin(async {
            let scope = format!("{}/.default", request.audience());
            self.redeem(request, "client_credentials", |form| form.field("scope", &scope)).await?.access_token
        })
    }
}

/// The scope that a user grants an application, with a refresh token for later.
pub(super) fn delegated_scope(request: &TokenRequest) -> String {
    format!("{}/user_impersonation offline_access", request.audience())
}

/// Shows only the ids, which are not secret.
impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Application")
            .field("tenant", &self.tenant)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}
