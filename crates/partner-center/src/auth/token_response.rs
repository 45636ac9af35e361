//! Reads the tokens in a response of the token endpoint.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use tokio::time::Instant;

use super::error::{CredentialError, Details};
use super::error_kind::CredentialErrorKind as Kind;
use super::oauth_error;
use super::token::AccessToken;
use crate::exchange::without_byte_order_mark;

/// The lifetime that is assumed if a response names none: short enough for every token.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(5 * 60);

/// A response with a success status.
pub(super) struct Response {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
    /// When the request that led to it was sent.
    pub(super) sent: Instant,
    pub(super) correlation_id: String,
}

/// An access token, and the refresh token to use from now on if there is one.
pub(super) struct TokenResponse {
    /// Apart from the rest: the refresh token beside an unusable access token may be the only one that is still valid.
    pub(super) access_token: Result<AccessToken, CredentialError>,
    pub(super) refresh_token: Option<SecretString>,
}

#[derive(Deserialize)]
struct Fields {
    #[serde(default, deserialize_with = "text")]
    access_token: Option<SecretString>,
    refresh_token: Option<SecretString>,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<Duration>,
    token_type: Option<Value>,
}

/// The tokens of a response; their life is counted from when the request was sent.
pub(super) fn read(response: Response) -> Result<TokenResponse, CredentialError> {
    let (sent, status, correlation_id) = (response.sent, response.status, response.correlation_id.clone());
    let Fields { access_token, refresh_token, expires_in, token_type } = read_json(response)?;
    let present = |token: &SecretString| !token.expose_secret().is_empty();
    let is_bearer = |kind: Value| kind.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("Bearer"));
    let access_token = match access_token.filter(present) {
        None => Err("it contains no access token"),
        Some(_) if !token_type.is_none_or(is_bearer) => Err("its token is of a type other than Bearer"),
        Some(token) => Ok(AccessToken::issued(token, expires_in.unwrap_or(DEFAULT_LIFETIME), sent)),
    };
    Ok(TokenResponse {
        access_token: access_token.map_err(|message| unexpected("", message, status, correlation_id)),
        refresh_token: refresh_token.filter(present),
    })
}

/// Reads the object in a response, and wipes the response.
pub(super) fn read_json<F: DeserializeOwned>(response: Response) -> Result<F, CredentialError> {
    let text = without_byte_order_mark(&response.body).trim_ascii();
    let result = match serde_json::from_slice(text) {
        _ if text.is_empty() => Err("it is empty".to_owned()),
        // An array would be read by position.
        _ if text[0] != b'{' => Err("it is not a JSON object".to_owned()),
        Ok(fields) => Ok(fields),
        // The library's own message may quote what it read, and that may be a token.
        Err(error) => Err(format!("its JSON cannot be read (line {}, column {})", error.line(), error.column())),
    };
    let reason = oauth_error::sender(text);
    if let Ok(mut bytes) = response.body.try_into_mut() {
        bytes.as_mut().zeroize();
    }
    result.map_err(|message| unexpected(reason, message, response.status, response.correlation_id))
}

fn unexpected(
    reason: &'static str,
    message: impl Into<String>,
    status: StatusCode,
    correlation_id: String,
) -> CredentialError {
    let (status, correlation_id) = (Some(status), Some(correlation_id));
    Details { reason, status, correlation_id, ..Details::new(Kind::UnexpectedResponse, message) }.into()
}

/// A text; anything else counts as missing.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) => Ok(Some(text.into())),
        _ => Ok(None),
    }
}

/// `3599`, or `"3599"` as Entra's older endpoint has it; anything else counts as missing.
pub(super) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let seconds = match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    Ok(seconds.filter(|seconds| *seconds > 0.0).and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()))
}
