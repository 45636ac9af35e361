//! `partner-center organization`: the organizations of customers.

pub(crate) mod export;
pub(crate) mod get;
mod list;
mod throttle_notice;
