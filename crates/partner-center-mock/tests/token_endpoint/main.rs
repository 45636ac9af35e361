//! The token endpoint issues, rotates and rejects tokens as Entra does, and records its requests.

mod authorize;
mod device;
mod grants;
mod responses;

use std::collections::HashSet;
use std::error::Error;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use partner_center_mock::MockResponse;
use partner_center_mock::faults::FaultResponse;
use partner_center_mock::token_endpoint::{DevicePoll, Grant, OAuthError, Rotation, TokenEndpoint};
use serde_json::{Value, json};
use tokio::time::Instant;

type Outcome = Result<(), Box<dyn Error>>;

const TENANT: &str = "contoso.onmicrosoft.com";
const SCOPE: &str = "https://api.partnercenter.microsoft.com/.default";
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Posts a form and returns the status and the body.
async fn post(url: &str, form: &[(&str, &str)]) -> Result<(u16, Value), reqwest::Error> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let client = reqwest::Client::builder().no_proxy().build()?;
    let request = client.post(url).header("Content-Type", "application/x-www-form-urlencoded").body(body);
    let response = request.send().await?;
    Ok((response.status().as_u16(), response.json().await?))
}

async fn ask(entra: &TokenEndpoint, form: &[(&str, &str)]) -> Result<(u16, Value), reqwest::Error> {
    post(&entra.token_url(TENANT), form).await
}

async fn redeem(entra: &TokenEndpoint, token: &str) -> Result<(u16, Value), reqwest::Error> {
    ask(entra, &[("grant_type", "refresh_token"), ("client_id", "app"), ("refresh_token", token)]).await
}

fn text(body: &Value, field: &str) -> String {
    body[field].as_str().unwrap_or_default().to_owned()
}

fn code(body: &Value) -> u64 {
    body["error_codes"][0].as_u64().unwrap_or_default()
}

fn claims(token: &str) -> Result<Value, Box<dyn Error>> {
    let payload = token.split('.').nth(1).ok_or("not a JWT")?;
    Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload)?)?)
}
