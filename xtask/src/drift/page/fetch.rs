//! Gets a page: from a file, or from its public address.

use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// Longer than the site ever takes.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// The text of a page.
pub(super) fn fetch(place: &str) -> Result<String> {
    if place.starts_with("https://") || place.starts_with("http://") { download(place) } else { open(place) }
}

fn open(file: &str) -> Result<String> {
    let bytes = std::fs::read(file).with_context(|| format!("{file} cannot be read"))?;
    String::from_utf8(bytes).with_context(|| format!("{file} is not UTF-8"))
}

fn download(url: &str) -> Result<String> {
    let client = reqwest::blocking::Client::builder()
        .timeout(TIME_LIMIT)
        .user_agent(concat!("partner-center-xtask/", env!("CARGO_PKG_VERSION")))
        .build()
        .context("no HTTP client can be made")?;
    let unreachable =
        || format!("{url} cannot be reached; without a network, save the page and run: cargo xtask drift page FILE");
    let response = client.get(url).header("Accept-Language", "en-US").send().with_context(unreachable)?;
    let status = response.status();
    ensure!(status.is_success(), "{url} answers with {status}");
    response.text().with_context(unreachable)
}
