//! What can be set on a served Partner Center before it starts.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::responder::Responder;
use super::settings::Settings;
use super::{RateLimit, Service};
use crate::faults::FaultServer;
use crate::token_endpoint::TokenEndpoint;

/// Sets a [`Service`] up; made by [`Service::builder`].
#[derive(Clone, Debug, Default)]
#[must_use = "nothing listens before `start`"]
pub struct ServiceBuilder {
    settings: Settings,
    port: u16,
}

/// How many requests are remembered; the service may run for days.
const HISTORY: usize = 16;

impl ServiceBuilder {
    /// How many customers there are, 1,000 unless set. Any other tenant id is answered with 404.
    pub fn customers(mut self, customers: u64) -> Self {
        self.settings.customers = customers;
        self
    }

    /// Answers with 429 what goes beyond this limit; none unless set.
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.settings.rate_limit = Some(limit);
        self
    }

    /// Puts failures in: one request in sixteen meets one that a repeat gets over (500, 502, 503, a reset in the
    /// middle of a body), and two customers in a hundred are refused for good.
    pub fn faults(mut self, has_faults: bool) -> Self {
        self.settings.has_faults = has_faults;
        self
    }

    /// How long each answer takes; none unless set.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.settings.latency = latency;
        self
    }

    /// The port of Partner Center; the sign-in gets the next one. Any two free ports unless set.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Starts both servers on the current runtime.
    ///
    /// # Errors
    ///
    /// When a port cannot be had.
    pub async fn start(self) -> io::Result<Service> {
        let address = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut responder = Responder::new(&self.settings);
        let server = FaultServer::builder()
            .bind(address(self.port))
            .history(HISTORY)
            .respond_with(move |request| responder.respond(request))
            .start()
            .await?;
        let sign_in = TokenEndpoint::builder().device_interval(Duration::from_secs(1));
        let next_port = if self.port == 0 { 0 } else { self.port.wrapping_add(1) };
        let sign_in = sign_in.bind(address(next_port)).start().await?;
        Ok(Service { server, sign_in })
    }
}
