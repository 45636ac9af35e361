//! The fault server: what a real HTTP client observes, and what the server records.

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

/// A client that opens one connection per call, so that the order of events is certain.
fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder().pool_max_idle_per_host(0).no_proxy().build()
}

async fn get(server: &FaultServer) -> Result<String, reqwest::Error> {
    client()?.get(server.url()).send().await?.text().await
}

/// An error with all its sources, since hyper names the cause in the last ones.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
