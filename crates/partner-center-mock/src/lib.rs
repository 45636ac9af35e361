//! Mock servers for Microsoft Partner Center and its sign-in, for tests of programs that use `partner-center`.
//!
//! Everything listens on loopback. Five tools, from the least powerful to the most:
//!
//! | to test | use |
//! |---|---|
//! | how your code handles one response | [`MockServerExt`], typed mocks on [`httpmock`], and the documented [`examples`] |
//! | how it handles a sequence of responses | [`ResponseScript`] |
//! | sign-in: grants, refresh token rotation, OAuth errors | [`token_endpoint::TokenEndpoint`] |
//! | network faults | [`faults::FaultServer`] |
//! | the whole program, by hand or end to end | [`serve::Service`], and the binary that serves it |
//!
//! ```
//! use httpmock::MockServer;
//! use partner_center_mock::{MockServerExt, ThenExt, examples::get_customer_organization as organization};
//!
//! let server = MockServer::start();
//! let mock = server.get_customer_organization(|_when, then| {
//!     // Throttled once, then the documented organization.
//!     then.into_inner().script([organization::THROTTLED, organization::CONTOSO]);
//! });
//! // Hand `server.base_url()` to the client under test, call it, then:
//! assert_eq!(mock.calls(), 0);
//! ```
//!
//! Responses are the documented ones of the contract; nothing here has been verified against the live service.

// A library must not panic; a test may.
#![cfg_attr(not(test), deny(clippy::expect_used, clippy::panic, clippy::unreachable))]

mod example;
pub mod faults;
mod gate;
mod response;
mod script;
pub mod serve;
pub mod token_endpoint;

#[allow(
    missing_docs,                  // the generator documents what the contract documents
    missing_debug_implementations, // progenitor derives none for the wrappers of `When` and `Then`
    unreachable_pub,               // the modules are private, their parts are re-exported by name
    clippy::all,                   // generated code keeps the generator's style
    clippy::unwrap_used,           // the generator compiles regular expressions with `unwrap`
    rustdoc::all
)]
#[rustfmt::skip]
mod generated {
    pub mod examples;
    pub mod operations;
}

pub use httpmock;
pub use partner_center_gen::types;

pub use self::example::Example;
pub use self::gate::Gate;
pub use self::generated::examples;
pub use self::generated::operations::{MockServerExt, operations};
pub use self::response::MockResponse;
pub use self::script::{ResponseScript, ThenExt};
