//! A complete mock Partner Center: generated customers, their list, organizations and domains, and the sign-in.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! use partner_center_mock::serve::{self, Service};
//!
//! let service = Service::builder().customers(3).start().await?;
//! // Hand `service.base_url()` and `service.authority()` to the program under test.
//! assert_eq!(serve::customer_id(0).to_string(), "e220a839-7b1d-4daf-ae78-9e6aa1b965f4");
//! # Ok(())
//! # }
//! ```
//!
//! The customers are the same at every start, so test data may contain their ids. The binary `partner-center-mock`
//! serves it: `cargo run -p partner-center-mock -- serve`.

mod builder;
mod customers;
mod limit;
mod list;
mod responder;
mod service;
mod settings;

pub use self::builder::ServiceBuilder;
pub use self::customers::{customer_id, organization};
pub use self::limit::RateLimit;
pub use self::service::Service;
