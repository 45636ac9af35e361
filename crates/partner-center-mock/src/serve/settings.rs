//! The settings of a mock Partner Center.

use std::time::Duration;

use super::RateLimit;

/// What the responses depend on.
#[derive(Clone, Debug)]
pub(super) struct ServiceSettings {
    pub(super) customers: u64,
    pub(super) rate_limit: Option<RateLimit>,
    pub(super) has_faults: bool,
    pub(super) has_page_faults: bool,
    pub(super) latency: Duration,
}

impl Default for ServiceSettings {
    fn default() -> Self {
        Self { customers: 1000, rate_limit: None, has_faults: false, has_page_faults: false, latency: Duration::ZERO }
    }
}
