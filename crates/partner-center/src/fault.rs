//! Reads what the service says about a refusal, whatever shape it comes in, and names the class it belongs to.

use std::time::Duration;

use http::header::WWW_AUTHENTICATE;
use serde_json::Value;

use crate::error::ErrorKind;
use crate::received::Received;

/// What an error body says, as far as it can be read.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Fault {
    /// The service's code; documented as a string, mostly sent as a number.
    pub(crate) code: Option<String>,
    /// The text for people.
    pub(crate) description: Option<String>,
}

impl Fault {
    /// Reads the body of a refusal; nothing makes it fail.
    pub(crate) fn read(received: &Received) -> Self {
        let body = received.body();
        let mut fault = match serde_json::from_slice(&body) {
            Ok(json) => Self::from_json(&json),
            Err(_) => Self::from_text(&String::from_utf8_lossy(&body)),
        };
        if fault.description.is_none() {
            fault.description = received.reason.clone();
        }
        fault
    }

    fn from_json(json: &Value) -> Self {
        // The service's own shapes are flat, Graph's is one level down.
        let inner = json.get("error").filter(|inner| inner.is_object()).unwrap_or(json);
        let text = |key| inner.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
        let code = inner.get("code").or_else(|| inner.get("errorCode")).and_then(|code| match code {
            Value::String(code) if !code.is_empty() => Some(code.clone()),
            Value::Number(code) => Some(code.to_string()),
            _ => None,
        });
        let description = text("description")
            .or_else(|| text("message"))
            .or_else(|| text("error_description"))
            .or_else(|| text("errorName"))
            .or_else(|| json.as_str())
            .map(str::to_owned);
        let in_text = || code_in_brackets(description.as_deref()?);
        Self { code: code.or_else(in_text), description }
    }

    fn from_text(text: &str) -> Self {
        let text = text.trim();
        if text.starts_with('<') {
            let description = title(text).map(|title| format!("an HTML page titled {title:?}"));
            return Self { code: None, description: description.or_else(|| Some("an HTML or XML page".to_owned())) };
        }
        if text.is_empty() {
            return Self::default();
        }
        Self { code: code_in_brackets(text), description: Some(text.to_owned()) }
    }
}

/// The class of failure that an answer other than success belongs to.
///
/// The service's codes are not unique: the same one stands under several statuses, so both are looked at. Sources of the
/// codes: the [table of error codes](https://learn.microsoft.com/partner-center/developer/error-codes) and, where that
/// is silent, the contract's `x-partner-center-error-codes`.
pub(crate) fn classify(received: &Received, fault: &Fault) -> ErrorKind {
    let says =
        |needle: &str| fault.description.as_deref().is_some_and(|text| text.to_ascii_lowercase().contains(needle));
    match (received.status.as_u16(), fault.code.as_deref()) {
        (304, _) => ErrorKind::UnexpectedStatus,
        (300..=399, _) => ErrorKind::Redirected,
        (400, _) => ErrorKind::InvalidInput,
        (401, Some("900420")) => ErrorKind::AudienceRetired,
        (401, Some("900421" | "10001")) => ErrorKind::MfaRequired,
        (401, _) if says("mfa required") || is_bare_invalid_token(received) => ErrorKind::MfaRequired,
        (401, _) => ErrorKind::Unauthenticated,
        (403, Some("900308" | "Authorization_RequestDenied")) => ErrorKind::GdapRoleMissing,
        (403, Some("900309")) => ErrorKind::ConditionalAccess,
        (403, Some("900329")) => ErrorKind::AppOnlyRefused,
        (403, Some("900150")) => ErrorKind::PartnerRoleMissing,
        (403, Some("20002")) => ErrorKind::NoRelationship,
        (403, _) if says("supplied role") => ErrorKind::PartnerRoleMissing,
        (403, _) if says("insufficient privileges") => ErrorKind::GdapRoleMissing,
        (403, _) => ErrorKind::Forbidden,
        (404, _) => ErrorKind::NotFound,
        (408, _) => ErrorKind::Timeout,
        (429, _) => ErrorKind::Throttled,
        (400..=499, _) => ErrorKind::Rejected,
        (500..=599, _) => ErrorKind::ServerFailure,
        _ => ErrorKind::UnexpectedStatus,
    }
}

/// The documented refusal for missing multi-factor authentication: no body, and a challenge that calls the token
/// invalid ([source](https://learn.microsoft.com/partner-center/security/partner-security-requirements-mandating-mfa)).
///
/// A challenge that gives another reason, such as that the token has expired, is no such refusal.
fn is_bare_invalid_token(received: &Received) -> bool {
    let challenge = received.header(&WWW_AUTHENTICATE).unwrap_or_default().to_ascii_lowercase();
    let gives_another_reason =
        challenge.contains("error_description") && !challenge.contains("mfa") && !challenge.contains("multi");
    received.raw.is_empty() && challenge.contains("invalid_token") && !gives_another_reason
}

/// The wait that the gateway names in its text (`Try again in 57 seconds.`).
pub(crate) fn wait_in_text(text: &str) -> Option<Duration> {
    let lower = text.to_ascii_lowercase();
    let rest = lower.split_once("again in ")?.1;
    let digits = rest.find(|character: char| !character.is_ascii_digit())?;
    let (number, unit) = rest.split_at(digits);
    unit.trim_start().starts_with("second").then(|| number.parse().ok().map(Duration::from_secs))?
}

/// The number at the end of a text such as `MFA required. (10001)`.
fn code_in_brackets(text: &str) -> Option<String> {
    let (_, code) = text.trim_end().strip_suffix(')')?.rsplit_once('(')?;
    let is_code = (3..=9).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then(|| code.to_owned())
}

/// The title of an HTML page, which tells a sign-in page from a gateway's.
fn title(page: &str) -> Option<&str> {
    // ASCII lower case keeps every byte offset.
    let lower = page.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let start = start + lower[start..].find('>')? + 1;
    let end = start + lower[start..].find("</title")?;
    Some(page[start..end].trim()).filter(|title| !title.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use http::StatusCode;

    fn received(status: u16, body: &'static str) -> Received {
        let status = StatusCode::from_u16(status).unwrap();
        Received::of(status, Bytes::from_static(body.as_bytes()))
    }

    fn read(status: u16, body: &'static str) -> (ErrorKind, Option<String>, Option<String>) {
        let received = received(status, body);
        let fault = Fault::read(&received);
        (classify(&received, &fault), fault.code, fault.description)
    }

    #[test]
    fn reads_the_code_as_number_and_as_string() {
        assert_eq!(read(403, r#"{"code": 900329, "description": "d"}"#).1.as_deref(), Some("900329"));
        assert_eq!(read(400, r#"{"code": "2000", "description": "d"}"#).1.as_deref(), Some("2000"));
    }

    #[test]
    fn strips_the_byte_order_mark_of_an_error_body() {
        assert_eq!(read(404, "\u{feff}{\"code\": 60003}").1.as_deref(), Some("60003"));
    }

    #[test]
    fn keys_kinds_by_status_and_code() {
        // 400 as a code under 401, and a code of 403 under another status.
        assert_eq!(read(401, r#"{"code": 400}"#).0, ErrorKind::Unauthenticated);
        assert_eq!(read(500, r#"{"code": 900329}"#).0, ErrorKind::ServerFailure);
        assert_eq!(read(404, r#"{"code": 3000}"#).0, ErrorKind::NotFound);
        assert_eq!(read(400, r#"{"code": 3000}"#).0, ErrorKind::InvalidInput);
    }

    #[test]
    fn knows_the_texts_that_come_without_a_code() {
        assert_eq!(read(403, "The supplied role does not have the rights.").0, ErrorKind::PartnerRoleMissing);
        let (kind, code, _) = read(401, "Authentication failed. MFA required. (10001)");
        assert_eq!((kind, code.as_deref()), (ErrorKind::MfaRequired, Some("10001")));
    }

    #[test]
    fn takes_a_bare_challenge_for_missing_multi_factor_authentication() {
        let mut bare = received(401, "");
        assert_eq!(classify(&bare, &Fault::read(&bare)), ErrorKind::Unauthenticated);
        bare.headers = r#"www-authenticate: Bearer error="invalid_token""#.to_owned();
        assert_eq!(classify(&bare, &Fault::read(&bare)), ErrorKind::MfaRequired);
        let expired =
            r#"www-authenticate: Bearer error="invalid_token", error_description="The token expired at 10:00""#;
        bare.headers = expired.to_owned();
        assert_eq!(classify(&bare, &Fault::read(&bare)), ErrorKind::Unauthenticated);
    }

    #[test]
    fn reads_the_reason_phrase_where_there_is_no_body() {
        let mut bare = received(401, "");
        bare.reason = Some("Unauthorized - MFA required".to_owned());
        assert_eq!(classify(&bare, &Fault::read(&bare)), ErrorKind::MfaRequired);
    }

    #[test]
    fn reads_unknown_codes_nested_errors_and_pages() {
        assert_eq!(read(403, r#"{"code": "brand_new"}"#).1.as_deref(), Some("brand_new"));
        let (kind, code, text) = read(403, r#"{"error": {"code": "Authorization_RequestDenied", "message": "m"}}"#);
        assert_eq!(
            (kind, code.as_deref(), text.as_deref()),
            (ErrorKind::GdapRoleMissing, Some("Authorization_RequestDenied"), Some("m"))
        );
        let page = "<!DOCTYPE html><html><head><TITLE>502 Bad Gateway</TITLE></head></html>";
        assert_eq!(read(502, page).2.as_deref(), Some("an HTML page titled \"502 Bad Gateway\""));
    }

    #[test]
    fn reads_the_wait_from_the_gateways_text() {
        assert_eq!(wait_in_text("Rate limit is exceeded. Try again in 57 seconds."), Some(Duration::from_secs(57)));
        assert_eq!(wait_in_text("Try again in 57 minutes."), None);
        assert_eq!(wait_in_text("Try again in 99999999999999999999999 seconds."), None);
        assert_eq!(wait_in_text("Try again in "), None);
    }
}

#[cfg(test)]
mod properties {
    use bytes::Bytes;
    use http::StatusCode;
    use proptest::prelude::*;

    use super::*;

    fn received(status: u16, body: impl Into<Bytes>) -> Received {
        let status = StatusCode::from_u16(status).expect("a status of three digits");
        Received::of(status, body.into())
    }

    /// Texts such as error bodies are made of, and then some.
    fn body() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            any::<Vec<u8>>(),
            any::<String>().prop_map(String::into_bytes),
            r#"\{"(code|error|message|description)":["\[{0-9a-z:,}\]]{0,20}"#.prop_map(String::into_bytes),
            "<(title|TITLE|html)[>ıİK <a-z/]{0,20}".prop_map(String::into_bytes),
        ]
    }

    proptest! {
        #[test]
        fn any_body_under_any_status_is_a_refusal_of_that_status(status in 300..600_u16, body in body()) {
            let received = received(status, body);
            let fault = Fault::read(&received);
            let kind = classify(&received, &fault);
            match status {
                404 => prop_assert_eq!(kind, ErrorKind::NotFound),
                408 => prop_assert_eq!(kind, ErrorKind::Timeout),
                429 => prop_assert_eq!(kind, ErrorKind::Throttled),
                500.. => prop_assert_eq!(kind, ErrorKind::ServerFailure),
                _ => {}
            }
            prop_assert!(fault.description.is_none_or(|text| !text.trim().is_empty()));
        }

        #[test]
        fn a_code_is_found_as_number_and_as_text_among_unknown_fields(code: u64, text in "[ -~]{1,40}", name in "[xyz]{1,9}") {
            prop_assume!(!text.trim().is_empty());
            let read = |json: Value| Fault::read(&received(403, json.to_string()));
            let number = read(serde_json::json!({ &name: [1, null], "code": code, "description": text }));
            let word = read(serde_json::json!({ "error": { "code": code.to_string(), "message": text, &name: {} } }));
            prop_assert_eq!(number.code.as_deref(), Some(&*code.to_string()));
            prop_assert_eq!(number.description.as_deref(), Some(&*text));
            prop_assert_eq!(number, word);
        }

        #[test]
        fn a_byte_order_mark_changes_nothing(body in body()) {
            prop_assume!(!body.starts_with(b"\xef\xbb\xbf"));
            let marked = [b"\xef\xbb\xbf", &*body].concat();
            prop_assert_eq!(Fault::read(&received(403, marked)), Fault::read(&received(403, body)));
        }

        #[test]
        fn a_told_wait_is_found_in_any_text(before: String, after: String, seconds in 0..1_000_000_u64) {
            wait_in_text(&before);
            prop_assume!(!before.to_ascii_lowercase().contains("again in "));
            let text = format!("{before} Try again in {seconds} seconds{after}");
            prop_assert_eq!(wait_in_text(&text), Some(Duration::from_secs(seconds)));
        }
    }
}
