//! The fault server does to a real HTTP client what it was told, and tells what it did.

mod paused_time;
mod responses;
mod server;

use std::error::Error;
use std::time::Duration;

use partner_center_mock::examples::get_customer_organization as organization;
use partner_center_mock::faults::{EventKind, FaultResponse, FaultServer, Framing};
use partner_center_mock::{Gate, MockResponse};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

type Outcome = Result<(), Box<dyn Error>>;

/// A client that makes a connection a call, so that the order of events is certain.
fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder().pool_max_idle_per_host(0).no_proxy().build()
}

async fn get(server: &FaultServer) -> Result<String, reqwest::Error> {
    client()?.get(server.url()).send().await?.text().await
}

/// The whole chain of an error, which is where hyper says what happened.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
