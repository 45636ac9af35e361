//! Configuration of a token endpoint.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::TokenEndpoint;
use super::issuer::Issuer;
use super::settings::{Authorization, DevicePoll, EndpointSettings, Rotation};
use crate::faults::FaultServer;

/// Configures and starts a [`TokenEndpoint`]; see [`TokenEndpoint::builder`].
///
/// Values that are not set are not checked: any tenant, any client id, any refresh token is accepted.
#[derive(Clone, Default)]
#[must_use = "nothing listens before `start`"]
pub struct TokenEndpointBuilder {
    settings: EndpointSettings,
    address: Option<SocketAddr>,
}

impl TokenEndpointBuilder {
    /// Sets the only tenant; any other is rejected with `AADSTS90002`.
    pub fn tenant(mut self, tenant: impl ToString) -> Self {
        self.settings.tenant = Some(tenant.to_string());
        self
    }

    /// Sets the only application; any other is rejected with `AADSTS700016`.
    pub fn client_id(mut self, client_id: impl ToString) -> Self {
        self.settings.client_id = Some(client_id.to_string());
        self
    }

    /// Sets the client secret; any other is rejected with `AADSTS7000215`, a missing one with `AADSTS7000218`.
    pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
        self.settings.client_secret = Some(secret.into());
        self
    }

    /// Makes the application a public client; a secret or an assertion is rejected with `AADSTS700025`.
    pub fn public_client(mut self) -> Self {
        self.settings.is_public_client = true;
        self
    }

    /// Adds a valid refresh token. Once one is added, only added and issued ones are valid.
    pub fn refresh_token(mut self, token: impl Into<String>) -> Self {
        self.settings.refresh_tokens.push(token.into());
        self
    }

    /// What a browser gets at `/authorize`, approved by default.
    pub fn authorization(mut self, authorization: Authorization) -> Self {
        self.settings.authorization = authorization;
        self
    }

    /// Adds an authorization code that is valid once, as if a browser had visited `/authorize`.
    pub fn authorization_code(mut self, code: impl Into<String>) -> Self {
        self.settings.authorization_codes.push(code.into());
        self
    }

    /// Sets the refresh token rotation.
    pub fn rotation(mut self, rotation: Rotation) -> Self {
        self.settings.rotation = rotation;
        self
    }

    /// Sets the lifetime of access tokens, in whole seconds. Default: one hour.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.lifetime = lifetime;
        self
    }

    /// Issues opaque access tokens in place of JWTs.
    pub fn opaque_tokens(mut self) -> Self {
        self.settings.has_opaque_tokens = true;
        self
    }

    /// Sets a claim of every access token; `null` removes it.
    ///
    /// The default claims are those of Entra's v1 tokens: `aud` from the scope, `iss`, `iat`, `nbf`, `exp`, `tid`,
    /// `appid`, `uti`, `ver`; for a user also `amr` with `mfa` and `scp`, for an application `idtyp` and `roles`.
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.settings.claims.insert(name.into(), value.into());
        self
    }

    /// Sets a field of every token response; `null` removes it.
    ///
    /// `.response_field("expires_in", "3600")` makes the lifetime a string, as in Entra's v1 endpoint.
    pub fn response_field(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.settings.response_fields.insert(name.into(), value.into());
        self
    }

    /// Sets the results of the polls of a device code, in turn; the last one repeats. Default: the second poll is
    /// approved.
    pub fn device_polls(mut self, polls: impl IntoIterator<Item = DevicePoll>) -> Self {
        self.settings.device_polls = polls.into_iter().collect();
        self
    }

    /// Sets the `interval` between two polls, in whole seconds. Default: 5 seconds.
    pub fn device_interval(mut self, interval: Duration) -> Self {
        self.settings.device_interval = interval;
        self
    }

    /// Sets the lifetime of a device code, by tokio's clock. Default: 15 minutes.
    pub fn device_lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.device_lifetime = lifetime;
        self
    }

    /// Sets the delay of each response, by tokio's clock. Default: none.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.settings.delay = delay;
        self
    }

    /// Sets the address to listen on. Default: any free port on 127.0.0.1.
    pub fn bind(mut self, address: SocketAddr) -> Self {
        self.address = Some(address);
        self
    }

    /// Starts the endpoint on the current runtime.
    ///
    /// # Errors
    ///
    /// If the address is not available.
    pub async fn start(self) -> io::Result<TokenEndpoint> {
        let issuer = Arc::new(Issuer::new(self.settings));
        let responder = issuer.clone();
        let mut server = FaultServer::builder().respond_with(move |request| responder.respond(request));
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
