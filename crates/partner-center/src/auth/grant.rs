//! Reads what the token endpoint grants.

use std::time::Duration;

use http::StatusCode;
use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::error::{CredentialError, Details};
use super::error_kind::CredentialErrorKind as Kind;
use super::token::AccessToken;
use super::token_endpoint::Answer;

/// What is assumed where an answer does not say how long its token lives: short enough to be true of every token.
const UNTOLD_LIFETIME: Duration = Duration::from_secs(5 * 60);

/// An access token, and a refresh token to use from now on if there is one.
pub(super) struct Grant {
    /// Apart from the rest: beside one that cannot be used may stand the only refresh token that is still good.
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

/// The tokens of an answer; their life is counted from when the request was sent.
pub(super) fn read(answer: Answer) -> Result<Grant, CredentialError> {
    let (sent, status, correlation_id) = (answer.sent, answer.status, answer.correlation_id.clone());
    let Fields { access_token, refresh_token, expires_in, token_type } = read_json(answer)?;
    let present = |token: &SecretString| !token.expose_secret().is_empty();
    let is_bearer = |kind: Value| kind.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("Bearer"));
    let access_token = match access_token.filter(present) {
        None => Err("the answer holds no access token"),
        Some(_) if !token_type.is_none_or(is_bearer) => Err("the answer's token is of a type other than Bearer"),
        Some(token) => Ok(AccessToken::issued(token, expires_in.unwrap_or(UNTOLD_LIFETIME), sent)),
    };
    Ok(Grant {
        access_token: access_token.map_err(|message| unexpected(message, status, correlation_id)),
        refresh_token: refresh_token.filter(present),
    })
}

/// Reads a successful answer and wipes its bytes.
pub(super) fn read_json<F: DeserializeOwned>(answer: Answer) -> Result<F, CredentialError> {
    let text = answer.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&answer.body);
    let result = match serde_json::from_slice(text) {
        Ok(fields) => Ok(fields),
        Err(_) if text.is_empty() => Err("the answer is empty".to_owned()),
        // The library's own message may quote what it read, and that may be a token.
        Err(error) => Err(format!(
            "the answer is not the JSON of a token endpoint (line {}, column {})",
            error.line(),
            error.column()
        )),
    };
    if let Ok(mut bytes) = answer.body.try_into_mut() {
        bytes.as_mut().zeroize();
    }
    result.map_err(|message| unexpected(message, answer.status, answer.correlation_id))
}

fn unexpected(message: impl Into<String>, status: StatusCode, correlation_id: String) -> CredentialError {
    let (status, correlation_id) = (Some(status), Some(correlation_id));
    Details { status, correlation_id, ..Details::new(Kind::UnexpectedAnswer, message) }.into()
}

/// Text; whatever else stands there counts as missing.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) => Ok(Some(text.into())),
        _ => Ok(None),
    }
}

/// `3599`, or `"3599"` as Entra's older endpoint has it; what makes no sense counts as not told.
pub(super) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let seconds = match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    Ok(seconds.filter(|seconds| *seconds > 0.0).and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use tokio::time::Instant;

    use super::*;

    fn granted(body: &str) -> Result<Grant, CredentialError> {
        let body = Bytes::copy_from_slice(body.as_bytes());
        read(Answer { status: StatusCode::OK, body, sent: Instant::now(), correlation_id: "id".to_owned() })
    }

    #[tokio::test(start_paused = true)]
    async fn reads_a_lifetime_in_every_form() {
        let untold = UNTOLD_LIFETIME.as_secs();
        for (told, seconds) in [
            ("3599", 3599),
            ("\"3599\"", 3599),
            ("\" 3599 \"", 3599),
            ("3599.0", 3599),
            ("null", untold),
            ("0", untold),
            ("-5", untold),
            ("\"soon\"", untold),
            ("[]", untold),
            ("1e300", untold),
            ("\"NaN\"", untold),
        ] {
            let grant = granted(&format!(r#"{{"access_token":"a","expires_in":{told}}}"#));
            let lifetime = grant.and_then(|grant| grant.access_token).unwrap().lifetime();
            assert_eq!(lifetime, Some(Duration::from_secs(seconds)), "{told}");
        }
        let grant = granted("\u{feff}{\"access_token\":\"a\",\"token_type\":\"bearer\"}").unwrap();
        assert!(grant.refresh_token.is_none());
        assert_eq!(grant.access_token.unwrap().lifetime(), Some(UNTOLD_LIFETIME));
    }

    #[test]
    fn reads_the_refresh_token_beside_an_access_token_that_cannot_be_used() {
        for rest in [
            "",
            r#","access_token":"""#,
            r#","access_token":null"#,
            r#","access_token":["a"]"#,
            r#","access_token":"a","token_type":"pop""#,
            r#","access_token":"a","token_type":5"#,
        ] {
            let grant = granted(&format!(r#"{{"refresh_token":"r"{rest}}}"#)).unwrap();
            assert_eq!(grant.access_token.unwrap_err().kind(), Kind::UnexpectedAnswer, "{rest}");
            assert_eq!(grant.refresh_token.unwrap().expose_secret(), "r", "{rest}");
        }
    }

    #[test]
    fn quotes_nothing_of_what_it_cannot_read() {
        for body in [
            "",
            "<html>marked-secret</html>",
            r#"{"access_token":"marked-secret"#,
            r#"{"access_token":["marked-secret"]}"#,
            r#"{"access_token":"marked-secret","refresh_token":{"marked-secret":1}}"#,
            r#"{"access_token":"marked-secret","token_type":"pop-marked-secret"}"#,
            r#"{"access_token":"","refresh_token":"marked-secret"}"#,
            r#""marked-secret""#,
        ] {
            let error = granted(body).and_then(|grant| grant.access_token).unwrap_err();
            assert_eq!((error.kind(), error.status()), (Kind::UnexpectedAnswer, Some(StatusCode::OK)), "{body}");
            assert!(!format!("{error} {error:?}").contains("marked-secret"), "{body}");
        }
    }
}
