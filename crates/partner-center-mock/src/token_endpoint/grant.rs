//! Requests to the token endpoint.

use std::fmt;

use serde_json::Value;
use tokio::time::Instant;

use super::token;
use crate::faults::Request;

/// The grant of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Grant {
    /// `grant_type=client_credentials`: a token for the application itself.
    ClientCredentials,
    /// `grant_type=refresh_token`.
    RefreshToken,
    /// A browser's visit of `/oauth2/v2.0/authorize`, for an authorization code.
    Authorization,
    /// `grant_type=authorization_code`.
    AuthorizationCode,
    /// A new device code, from `/oauth2/v2.0/devicecode`.
    DeviceAuthorization,
    /// `grant_type=urn:ietf:params:oauth:grant-type:device_code`: a poll.
    DeviceCode,
    /// Any other grant, or none.
    Other,
}

/// A request to the token endpoint, with its form or its query.
#[derive(Clone)]
pub struct TokenRequest {
    grant: Grant,
    tenant: String,
    fields: Vec<(String, String)>,
    request: Request,
}

impl TokenRequest {
    /// Parses a request; `None` if its path is not one of the endpoint's.
    pub(super) fn read(request: &Request) -> Option<Self> {
        let (tenant, endpoint) = request.path().strip_prefix('/')?.split_once("/oauth2/v2.0/")?;
        let query = request.target().split_once('?').map_or("", |(_, query)| query);
        // Of a POST request, Entra only reads forms.
        let media_type = request.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
        let form = if media_type.trim() == "application/x-www-form-urlencoded" { request.body() } else { b"" };
        let form = if request.method() == "GET" { query.as_bytes() } else { form };
        let fields: Vec<(String, String)> = form_urlencoded::parse(form).into_owned().collect();
        let grant_type = fields.iter().find(|(name, _)| name == "grant_type").map(|(_, value)| value.as_str());
        let grant = match (endpoint, grant_type) {
            ("authorize", _) => Grant::Authorization,
            ("devicecode", _) => Grant::DeviceAuthorization,
            ("token", Some("client_credentials")) => Grant::ClientCredentials,
            ("token", Some("refresh_token")) => Grant::RefreshToken,
            ("token", Some("authorization_code")) => Grant::AuthorizationCode,
            ("token", Some("urn:ietf:params:oauth:grant-type:device_code")) => Grant::DeviceCode,
            ("token", _) => Grant::Other,
            _ => return None,
        };
        Some(Self { grant, tenant: tenant.to_owned(), fields, request: request.clone() })
    }

    /// The grant.
    #[must_use]
    pub fn grant(&self) -> Grant {
        self.grant
    }

    /// The tenant in the path.
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// The decoded fields of the form or the query, in the order they were sent.
    #[must_use]
    pub fn fields(&self) -> &[(String, String)] {
        &self.fields
    }

    /// A field of the form or the query, unless it is missing or empty.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        let field = self.fields.iter().find(|(known, _)| known == name);
        field.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Header and claims of the `client_assertion`, unverified; `None` if it is missing or not a JWT.
    #[must_use]
    pub fn client_assertion(&self) -> Option<(Value, Value)> {
        token::decode(self.field("client_assertion")?)
    }

    /// When it arrived, by tokio's clock.
    #[must_use]
    pub fn at(&self) -> Instant {
        self.request.at()
    }

    /// The HTTP request.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.request
    }
}

// The fields hold secrets.
impl fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.fields.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("TokenRequest")
            .field("grant", &self.grant)
            .field("tenant", &self.tenant)
            .field("field_names", &names)
            .finish_non_exhaustive()
    }
}
