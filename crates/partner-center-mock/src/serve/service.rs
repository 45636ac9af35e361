//! A running mock Partner Center.

use super::ServiceBuilder;
use crate::faults::{EventKind, FaultServer};
use crate::token_endpoint::TokenEndpoint;

/// Partner Center and its sign-in on loopback. Dropping it closes every connection.
#[derive(Debug)]
pub struct Service {
    pub(super) server: FaultServer,
    pub(super) sign_in: TokenEndpoint,
}

impl Service {
    /// Configures a service before it starts.
    pub fn builder() -> ServiceBuilder {
        ServiceBuilder::default()
    }

    /// The URL to use in place of `https://api.partnercenter.microsoft.com`.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.server.url()
    }

    /// The URL to use in place of `https://login.microsoftonline.com`.
    #[must_use]
    pub fn authority(&self) -> String {
        self.sign_in.authority()
    }

    /// How many requests Partner Center has received, rejected ones included.
    #[must_use]
    pub fn request_count(&self) -> usize {
        self.server.count(EventKind::Request)
    }

    /// The sign-in, to inspect its requests and to set its responses.
    #[must_use]
    pub fn sign_in(&self) -> &TokenEndpoint {
        &self.sign_in
    }
}
