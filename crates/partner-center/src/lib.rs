#![doc = include_str!("../README.md")]
// A library must not panic; a test may.
#![cfg_attr(not(test), deny(clippy::expect_used, clippy::panic, clippy::unreachable))]

pub mod auth;
mod call;
mod client;
mod client_builder;
mod cloud;
mod configuration;
mod customer;
mod customer_organizations;
mod customers;
mod decode;
mod endpoint;
mod error;
mod error_kind;
mod exchange;
mod header_text;
mod http_client;
mod json;
mod kinds;
mod organizations;
mod paging;
mod pipeline;
mod proxy;
mod received;
mod request;
mod response;
mod retry_policy;
mod runtime;
mod seam;
mod text;
mod transport_error;

pub use client::Client;
#[doc(hidden)]
pub use client_builder::check_address;
pub use client_builder::{ClientBuilder, environment_proxy};
pub use cloud::Cloud;
pub use customer::Customer;
pub use customer_organizations::CustomerOrganizations;
pub use customers::{Customers, ListedCustomer};
pub use error::{Error, ErrorKind};
pub use organizations::{OrganizationItem, Organizations};
pub use partner_center_gen::contract_version;
pub use request::{Request, ResponseFuture};
pub use response::Response;
pub use retry_policy::RetryPolicy;
pub mod models {
    //! The service's models, generated from the contract.
    //!
    //! Every field but [`Customer::id`] is optional, since the service documents no other as always present. Fields that
    //! the contract does not know are in [`Response::raw`](crate::Response::raw). The models are `#[non_exhaustive]`; in
    //! tests, start from a default:
    //!
    //! ```
    //! let mut organization = partner_center::models::Organization::default();
    //! organization.city = Some("Seattle".to_owned());
    //! ```
    //!
    //! [`Customer`] is a customer of the list. For the calls about one, see [`crate::Customer`].

    pub use partner_center_gen::types::{CompanyProfile, Customer, Organization};
}
/// The underlying HTTP library, for [`ClientBuilder::http_client_builder`].
pub use reqwest;
/// The GUID library, for tenant ids and correlation ids.
pub use uuid;
