//! What can be set on a token endpoint before it starts.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::TokenEndpoint;
use super::issuer::Issuer;
use super::settings::{Authorization, DevicePoll, Rotation, Settings};
use crate::faults::FaultServer;

/// Sets a [`TokenEndpoint`] up; made by [`TokenEndpoint::builder`].
///
/// What isn't set isn't checked: any tenant, any client id, any refresh token will do.
#[derive(Clone, Default)]
#[must_use = "nothing listens before `start`"]
pub struct TokenEndpointBuilder {
    settings: Settings,
    address: Option<SocketAddr>,
}

impl TokenEndpointBuilder {
    /// The only tenant there is; another is refused with `AADSTS90002`.
    pub fn tenant(mut self, tenant: impl ToString) -> Self {
        self.settings.tenant = Some(tenant.to_string());
        self
    }

    /// The only application there is; another is refused with `AADSTS700016`.
    pub fn client_id(mut self, client_id: impl ToString) -> Self {
        self.settings.client_id = Some(client_id.to_string());
        self
    }

    /// The application's secret; another is refused with `AADSTS7000215`, none at all with `AADSTS7000218`.
    pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
        self.settings.client_secret = Some(secret.into());
        self
    }

    /// The application is a public client; a secret or an assertion is refused with `AADSTS700025`.
    pub fn public_client(mut self) -> Self {
        self.settings.is_public_client = true;
        self
    }

    /// A refresh token that is valid from the start. Once one is set, only these and the issued ones are.
    pub fn refresh_token(mut self, token: impl Into<String>) -> Self {
        self.settings.refresh_tokens.push(token.into());
        self
    }

    /// What a browser gets at `/authorize`; it is approved unless set.
    pub fn authorization(mut self, authorization: Authorization) -> Self {
        self.settings.authorization = authorization;
        self
    }

    /// An authorization code that is valid once. Once one is set, only these and the issued ones are.
    pub fn authorization_code(mut self, code: impl Into<String>) -> Self {
        self.settings.authorization_codes.push(code.into());
        self
    }

    /// What becomes of a redeemed refresh token.
    pub fn rotation(mut self, rotation: Rotation) -> Self {
        self.settings.rotation = rotation;
        self
    }

    /// How long access tokens live, an hour unless set; whole seconds count.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.lifetime = lifetime;
        self
    }

    /// Issues access tokens without any structure, in place of JWTs.
    pub fn opaque_tokens(mut self) -> Self {
        self.settings.has_opaque_tokens = true;
        self
    }

    /// Sets a claim of every access token; `null` takes it out.
    ///
    /// By default they are those of Entra's v1 tokens: `aud` from the scope, `iss`, `iat`, `nbf`, `exp`, `tid`,
    /// `appid`, `uti`, `ver`, for a user `amr` with `mfa` and `scp`, for an application `idtyp` and `roles`.
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.settings.claims.insert(name.into(), value.into());
        self
    }

    /// Sets a field of every answer that holds a token; `null` takes it out.
    ///
    /// `.response_field("expires_in", "3600")` gives the lifetime as text, as Entra's v1 endpoint does.
    pub fn response_field(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.settings.response_fields.insert(name.into(), value.into());
        self
    }

    /// What the polls of a device code get, in turn; the last one is repeated. Unless set, the second poll is approved.
    pub fn device_polls(mut self, polls: impl IntoIterator<Item = DevicePoll>) -> Self {
        self.settings.device_polls = polls.into_iter().collect();
        self
    }

    /// How long a client is told to wait between two polls, 5 seconds unless set; whole seconds count.
    pub fn device_interval(mut self, interval: Duration) -> Self {
        self.settings.device_interval = interval;
        self
    }

    /// How long a device code lives by tokio's clock, 15 minutes unless set.
    pub fn device_lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.device_lifetime = lifetime;
        self
    }

    /// How long each answer takes, by tokio's clock.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.settings.delay = delay;
        self
    }

    /// The address to listen on, in place of any free port on 127.0.0.1.
    pub fn bind(mut self, address: SocketAddr) -> Self {
        self.address = Some(address);
        self
    }

    /// Starts the endpoint on the current runtime.
    ///
    /// # Errors
    ///
    /// When the address cannot be had.
    pub async fn start(self) -> io::Result<TokenEndpoint> {
        let issuer = Arc::new(Issuer::new(self.settings));
        let answering = issuer.clone();
        let mut server = FaultServer::builder().respond_with(move |request| answering.response(request));
        if let Some(address) = self.address {
            server = server.bind(address);
        }
        Ok(TokenEndpoint { server: server.start().await?, issuer })
    }
}

impl fmt::Debug for TokenEndpointBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenEndpointBuilder")
            .field("tenant", &self.settings.tenant)
            .field("client_id", &self.settings.client_id)
            .field("rotation", &self.settings.rotation)
            .field("lifetime", &self.settings.lifetime)
            .finish_non_exhaustive()
    }
}
