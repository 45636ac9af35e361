//! Reads what the token endpoint grants.

use std::time::Duration;

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
    pub(super) access_token: AccessToken,
    pub(super) refresh_token: Option<SecretString>,
}

#[derive(Deserialize)]
struct Fields {
    access_token: Option<SecretString>,
    refresh_token: Option<SecretString>,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<Duration>,
    token_type: Option<String>,
}

/// The tokens of an answer; their life is counted from when the request was sent.
pub(super) fn read(answer: Answer) -> Result<Grant, CredentialError> {
    let sent = answer.sent;
    read_json(answer, |fields: Fields| {
        let present = |token: &SecretString| !token.expose_secret().is_empty();
        let access_token = fields.access_token.filter(present).ok_or("the answer holds no access token")?;
        if fields.token_type.is_some_and(|kind| !kind.eq_ignore_ascii_case("Bearer")) {
            return Err("the answer's token is of a type other than Bearer");
        }
        let lifetime = fields.expires_in.unwrap_or(UNTOLD_LIFETIME);
        Ok(Grant {
            access_token: AccessToken::issued(access_token, lifetime, sent),
            refresh_token: fields.refresh_token.filter(present),
        })
    })
}

/// Reads a successful answer, wipes its bytes, and makes of it what is wanted.
pub(super) fn read_json<F: DeserializeOwned, T>(
    answer: Answer,
    wanted: impl FnOnce(F) -> Result<T, &'static str>,
) -> Result<T, CredentialError> {
    let text = answer.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&answer.body);
    let result = match serde_json::from_slice(text) {
        Ok(fields) => wanted(fields).map_err(str::to_owned),
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
    result.map_err(|message| {
        let (status, correlation_id) = (Some(answer.status), Some(answer.correlation_id));
        Details { status, correlation_id, ..Details::new(Kind::UnexpectedAnswer, message) }.into()
    })
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
    use http::StatusCode;
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
            let lifetime = grant.map(|grant| grant.access_token.lifetime()).unwrap();
            assert_eq!(lifetime, Some(Duration::from_secs(seconds)), "{told}");
        }
        let grant = granted("\u{feff}{\"access_token\":\"a\",\"token_type\":\"bearer\"}").unwrap();
        assert_eq!(grant.access_token.lifetime(), Some(UNTOLD_LIFETIME));
        assert!(grant.refresh_token.is_none());
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
            let error = granted(body).err().unwrap();
            assert_eq!((error.kind(), error.status()), (Kind::UnexpectedAnswer, Some(StatusCode::OK)), "{body}");
            assert!(!format!("{error} {error:?}").contains("marked-secret"), "{body}");
        }
    }
}
