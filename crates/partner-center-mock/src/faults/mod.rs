//! A server on a raw socket that injects the faults an HTTP mock cannot produce.
//!
//! A [`FaultServer`] takes one [`FaultResponse`] per request: a complete response, a reset, a stall, a slow body, a
//! truncated body, raw bytes. It records what happened as a sequence of [`Event`]s, and every [`Request`] byte for
//! byte.
//!
//! ```
//! # use std::error::Error;
//! use partner_center_mock::examples::get_customer_organization as organization;
//! use partner_center_mock::faults::{EventKind::*, FaultResponse, FaultServer};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn Error>> {
//! // Half a status line and a reset, then the documented organization for every further request.
//! let server = FaultServer::start([
//!     FaultResponse::raw("HTTP/1.1 20").then_reset(),
//!     FaultResponse::respond(organization::CONTOSO),
//! ])
//! .await?;
//!
//! assert!(reqwest::get(server.url()).await.is_err());
//! assert_eq!(reqwest::get(server.url()).await?.text().await?, organization::CONTOSO.body);
//!
//! server.wait_for(Left, 1).await;
//! assert_eq!(server.event_kinds(), [Connected, Request, Sent, Reset, Connected, Request, Sent, Left]);
//! # Ok(())
//! # }
//! ```
//!
//! # Paused time
//!
//! The server runs on the test's own runtime and measures every delay with [`tokio::time`], so
//! `#[tokio::test(start_paused = true)]` works: a stall of an hour takes no time, and [`Request::at`] shows how long a
//! client waited between two attempts. This requires the single-threaded runtime and tokio 1.53.3 (or 1.51.6) or later:
//! before that, paused time also advanced while a response was in transit.

mod builder;
mod connection;
mod event;
mod request;
mod response;
mod server;
mod shared;
mod socket;
mod source;
#[cfg(feature = "tls")]
pub mod tls;

pub use self::builder::FaultServerBuilder;
pub use self::event::{Event, EventKind};
pub use self::request::Request;
pub use self::response::{FaultResponse, Framing};
pub use self::server::FaultServer;
