//! Configuration of a mock Partner Center.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::responder::Responder;
use super::settings::ServiceSettings;
use super::{RateLimit, Service};
use crate::faults::FaultServer;
use crate::token_endpoint::TokenEndpoint;

/// Configures and starts a [`Service`]; see [`Service::builder`].
#[derive(Clone, Debug, Default)]
#[must_use = "nothing listens before `start`"]
pub struct ServiceBuilder {
    settings: ServiceSettings,
    port: u16,
}

/// How many requests are kept; the service may run for days.
const HISTORY: usize = 16;

impl ServiceBuilder {
    /// Sets the number of customers. Default: 1,000. Any other tenant id gets a 404.
    pub fn customers(mut self, customers: u64) -> Self {
        self.settings.customers = customers;
        self
    }

    /// Throttles calls beyond this limit with 429. Default: no limit.
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.settings.rate_limit = Some(limit);
        self
    }

    /// Injects faults: a transient one into one request in sixteen (500, 502, 503, a reset in the middle of a body),
    /// and a 403 for two customers in a hundred.
    pub fn faults(mut self, has_faults: bool) -> Self {
        self.settings.has_faults = has_faults;
        self
    }

    /// Injects faults into the list of customers: an empty page before each third one, a 401 for the first request for the
    /// third page, and in every other list a last page that links to itself. Default: none.
    pub fn page_faults(mut self, has_faults: bool) -> Self {
        self.settings.has_page_faults = has_faults;
        self
    }

    /// Sets the delay of each response. Default: none.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.settings.latency = latency;
        self
    }

    /// Sets the port of Partner Center; the sign-in uses the next one. Default: two free ports.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Starts both servers on the current runtime.
    ///
    /// # Errors
    ///
    /// If a port is not available.
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
