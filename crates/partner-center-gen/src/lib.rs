//! The client that progenitor generates from the contract, and the seam that the SDK plugs into.
//!
//! This crate is an implementation detail of [`partner-center`](https://docs.rs/partner-center). Depend on that one:
//! here nothing authenticates, retries or explains an error, and the generated names follow the generator's version.

// A library must not panic; a test may.
#![cfg_attr(not(test), deny(clippy::expect_used, clippy::panic, clippy::unreachable))]

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use progenitor_client::{ClientHooks, ClientInfo, OperationInfo};

// Each lint that the generator's style trips over, and no more.
#[allow(
missing_docs, // the generator documents what the contract documents
unreachable_pub, // the module is private, its parts are re-exported by name
    unused_imports,
unreachable_patterns, // 401 comes after 4XX
    clippy::all,
    rustdoc::all
)]
#[rustfmt::skip]
mod generated;

pub use generated::{Client, Error, ResponseValue, types};

/// The version of the contract that the client was generated from.
#[must_use]
pub fn contract_version() -> &'static str {
    Client::api_version()
}

/// A boxed future, as returned by [`Transport::execute`].
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Sends a request that the generated client has built, and returns the response.
///
/// The generated [`Client`] wraps an `Arc` of it.
pub trait Transport: Send + Sync {
    /// Sends `request`; `operation` is the operation's id in the contract.
    fn execute<'a>(
        &'a self,
        request: reqwest::Request,
        operation: &'static str,
    ) -> BoxFuture<'a, reqwest::Result<reqwest::Response>>;
}

// The generated client derives `Debug` and prints what it holds; a transport holds credentials.
impl fmt::Debug for dyn Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transport")
    }
}

impl ClientHooks<Arc<dyn Transport>> for Client {
    async fn exec(&self, mut request: reqwest::Request, info: &OperationInfo) -> reqwest::Result<reqwest::Response> {
        // The generator puts the contract's version on every request; the service documents no such header.
        request.headers_mut().remove("api-version");
        self.inner.execute(request, info.operation_id).await
    }
}
