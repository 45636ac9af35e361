//! Refusals in the shape that Entra sends.

use serde_json::json;
use uuid::Uuid;

use crate::MockResponse;
use crate::faults::FaultResponse;

/// When every refusal says it happened. A test needs no clock here.
const TIMESTAMP: &str = "2026-01-31 09:30:00Z";

/// A refusal of the token endpoint: OAuth's `error`, Entra's `AADSTS` code, and the ids that support asks for.
///
/// It becomes a [`MockResponse`] or an [`FaultResponse`], so any server of this crate can give it.
///
/// ```
/// use partner_center_mock::{MockResponse, token_endpoint::OAuthError};
///
/// let refusal = OAuthError::mfa_required().error("interaction_required");
/// let reply = MockResponse::from(&refusal);
/// assert_eq!(reply.status(), 400);
/// assert!(String::from_utf8_lossy(reply.body_bytes()).contains(&refusal.trace_id().to_string()));
/// ```
///
/// Codes: [Entra's reference](https://learn.microsoft.com/entra/identity-platform/reference-error-codes). The texts are
/// made up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a refusal does nothing until a server gives it"]
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
    /// A refusal with status 400, OAuth's `error`, an `AADSTS` code and a message. Its ids are fresh.
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

    /// `AADSTS700082`: the refresh token went unused for too long.
    pub fn inactive_refresh_token() -> Self {
        Self::new("invalid_grant", 700_082, "The refresh token was not used for 90 days and has expired.")
    }

    /// `AADSTS50173`: the grant was revoked, for example by a new password.
    pub fn revoked_grant() -> Self {
        Self::new("invalid_grant", 50173, "The grant was revoked; a new sign-in is needed.")
    }

    /// `AADSTS50076`: multi-factor authentication is needed, so a user has to sign in.
    pub fn mfa_required() -> Self {
        Self::new("invalid_grant", 50076, "Multi-factor authentication is needed.").suberror("basic_action")
    }

    /// `AADSTS65001`: nobody has consented to the application.
    pub fn consent_required() -> Self {
        Self::new("invalid_grant", 65001, "No user or administrator has consented to the application.")
            .suberror("consent_required")
    }

    /// `AADSTS70000`: the refresh token or the code is not one that was issued.
    pub fn unknown_grant() -> Self {
        Self::new("invalid_grant", 70000, "The grant is not valid.")
    }

    /// `AADSTS54005`: the authorization code was redeemed before.
    pub fn redeemed_code() -> Self {
        Self::new("invalid_grant", 54005, "The authorization code was redeemed before.")
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
        Self::new("invalid_client", 7_000_218, "The body needs client_secret or client_assertion.").status(401)
    }

    /// `AADSTS700025`: a public client sent a secret or an assertion. Status 401.
    pub fn secret_of_public_client() -> Self {
        Self::new("invalid_client", 700_025, "The client is public and must send no secret.").status(401)
    }

    /// `AADSTS700027`: the client assertion is not what it must be. Status 401.
    pub fn wrong_assertion(why: &str) -> Self {
        Self::new("invalid_client", 700_027, format!("The client assertion was not accepted: {why}.")).status(401)
    }

    /// `AADSTS700016`: the tenant knows no such application.
    pub fn unknown_application() -> Self {
        Self::new("unauthorized_client", 700_016, "The tenant knows no application with this client id.")
    }

    /// `AADSTS90002`: there is no such tenant.
    pub fn unknown_tenant() -> Self {
        Self::new("invalid_request", 90002, "The tenant was not found.")
    }

    /// `AADSTS500011`: the tenant has no such resource, which is what a wrong audience comes to.
    pub fn unknown_resource() -> Self {
        Self::new("invalid_resource", 500_011, "The resource was not found in the tenant.")
    }

    /// `AADSTS1002012`: client credentials need a scope that ends in `/.default`.
    pub fn wrong_scope() -> Self {
        Self::new("invalid_scope", 1_002_012, "Client credentials need a scope that ends in /.default.")
    }

    /// `AADSTS900144`: the form lacks a field.
    pub fn missing_field(name: &str) -> Self {
        Self::new("invalid_request", 900_144, format!("The body must contain the field '{name}'."))
    }

    /// `AADSTS70003`: there is no such grant.
    pub fn unsupported_grant() -> Self {
        Self::new("unsupported_grant_type", 70003, "The grant_type is not supported.")
    }

    /// `AADSTS90033`: the endpoint cannot answer now. Status 503.
    pub fn temporarily_unavailable() -> Self {
        Self::new("temporarily_unavailable", 90033, "The endpoint cannot answer now.").status(503)
    }

    /// `AADSTS70016`: the user has not entered the code yet.
    pub fn authorization_pending() -> Self {
        Self::new("authorization_pending", 70016, "The user has not entered the code yet.")
    }

    /// The client polls too often. [The standard](https://www.rfc-editor.org/rfc/rfc8628#section-3.5) has it; Entra's
    /// documentation does not, so its code is the one of a pending sign-in.
    pub fn slow_down() -> Self {
        Self::new("slow_down", 70016, "The client asks too often.")
    }

    /// The user has said no: Entra's `authorization_declined`, where the standard has `access_denied`.
    pub fn authorization_declined() -> Self {
        Self::new("authorization_declined", 65004, "The user has declined.")
    }

    /// `AADSTS70020`: the device code has expired.
    pub fn expired_device_code() -> Self {
        Self::new("expired_token", 70020, "The device code has expired.")
    }

    /// `AADSTS70018`: no such device code was issued, or it has been redeemed.
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

    /// Sets Entra's `suberror`, which says more about an `invalid_grant`.
    pub fn suberror(mut self, suberror: impl Into<String>) -> Self {
        self.suberror = Some(suberror.into());
        self
    }

    /// The id that names this answer in Entra's logs.
    #[must_use]
    pub fn trace_id(&self) -> Uuid {
        self.trace_id
    }

    /// The id that names the whole sign-in in Entra's logs.
    #[must_use]
    pub fn correlation_id(&self) -> Uuid {
        self.correlation_id
    }
}

impl From<&OAuthError> for MockResponse {
    fn from(refusal: &OAuthError) -> Self {
        let OAuthError { status, error, code, message, suberror, trace_id, correlation_id } = refusal;
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
    fn from(refusal: OAuthError) -> Self {
        Self::from(&refusal)
    }
}

impl From<OAuthError> for FaultResponse {
    fn from(refusal: OAuthError) -> Self {
        Self::respond(refusal)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn has_every_field_that_entra_sends() {
        let refusal = OAuthError::wrong_secret();
        let response = MockResponse::from(&refusal);
        let body: Value = serde_json::from_slice(response.body_bytes()).expect("the body is JSON");
        assert_eq!(response.status(), 401);
        assert_eq!(body["error"], "invalid_client");
        assert_eq!(body["error_codes"], json!([7_000_215]));
        assert_eq!(body["trace_id"], refusal.trace_id().to_string());
        assert_eq!(body["correlation_id"], refusal.correlation_id().to_string());
        let description = body["error_description"].as_str().unwrap_or_default();
        assert!(description.starts_with("AADSTS7000215: "), "{description}");
        assert!(body.get("timestamp").is_some() && body.get("error_uri").is_some() && body.get("suberror").is_none());
    }

    #[test]
    fn each_has_its_own_ids() {
        assert_ne!(OAuthError::mfa_required().trace_id(), OAuthError::mfa_required().trace_id());
    }
}
