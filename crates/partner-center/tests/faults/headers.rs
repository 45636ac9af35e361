//! Hostile headers and reason phrases in responses, and forged paths.

use partner_center::ErrorKind;
use partner_center_mock::faults::{FaultResponse, FaultServer};

use crate::support::{CONTOSO, CUSTOMER, Outcome, call, client, contoso, status};

/// A 404 with these raw header lines.
fn not_found(lines: &[u8]) -> FaultResponse {
    let head = [b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n", lines, b"\r\n\r\n"].concat();
    FaultResponse::raw(head)
}

#[tokio::test]
async fn an_id_of_64_kilobytes_is_kept_and_shown_truncated() -> Outcome {
    let id = "x".repeat(64 * 1024);
    let server = FaultServer::start([not_found(format!("MS-CorrelationId: {id}").as_bytes())]).await?;
    let error = call(&client(server.url())).await.expect_err("not found");
    assert_eq!(error.received_correlation_id(), Some(&*id));
    assert!(error.to_string().len() < 1000 && format!("{error:?}").len() < 2000, "{}", error.to_string().len());
    Ok(())
}

#[tokio::test]
async fn an_id_with_bidirectional_control_characters_is_escaped() -> Outcome {
    let id = "a\u{202e}b\u{200b}c\u{9}d";
    let server = FaultServer::start([not_found(format!("MS-CorrelationId: {id}").as_bytes())]).await?;
    let error = call(&client(server.url())).await.expect_err("not found");
    assert_eq!(error.received_correlation_id(), Some(id));
    assert!(error.to_string().contains("a\\u{202e}b\\u{200b}c\\u{9}d"), "{error}");
    Ok(())
}

#[tokio::test]
async fn an_id_that_is_not_text_is_none() -> Outcome {
    let server = FaultServer::start([not_found(b"MS-CorrelationId: \xff\xfe\r\nMS-RequestId: fine")]).await?;
    let error = call(&client(server.url())).await.expect_err("not found");
    assert_eq!((error.received_correlation_id(), error.received_request_id()), (None, Some("fine")));
    assert_eq!(status(&error), Some(404));
    Ok(())
}

#[tokio::test]
async fn control_characters_in_a_header_are_invalid_http() -> Outcome {
    for lines in [b"MS-CorrelationId: \x1b[31m".as_slice(), b"MS-CorrelationId: a\0b", b"MS-CorrelationId: a\rb"] {
        let server = FaultServer::start([not_found(lines)]).await?;
        let error = call(&client(server.url())).await.expect_err("not even HTTP");
        assert_eq!(error.kind(), ErrorKind::Connection, "{lines:?}");
        assert!(!error.to_string().chars().any(char::is_control), "{error:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_hostile_reason_phrase_is_kept_and_shown_escaped() -> Outcome {
    let phrase = format!("nope\u{9}{}", "y".repeat(5000));
    let response = FaultResponse::raw(format!("HTTP/1.1 403 {phrase}\r\nContent-Length: 0\r\n\r\n"));
    let server = FaultServer::start([response]).await?;
    let error = call(&client(server.url())).await.expect_err("forbidden");
    assert_eq!(error.description(), Some(&*phrase));
    let shown = error.to_string();
    assert!(shown.contains("nope\\u{9}yyy") && shown.len() < 600, "{shown}");
    Ok(())
}

#[tokio::test]
async fn the_reason_phrase_is_used_if_there_is_no_body() -> Outcome {
    let head = "HTTP/1.1 401 Unauthorized - MFA required\r\nContent-Length: 0\r\n\r\n";
    let server = FaultServer::start([FaultResponse::raw(head)]).await?;
    let error = call(&client(server.url())).await.expect_err("no multi-factor authentication");
    assert_eq!(error.kind(), ErrorKind::MfaRequired);
    assert_eq!(error.description(), Some("Unauthorized - MFA required"));
    Ok(())
}

#[tokio::test]
async fn ten_thousand_headers_do_not_hang_the_client() -> Outcome {
    let many: String = (0..10_000).map(|number| format!("X-{number}: {number}\r\n")).collect();
    let server = FaultServer::start([not_found(many.trim_end().as_bytes()), contoso().into()]).await?;
    let response = call(&client(server.url())).await?;
    assert_eq!(response.attempts(), 2, "more headers than anybody needs are no HTTP");
    Ok(())
}

#[tokio::test]
async fn a_customer_is_a_guid_so_no_path_can_be_forged() -> Outcome {
    use partner_center::uuid::Uuid;
    for text in ["../../x", "a/b", "%2f", "..%2f..", "4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04/../x", "ü", ""] {
        assert!(Uuid::parse_str(text).is_err(), "{text}");
    }
    let server = FaultServer::start([contoso()]).await?;
    assert_eq!(call(&client(server.url())).await?.raw(), CONTOSO);
    assert_eq!(server.requests()[0].target(), format!("/v1/customers/{CUSTOMER}/organization"));
    Ok(())
}
