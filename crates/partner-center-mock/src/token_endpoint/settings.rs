//! The settings of a token endpoint.

use std::time::Duration;

use serde_json::{Map, Value};

/// What happens to a refresh token once it has been redeemed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rotation {
    /// A new one is issued and the old one stays valid. This is what
    /// [Entra documents](https://learn.microsoft.com/entra/identity-platform/refresh-tokens).
    #[default]
    OldStaysValid,
    /// A new one is issued and the old one is revoked.
    OldIsRevoked,
    /// No new one is issued; the old one stays valid.
    NoNewToken,
}

/// The result of polling with a device code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DevicePoll {
    /// `authorization_pending`.
    Pending,
    /// `slow_down`.
    SlowDown,
    /// `authorization_declined`.
    Declined,
    /// `expired_token`.
    Expired,
    /// A token.
    Approved,
}

/// What a browser gets at `/authorize`: a redirect back to the application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Authorization {
    /// With a code, at once.
    #[default]
    Approved,
    /// With `access_denied`.
    Declined,
    /// With a code, and the `state` of another sign-in.
    WrongState,
}

/// What is set before the start.
#[derive(Clone)]
pub(super) struct EndpointSettings {
    pub(super) tenant: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) client_secret: Option<String>,
    pub(super) is_public_client: bool,
    pub(super) refresh_tokens: Vec<String>,
    pub(super) authorization_codes: Vec<String>,
    pub(super) authorization: Authorization,
    pub(super) rotation: Rotation,
    pub(super) lifetime: Duration,
    pub(super) has_opaque_tokens: bool,
    pub(super) claims: Map<String, Value>,
    pub(super) response_fields: Map<String, Value>,
    pub(super) device_polls: Vec<DevicePoll>,
    pub(super) device_interval: Duration,
    pub(super) device_lifetime: Duration,
    pub(super) delay: Duration,
}

impl Default for EndpointSettings {
    fn default() -> Self {
        Self {
            tenant: None,
            client_id: None,
            client_secret: None,
            is_public_client: false,
            refresh_tokens: Vec::new(),
            authorization_codes: Vec::new(),
            authorization: Authorization::default(),
            rotation: Rotation::default(),
            lifetime: Duration::from_secs(3600),
            has_opaque_tokens: false,
            claims: Map::new(),
            response_fields: Map::new(),
            device_polls: vec![DevicePoll::Pending, DevicePoll::Approved],
            device_interval: Duration::from_secs(5),
            device_lifetime: Duration::from_secs(900),
            delay: Duration::ZERO,
        }
    }
}
