//! The text of errors: one line with the facts, and no control characters.

use std::error::Error as _;

use partner_center_mock::MockResponse;
use serde_json::json;

use crate::support::{TOKEN, receive_error};

#[tokio::test]
async fn one_line_has_the_failure_status_code_and_both_ids() {
    let error = receive_error(MockResponse::json(403, &json!({ "code": 900308, "description": "Not allowed." }))).await;
    let (request_id, correlation_id) = (error.request_id(), error.correlation_id());
    let ids = request_id.zip(correlation_id).expect("a call has both ids");
    let expected = format!(
        "no suitable GDAP role with this customer: Not allowed. (HTTP 403, code 900308, request id {}, correlation id {})",
        ids.0, ids.1
    );
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn hostile_text_is_kept_and_shown_escaped_and_truncated() {
    let text = format!("\u{1b}[2J\r\nroot:\u{202e}{}", "x".repeat(70_000));
    let error = receive_error(MockResponse::json(400, &json!({ "code": "\u{7}bell", "description": text }))).await;
    for shown in [error.to_string(), format!("{error:?}")] {
        assert!(!shown.contains(['\u{1b}', '\u{7}', '\r', '\n', '\u{202e}']), "{shown:?}");
        assert!(shown.len() < 2000, "{} bytes", shown.len());
    }
    assert!(error.to_string().contains("\\u{1b}[2J"), "{error}");
    assert_eq!(error.description(), Some(&*text));
    assert_eq!(error.code(), Some("\u{7}bell"));
}

#[tokio::test]
async fn display_and_debug_show_neither_body_nor_token() {
    let response = MockResponse::text(500, format!(r#"{{"description":"d","data":["body-text {TOKEN}"]}}"#));
    let error = receive_error(response.header("X-Private", "header-text")).await;
    for shown in [error.to_string(), format!("{error:?}"), format!("{error:#?}")] {
        assert!(!shown.contains("body-text") && !shown.contains("header-text") && !shown.contains(TOKEN), "{shown}");
    }
    assert!(String::from_utf8_lossy(error.raw()).contains("body-text"));
}

#[tokio::test]
async fn a_redirect_shows_its_host_without_the_query() {
    let location = "https://login.example/authorize?code=one-time-code&state=s";
    let error = receive_error(MockResponse::new(302).header("Location", location)).await;
    assert_eq!(error.kind(), partner_center::ErrorKind::Redirected);
    assert_eq!(error.location(), Some(location));
    let shown = error.to_string();
    assert!(shown.contains("login.example") && !shown.contains("one-time-code"), "{shown}");
}

#[tokio::test]
async fn customer_data_in_a_decode_error_is_not_shown() {
    let error = receive_error(MockResponse::text(
        200,
        r#"[{"technicalNotificationMails": "it@customer.example, expected x"}]"#,
    ))
    .await;
    for text in [error.to_string(), format!("{error:?}"), error.source().expect("the JSON error").to_string()] {
        assert!(!text.contains("customer.example") && text.contains("expected a sequence"), "{text}");
    }
    assert!(error.to_string().contains("[0].technicalNotificationMails"), "{error}");
}

#[tokio::test]
async fn an_empty_correlation_id_is_not_shown() {
    for id in ["", " "] {
        let error = receive_error(MockResponse::new(500).header("MS-CorrelationId", id)).await;
        assert_eq!(error.received_correlation_id(), None);
        assert!(!error.to_string().contains("received"), "{error}");
    }
}

#[tokio::test]
async fn the_source_of_the_error_is_kept() {
    let error = receive_error(MockResponse::text(200, r#"[{"city": 7}]"#)).await;
    let cause = error.source().expect("the JSON error");
    assert!(cause.to_string().contains("expected a string"), "{cause}");
}
