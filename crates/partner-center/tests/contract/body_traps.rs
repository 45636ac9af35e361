//! Success bodies without an organization: errors that say what is wrong and keep the body.

use partner_center::ErrorKind;
use partner_center_mock::MockResponse;

use crate::support::{receive, receive_error};

/// Asserts that a 200 with `body` is an error whose message contains `says`, after one attempt, with everything kept.
async fn assert_decode_error(body: impl Into<Vec<u8>>, says: &str) {
    let body = body.into();
    let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
    let error = receive_error(MockResponse::new(200).header("MS-RequestId", "theirs").body(body.clone())).await;
    assert_eq!(error.kind(), ErrorKind::UnexpectedBody, "{shown:?}: {error}");
    assert!(error.to_string().contains(says), "{shown:?}: {error}");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(200), "{shown:?}");
    assert_eq!(error.raw(), &body, "{shown:?}");
    assert_eq!(error.received_request_id(), Some("theirs"), "{shown:?}");
    assert!(error.request_id().is_some() && error.correlation_id().is_some(), "{shown:?}");
    assert!(!error.is_retryable(), "{shown:?}");
}

#[tokio::test]
async fn scalars_are_not_an_organization() {
    assert_decode_error("null", "expected a sequence").await;
    assert_decode_error("7", "expected a sequence").await;
    assert_decode_error("true", "expected a sequence").await;
    assert_decode_error(r#""Contoso""#, "expected a sequence").await;
    assert_decode_error("[null]", "[0]").await;
    assert_decode_error("[[]]", "[0]").await;
}

#[tokio::test]
async fn objects_without_a_known_field_are_not_an_organization() {
    assert_decode_error("{}", "no known field").await;
    assert_decode_error(r#"{"displayName":null}"#, "no known field").await;
    assert_decode_error(r#"{"items":null}"#, "expected a sequence").await;
    assert_decode_error(r#"{"value":{"displayName":"Contoso"}}"#, "expected a sequence").await;
}

#[tokio::test]
async fn elements_without_a_known_field_are_not_an_organization() {
    let error = r#"[{"code":900308,"description":"not allowed"}]"#;
    assert_decode_error(error, "at [0]: the object has no known field").await;
    assert_decode_error(format!(r#"{{"items":{error}}}"#), "at items[0]: the object has no known field").await;
    assert_decode_error(format!(r#"{{"value":{error}}}"#), "at value[0]: the object has no known field").await;
    assert_decode_error(r#"[{"DisplayName":"Contoso"}]"#, "at [0]: the object has no known field").await;
}

#[tokio::test]
async fn an_array_is_not_read_as_an_organization_by_position() {
    assert_decode_error(r#"[["Redmond","US",null,null,null,null,null]]"#, "at [0]: expected an object").await;
    assert_decode_error(r#"{"items":[["Redmond","US"]]}"#, "at items[0]: expected an object").await;
    assert_decode_error(r#"[{"city":"a"},["b"]]"#, "at [1]: expected an object").await;
}

#[tokio::test]
async fn duplicate_fields_are_an_error() {
    assert_decode_error(r#"[{"city":"a","city":"b"}]"#, "duplicate field").await;
    assert_decode_error(r#"{"city":"a","city":"b"}"#, "duplicate field").await;
    assert_decode_error(r#"{"items":[{"city":"a","city":"b"}]}"#, "duplicate field").await;
    assert_decode_error(r#"{"items":[{"city":"a"}],"value":[{"city":"b"}]}"#, "more than once").await;
    assert_decode_error(r#"{"items":[],"items":[]}"#, "more than once").await;
}

#[tokio::test]
async fn an_envelope_is_read_like_the_array() {
    assert_decode_error(r#"{"value":[{"city":7}]}"#, "at value[0].city: expected a string").await;
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let odd = format!(r#"[{{"city":"Redmond","x":1e999,"y":"\ud800","z":{deep}}}]"#);
    for body in [format!(r#"{{"items":{odd}}}"#), odd] {
        let response =
            receive(MockResponse::text(200, body.clone())).await.unwrap_or_else(|error| panic!("{body}: {error}"));
        assert_eq!(response.city.as_deref(), Some("Redmond"));
    }
}

#[tokio::test]
async fn an_empty_body_says_so() {
    assert_decode_error("", "the body is empty").await;
    assert_decode_error("\r\n ", "the body is empty").await;
    assert_decode_error(b"\xef\xbb\xbf", "the body is empty").await;
}

#[tokio::test]
async fn a_web_page_instead_of_json_says_so() {
    assert_decode_error("<!DOCTYPE html><html><body>Sign in</body></html>", "HTML").await;
    assert_decode_error("\u{feff}\n<html/>", "HTML").await;
}

#[tokio::test]
async fn a_truncated_body_says_where_it_ends() {
    assert_decode_error(r#"[{"displayName":"Conto"#, "EOF").await;
    assert_decode_error("[", "EOF").await;
    assert_decode_error(r#"[{"displayName":"Contoso"}"#, "EOF").await;
}

#[tokio::test]
async fn text_after_the_value_is_an_error() {
    assert_decode_error("[{}] [{}]", "trailing characters").await;
    assert_decode_error("[{}]\0", "trailing characters").await;
}

#[tokio::test]
async fn a_field_with_the_wrong_type_is_named_by_its_path() {
    assert_decode_error(r#"[{"city":7}]"#, "[0].city").await;
    assert_decode_error(r#"[{},{"technicalNotificationMails":["a",7]}]"#, "[1].technicalNotificationMails[1]").await;
    assert_decode_error(r#"[{"technicalNotificationMails":"a@b.c"}]"#, "[0].technicalNotificationMails").await;
}

#[tokio::test]
async fn bytes_that_are_not_utf_8_are_an_error_and_never_replaced() {
    assert_decode_error(b"[{\"city\":\"Z\xfcrich\"}]", "not UTF-8").await;
    assert_decode_error(b"[{\"city\":\"\xed\xa0\x80\"}]", "not UTF-8").await;
    assert_decode_error(b"\xff\xfe[\0{\0}\0]\0", "not UTF-8").await;
    assert_decode_error(b"{\"city\":\"Z\xfcrich\"}", "not UTF-8").await;
    assert_decode_error(b"[{\"city\":\"Z\xc3\"}]", "not UTF-8").await;
}

#[tokio::test]
async fn bytes_that_are_not_utf_8_in_unknown_fields_are_an_error() {
    assert_decode_error(b"[{\"displayName\":\"Contoso\",\"unknown\":\"Z\xfcrich\"}]", "not UTF-8").await;
}

#[tokio::test]
async fn utf_16_is_an_error() {
    let utf_16: Vec<u8> = r#"[{"city":"Redmond"}]"#.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_decode_error(utf_16, "line 1 column 2").await;
}

#[tokio::test]
async fn deep_nesting_does_not_overflow_the_stack() {
    let depth = 200_000;
    for (open, close) in [("[", "]"), (r#"{"value":"#, "}"), (r#"[{"city":"#, "}]")] {
        let body = format!("{}{}", open.repeat(depth), close.repeat(depth));
        let error = receive_error(MockResponse::new(200).body(body)).await;
        assert!(matches!(error.kind(), ErrorKind::UnexpectedBody), "{open}: {error}");
    }
}

#[tokio::test]
async fn undocumented_success_statuses_are_errors() {
    for status in [201, 202, 203, 204, 205, 206, 207, 226] {
        let body = if matches!(status, 204 | 205) { "" } else { "[{}]" };
        let error = receive_error(MockResponse::new(status).header("MS-RequestId", "theirs").body(body)).await;
        assert_eq!(error.kind(), ErrorKind::UnexpectedStatus, "{status}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert_eq!(error.received_request_id(), Some("theirs"), "{status}");
        assert_eq!(error.raw(), body, "{status}");
    }
}

#[tokio::test]
async fn not_modified_is_neither_a_success_nor_a_redirect() {
    assert_eq!(receive_error(MockResponse::new(304)).await.kind(), ErrorKind::UnexpectedStatus);
}

#[tokio::test]
async fn redirects_are_not_followed_whatever_the_status() {
    for status in [300, 301, 302, 303, 307, 308] {
        let error = receive_error(MockResponse::new(status).header("Location", "/elsewhere")).await;
        assert_eq!(error.kind(), ErrorKind::Redirected, "{status}");
        assert_eq!(error.location(), Some("/elsewhere"), "{status}");
    }
}
