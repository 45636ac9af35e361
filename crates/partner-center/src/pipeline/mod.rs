//! The steps of an attempt, and the decisions between attempts.

pub(crate) mod backoff;
pub(crate) mod budget;
pub(crate) mod outcome;
pub(crate) mod rate;
pub(crate) mod recent_ids;
pub(crate) mod retry;
pub(crate) mod retry_after;
pub(crate) mod telemetry;
pub(crate) mod throttle;
