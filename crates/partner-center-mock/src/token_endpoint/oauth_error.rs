//! OAuth errors as Entra sends them.

use serde_json::json;
use uuid::Uuid;

use crate::MockResponse;
use crate::faults::FaultResponse;

/// The timestamp of every error. Tests need no clock here.
const TIMESTAMP: &str = "2026-01-31 09:30:00Z";

/// An error response of the token endpoint: OAuth's `error`, Entra's `AADSTS` code, and the ids that support asks for.
///
/// It converts into a [`MockResponse`] or a [`FaultResponse`], so any server of this crate can send it.
///
/// ```
/// use partner_center_mock::{MockResponse, token_endpoint::OAuthError};
///
/// let oauth_error = OAuthError::mfa_required().error("interaction_required");
/// let response = MockResponse::from(&oauth_error);
/// assert_eq!(response.status(), 400);
/// assert!(String::from_utf8_lossy(response.body_bytes()).contains(&oauth_error.trace_id().to_string()));
/// ```
///
/// Codes: [Entra's reference](https://learn.microsoft.com/entra/identity-platform/reference-error-codes). The messages
/// are fictitious.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an OAuth error does nothing until a server sends it"]
pub struct OAuthError {
    status: u16,
    error: String,
    code: u32,
    message: String,
    suberror: Option<String>,
    trace_id: Uuid,
    correlation_id: Uuid,
}

impl OAuthError {
    /// An error with status 400, OAuth's `error`, an `AADSTS` code, a message, and new ids.
    pub fn new(error: impl Into<String>, code: u32, message: impl Into<String>) -> Self {
        Self {
            status: 400,
            error: error.into(),
            code,
            message: message.into(),
            suberror: None,
            trace_id: Uuid::new_v4(),
            correlation_id: Uuid::new_v4(),
        }
    }

    /// `AADSTS700082`: the refresh token has expired due to inactivity.
    pub fn inactive_refresh_token() -> Self {
        Self::new("invalid_grant", 700_082, "The refresh token was not used for 90 days and has expired.")
    }

    /// `AADSTS50173`: the grant was revoked, for example by a password change.
    pub fn revoked_grant() -> Self {
        Self::new("invalid_grant", 50173, "The grant was revoked; the user must sign in again.")
    }

    /// `AADSTS50076`: multi-factor authentication is required, so the user must sign in.
    pub fn mfa_required() -> Self {
        Self::new("invalid_grant", 50076, "Multi-factor authentication is required.").suberror("basic_action")
    }

    /// `AADSTS65001`: no user or administrator has consented to the application.
    pub fn consent_required() -> Self {
        Self::new("invalid_grant", 65001, "No user or administrator has consented to the application.")
            .suberror("consent_required")
    }

    /// `AADSTS70000`: the refresh token or the code was never issued.
    pub fn unknown_grant() -> Self {
        Self::new("invalid_grant", 70000, "The grant is not valid.")
    }

    /// `AADSTS54005`: the authorization code was already redeemed.
    pub fn redeemed_code() -> Self {
        Self::new("invalid_grant", 54005, "The authorization code was already redeemed.")
    }

    /// `AADSTS501481`: the code verifier is not the one of the authorization.
    pub fn wrong_code_verifier() -> Self {
        Self::new("invalid_grant", 501_481, "The code_verifier does not match the code_challenge.")
    }

    /// `AADSTS500112`: the redirect URI is not the one of the authorization.
    pub fn other_redirect_uri() -> Self {
        Self::new("invalid_client", 500_112, "The redirect_uri is not the one of the authorization.")
    }

    /// `AADSTS7000215`: the client secret is wrong. Status 401.
    pub fn wrong_secret() -> Self {
        Self::new("invalid_client", 7_000_215, "The client secret is wrong.").status(401)
    }

    /// `AADSTS7000222`: the client secret has expired. Status 401.
    pub fn expired_secret() -> Self {
        Self::new("invalid_client", 7_000_222, "The client secret has expired.").status(401)
    }

    /// `AADSTS7000218`: a confidential client sent neither a secret nor an assertion. Status 401.
    pub fn missing_secret() -> Self {
        Self::new("invalid_client", 7_000_218, "The body must contain client_secret or client_assertion.").status(401)
    }

    /// `AADSTS700025`: a public client sent a secret or an assertion. Status 401.
    pub fn secret_of_public_client() -> Self {
        Self::new("invalid_client", 700_025, "The client is public and must not send a secret.").status(401)
    }

    /// `AADSTS700027`: the client assertion is invalid. Status 401.
    pub fn wrong_assertion(why: &str) -> Self {
        Self::new("invalid_client", 700_027, format!("The client assertion is invalid: {why}.")).status(401)
    }

    /// `AADSTS700016`: the application was not found in the tenant.
    pub fn unknown_application() -> Self {
        Self::new("unauthorized_client", 700_016, "The application with this client id was not found in the tenant.")
    }

    /// `AADSTS90002`: the tenant was not found.
    pub fn unknown_tenant() -> Self {
        Self::new("invalid_request", 90002, "The tenant was not found.")
    }

    /// `AADSTS500011`: the resource was not found in the tenant, for example because of a wrong audience.
    pub fn unknown_resource() -> Self {
        Self::new("invalid_resource", 500_011, "The resource was not found in the tenant.")
    }

    /// `AADSTS1002012`: client credentials require a scope that ends in `/.default`.
    pub fn wrong_scope() -> Self {
        Self::new("invalid_scope", 1_002_012, "Client credentials require a scope that ends in /.default.")
    }

    /// `AADSTS900144`: the form is missing a field.
    pub fn missing_field(name: &str) -> Self {
        Self::new("invalid_request", 900_144, format!("The body must contain the field '{name}'."))
    }

    /// `AADSTS70003`: the grant type is not supported.
    pub fn unsupported_grant() -> Self {
        Self::new("unsupported_grant_type", 70003, "The grant_type is not supported.")
    }

    /// `AADSTS90033`: the endpoint is temporarily unavailable. Status 503.
    pub fn temporarily_unavailable() -> Self {
        Self::new("temporarily_unavailable", 90033, "The endpoint is temporarily unavailable.").status(503)
    }

    /// `AADSTS70016`: the user has not entered the code yet.
    pub fn authorization_pending() -> Self {
        Self::new("authorization_pending", 70016, "The user has not entered the code yet.")
    }

    /// The client polls too often. [RFC 8628](https://www.rfc-editor.org/rfc/rfc8628#section-3.5) defines it; Entra
    /// does not document it, so it has the code of a pending authorization.
    pub fn slow_down() -> Self {
        Self::new("slow_down", 70016, "The client polls too often.")
    }

    /// The user has declined: Entra's `authorization_declined`, where RFC 8628 has `access_denied`.
    pub fn authorization_declined() -> Self {
        Self::new("authorization_declined", 65004, "The user has declined.")
    }

    /// `AADSTS70020`: the device code has expired.
    pub fn expired_device_code() -> Self {
        Self::new("expired_token", 70020, "The device code has expired.")
    }

    /// `AADSTS70018`: the device code was never issued, or was already redeemed.
    pub fn unknown_device_code() -> Self {
        Self::new("bad_verification_code", 70018, "The device code is not valid.")
    }

    /// Sets the HTTP status.
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Sets OAuth's `error`.
    pub fn error(mut self, error: impl Into<String>) -> Self {
        self.error = error.into();
        self
    }

    /// Sets Entra's `suberror`, which details an `invalid_grant`.
    pub fn suberror(mut self, suberror: impl Into<String>) -> Self {
        self.suberror = Some(suberror.into());
        self
    }

    /// The id of this response in Entra's logs.
    #[must_use]
    pub fn trace_id(&self) -> Uuid {
        self.trace_id
    }

    /// The id of the whole sign-in in Entra's logs.
    #[must_use]
    pub fn correlation_id(&self) -> Uuid {
        self.correlation_id
    }
}

impl From<&OAuthError> for MockResponse {
    fn from(oauth_error: &OAuthError) -> Self {
        let OAuthError { status, error, code, message, suberror, trace_id, correlation_id } = oauth_error;
        let mut body = json!({
            "error": error,
            "error_description": format!(
                "AADSTS{code}: {message} Trace ID: {trace_id} Correlation ID: {correlation_id} Timestamp: {TIMESTAMP}"
            ),
            "error_codes": [code],
            "timestamp": TIMESTAMP,
            "trace_id": trace_id.to_string(),
            "correlation_id": correlation_id.to_string(),
            "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
        });
        if let Some(suberror) = suberror {
            body["suberror"] = suberror.as_str().into();
        }
        Self::json(*status, &body)
    }
}

impl From<OAuthError> for MockResponse {
    fn from(oauth_error: OAuthError) -> Self {
        Self::from(&oauth_error)
    }
}

impl From<OAuthError> for FaultResponse {
    fn from(oauth_error: OAuthError) -> Self {
        Self::respond(oauth_error)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn has_every_field_that_entra_documents() {
        let oauth_error = OAuthError::wrong_secret();
        let response = MockResponse::from(&oauth_error);
        let body: Value = serde_json::from_slice(response.body_bytes()).expect("the body is JSON");
        assert_eq!(response.status(), 401);
        assert_eq!(body["error"], "invalid_client");
        assert_eq!(body["error_codes"], json!([7_000_215]));
        assert_eq!(body["trace_id"], oauth_error.trace_id().to_string());
        assert_eq!(body["correlation_id"], oauth_error.correlation_id().to_string());
        let description = body["error_description"].as_str().unwrap_or_default();
        assert!(description.starts_with("AADSTS7000215: "), "{description}");
        assert!(body.get("timestamp").is_some() && body.get("error_uri").is_some() && body.get("suberror").is_none());
    }

    #[test]
    fn each_error_has_its_own_ids() {
        assert_ne!(OAuthError::mfa_required().trace_id(), OAuthError::mfa_required().trace_id());
    }
}
