//! The authorization code of a browser: issued at `/authorize`, bound to the client by PKCE.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::grant::TokenRequest;
use super::oauth_error::OAuthError;
use super::settings::Authorization;
use crate::MockResponse;

/// What a code was issued for.
pub(super) struct Authorized {
    client_id: String,
    redirect_uri: String,
    challenge: Option<String>,
}

/// Authorizes a browser's visit as if a user had signed in; the code, and what it is for.
pub(super) fn authorize(request: &TokenRequest) -> Result<(String, Authorized), OAuthError> {
    let need = |name| request.field(name).map(str::to_owned).ok_or_else(|| OAuthError::missing_field(name));
    if need("response_type")? != "code" {
        return Err(OAuthError::new("unsupported_response_type", 700_051, "The response_type is not supported."));
    }
    if request.field("response_mode").is_some_and(|mode| mode != "query") {
        return Err(OAuthError::new("invalid_request", 70_007, "The response_mode is not supported."));
    }
    need("scope")?;
    let challenge = request.field("code_challenge").map(str::to_owned);
    if challenge.is_some() && request.field("code_challenge_method") != Some("S256") {
        return Err(OAuthError::new("invalid_request", 501_491, "The code_challenge_method must be S256."));
    }
    let code = format!("authorization-code-{}", Uuid::new_v4().simple());
    Ok((code, Authorized { client_id: need("client_id")?, redirect_uri: need("redirect_uri")?, challenge }))
}

impl Authorized {
    /// Sends the browser back to the application.
    pub(super) fn redirect(&self, request: &TokenRequest, code: &str, outcome: Authorization) -> MockResponse {
        let mut query = form_urlencoded::Serializer::new(String::new());
        match outcome {
            Authorization::Approved | Authorization::WrongState => query.append_pair("code", code),
            Authorization::Declined => {
                let description = "AADSTS65004: User declined to consent to access the <app>.";
                query.append_pair("error", "access_denied").append_pair("error_description", description)
            }
        };
        let state = request.field("state").filter(|_| outcome != Authorization::WrongState);
        query.append_pair("state", state.unwrap_or("another"));
        let separator = if self.redirect_uri.contains('?') { '&' } else { '?' };
        let location = format!("{}{separator}{}", self.redirect_uri, query.finish());
        MockResponse::new(302).header("Location", location).header("Cache-Control", "no-store")
    }

    /// Whether the client that redeems the code is the one that it was issued for.
    pub(super) fn check(&self, request: &TokenRequest) -> Result<(), OAuthError> {
        if request.field("client_id") != Some(&self.client_id) {
            return Err(OAuthError::unknown_grant());
        }
        if request.field("redirect_uri") != Some(&self.redirect_uri) {
            return Err(OAuthError::other_redirect_uri());
        }
        let digest = |verifier: &str| URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
        match request.field("code_verifier").map(digest) == self.challenge {
            true => Ok(()),
            false => Err(OAuthError::wrong_code_verifier()),
        }
    }
}
