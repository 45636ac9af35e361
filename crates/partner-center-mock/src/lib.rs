//! Stand-ins for Microsoft Partner Center and its sign-in, for the tests of programs that use `partner-center`.
//!
//! Everything listens on loopback. Five tools, from the least powerful to the most:
//!
//! | to test | use |
//! |---|---|
//! | what your code does with one answer | [`MockServerExt`], typed mocks on [`httpmock`], and the documented [`examples`] |
//! | what it does with several answers in turn | [`ResponseScript`] |
//! | sign-in: grants, rotation, refusals | [`token_endpoint::TokenEndpoint`] |
//! | what it does when the network misbehaves | [`faults::FaultServer`] |
//! | the whole program, by hand or from outside | [`serve::Service`], and the binary that serves it |
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
//! Answers come from Microsoft's documentation as far as the contract holds them; nothing here was compared with the
//! live service.

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
    clippy::all,                   // the generator's style is not ours to mend
    clippy::unwrap_used,           // it compiles its regular expressions with `unwrap`
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
