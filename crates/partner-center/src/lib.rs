#![doc = include_str!("../README.md")]
// A library must not panic; a test may.
#![cfg_attr(not(test), deny(clippy::expect_used, clippy::panic, clippy::unreachable))]

pub mod auth;
pub mod bulk;
mod call;
mod client;
mod client_builder;
mod cloud;
mod customer;
mod endpoint;
mod error;
#[expect(dead_code, reason = "the service and the token endpoint move here next")]
mod exchange;
mod fault;
mod fresh_id;
mod header_text;
mod http_client;
mod pipeline;
mod received;
mod request;
mod response;
mod retry_policy;
mod transport_error;
mod unknown_fields;

pub use bulk::Organizations;
pub use client::Client;
pub use client_builder::ClientBuilder;
pub use cloud::Cloud;
pub use customer::Customer;
pub use error::{Error, ErrorKind};
/// The version of the contract below this crate, for bug reports.
pub use partner_center_gen::contract_version;
pub use request::{Pending, Request};
pub use response::{MfaCompliance, Response};
pub use retry_policy::RetryPolicy;
/// What the service's answers hold; generated from the contract.
pub mod models {
    pub use partner_center_gen::types::Organization;
}
/// The HTTP library below, for [`ClientBuilder::http_client_builder`].
pub use reqwest;
/// The library of GUIDs, for tenant ids and correlation ids.
pub use uuid;
