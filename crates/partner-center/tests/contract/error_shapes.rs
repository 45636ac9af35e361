//! Each shape of error body at each status: nothing received is lost.

use partner_center::{Error, ErrorKind, RetryPolicy};
use partner_center_mock::{MockResponse, ResponseScript};

use crate::support::{CUSTOMER, client, mock, receive_error};

/// The statuses of the contract and of the service's list, with their kinds without an error code.
const STATUSES: &[(u16, ErrorKind)] = &[
    (400, ErrorKind::InvalidInput),
    (401, ErrorKind::Unauthenticated),
    (403, ErrorKind::Forbidden),
    (404, ErrorKind::NotFound),
    (405, ErrorKind::Rejected),
    (406, ErrorKind::Rejected),
    (408, ErrorKind::Timeout),
    (409, ErrorKind::Rejected),
    (412, ErrorKind::Rejected),
    (417, ErrorKind::Rejected),
    (418, ErrorKind::Rejected),
    (429, ErrorKind::Throttled),
    (500, ErrorKind::ServerFailure),
    (501, ErrorKind::ServerFailure),
    (502, ErrorKind::ServerFailure),
    (503, ErrorKind::ServerFailure),
    (504, ErrorKind::ServerFailure),
    (511, ErrorKind::Proxy),
];

/// A body, its content type, and the code and text in it.
type Shape = (&'static str, &'static str, Option<&'static str>, Option<&'static str>);

const JSON: &str = "application/json; charset=utf-8";

const SHAPES: &[Shape] = &[
    (r#"{"code":77,"description":"a","data":["x"],"source":"PartnerFD"}"#, JSON, Some("77"), Some("a")),
    (r#"{"code":"77","description":"a","source":"PartnerFD"}"#, JSON, Some("77"), Some("a")),
    (r#"{"code":77,"message":"b","description":"a","errorName":"N","isRetryable":false}"#, JSON, Some("77"), Some("a")),
    (r#"{"errorCode":77,"errorName":"AccountStatusNotFound"}"#, JSON, Some("77"), Some("AccountStatusNotFound")),
    (r#"{"statusCode":429,"message":"c"}"#, JSON, None, Some("c")),
    (r#"{"error":{"code":"Word","message":"d"}}"#, JSON, Some("Word"), Some("d")),
    (r#"{"code":null,"description":null,"message":"e"}"#, JSON, None, Some("e")),
    (r#"{"code":77.5,"description":["not","text"]}"#, JSON, Some("77.5"), None),
    (r#"{"code":{},"description":"","message":" "}"#, JSON, None, None),
    (r#""a JSON string""#, JSON, None, Some("a JSON string")),
    ("[]", JSON, None, None),
    ("null", JSON, None, None),
    ("0", JSON, None, None),
    ("\u{feff}{\"code\":77,\"description\":\"a\"}", JSON, Some("77"), Some("a")),
    (r#"{"code":77,"description":"a"}"#, "text/plain", Some("77"), Some("a")),
    (r#"{"code":77,"descr"#, JSON, Some("77"), None),
    ("plain text", "text/plain", None, Some("plain text")),
    ("plain text. (10009)", "text/plain", Some("10009"), Some("plain text. (10009)")),
    (
        "<html><head><TITLE>Bad Gateway</TITLE></head></html>",
        "text/html",
        None,
        Some("an HTML page titled \"Bad Gateway\""),
    ),
    ("<?xml version=\"1.0\"?><fault/>", "application/xml", None, Some("an HTML or XML page")),
    ("", "", None, None),
    (" \r\n", "text/plain", None, None),
];

#[tokio::test]
async fn every_shape_at_every_status_keeps_everything_received() {
    let pairs = || STATUSES.iter().flat_map(|status| SHAPES.iter().map(move |shape| (status, shape)));
    let responses = pairs().map(|((status, _), (body, content_type, ..))| {
        let response = MockResponse::new(*status).body(*body);
        if content_type.is_empty() { response } else { response.header("Content-Type", *content_type) }
    });
    let script = ResponseScript::new(responses);
    let server = mock(&script).await;
    let client = client(server.base_url());
    for ((status, kind), (body, _, code, text)) in pairs() {
        let policy = RetryPolicy::off().shared_throttle(false);
        let error = client.customer(CUSTOMER).organization().retry(policy).await.expect_err("no success");
        // A page without the service's ids comes from a machine in between.
        let is_foreign = body.starts_with('<') && matches!(status, 401 | 403 | 404);
        let kind = if is_foreign { &ErrorKind::Proxy } else { kind };
        let parsed = (error.status().map(|status| status.as_u16()), error.kind(), error.code(), error.description());
        assert_eq!(parsed, (Some(*status), *kind, *code, *text), "{status} with {body}");
        assert_eq!(error.raw(), body, "{status}");
        assert_eq!(error.retry_after(), None, "{status} with {body}");
        assert_is_one_line(&error);
    }
    assert_eq!(script.remaining(), 0);
}

#[tokio::test]
async fn a_success_status_with_an_error_body_is_an_error() {
    let server = mock([MockResponse::text(200, r#"{"code":400072,"description":"not done"}"#)]).await;
    let error = client(server.base_url()).customer(CUSTOMER).organization().await.expect_err("an error under 200");
    assert_eq!(error.kind(), ErrorKind::UnexpectedBody);
    assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
    assert_eq!(error.raw(), r#"{"code":400072,"description":"not done"}"#);
}

#[tokio::test]
async fn an_invalid_byte_in_an_error_body_keeps_kind_code_and_text() {
    let deep = format!(r#"{{"data":{}{},"code":" 900308 ","description":"d"}}"#, "[".repeat(5000), "]".repeat(5000));
    let (mfa, role) = ((401, ErrorKind::MfaRequired, "900421"), (403, ErrorKind::GdapRoleMissing, "900308"));
    for ((status, kind, code), body, text) in [
        (mfa, b"{\"code\":900421,\"description\":\"n\xf6tig\"}".to_vec(), "n\u{fffd}tig"),
        (mfa, br#"{"description":"n\ud800tig","code":900421.0}"#.to_vec(), r"n\ud800tig"),
        (role, br#"{"x":1e999,"code":900308,"description":"d"}"#.to_vec(), "d"),
        (role, deep.into_bytes(), "d"),
    ] {
        let error = receive_error(MockResponse::new(status).body(body.clone())).await;
        assert_eq!((error.kind(), error.code(), error.description()), (kind, Some(code), Some(text)));
        assert_eq!(error.raw(), &body);
    }
}

fn assert_is_one_line(error: &Error) {
    let shown = error.to_string();
    assert!(shown.chars().all(|character| !character.is_control()), "{shown:?}");
    assert!(shown.len() < 1000, "{shown}");
}
