//! Bodies that are too large, compressed, wrongly encoded, truncated, or not from the service.

use std::io::Write;

use partner_center::ErrorKind;
use partner_center_mock::MockResponse;
use partner_center_mock::faults::{EventKind, FaultResponse, FaultServer, Framing};

use crate::support::{CONTOSO, Outcome, assert_one_call, builder, call, client, contoso, status, until};

/// Far more than the limit and the socket buffers.
const HUGE: u64 = 64 << 20;

/// `[{}]` compressed with gzip.
const PACKED: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x8b\xae\xae\x8d\x05\0\x8a\x10\xce\x9e\x04\0\0\0";

/// Asserts that `response` is an error of this kind after one request, and returns the error.
async fn assert_final(
    response: impl Into<FaultResponse>,
    kind: ErrorKind,
) -> Result<partner_center::Error, std::io::Error> {
    let server = FaultServer::start([response.into(), contoso().into()]).await?;
    let error = call(&client(server.url())).await.expect_err("no organization");
    assert_eq!((error.kind(), error.attempts()), (kind, 1), "{error}");
    assert_eq!(server.count(EventKind::Request), 1, "{error}");
    assert!(error.request_id().is_some() && error.correlation_id().is_some());
    Ok(error)
}

#[tokio::test]
async fn reading_stops_at_the_limit_however_the_body_is_framed() -> Outcome {
    for framing in [Framing::ContentLength, Framing::Chunked, Framing::UntilClose] {
        let echo = contoso().header("MS-CorrelationId", "their-trace");
        let server = FaultServer::start([FaultResponse::huge(echo, HUGE, framing)]).await?;
        let error = call(&client(server.url())).await.expect_err("64 MiB");
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::UnexpectedBody, 1), "{framing:?}");
        assert_eq!(status(&error), Some(200));
        assert_eq!(error.received_correlation_id(), Some("their-trace"));
        assert!(error.to_string().contains("larger than 1 MiB"), "{error}");
        assert_eq!(error.raw().len(), 1 << 20, "{framing:?}");
        assert!(error.raw().starts_with(CONTOSO.as_bytes()), "{framing:?}");
        // The client disconnects; the server could never send it all.
        until(&server, EventKind::Left, 1).await;
        assert_eq!(server.count(EventKind::Sent), 0, "{framing:?}");
    }
    Ok(())
}

#[tokio::test]
async fn an_error_with_a_huge_body_keeps_its_status() -> Outcome {
    for (sent, kind) in [(404, ErrorKind::NotFound), (403, ErrorKind::Forbidden), (501, ErrorKind::ServerFailure)] {
        let fault = FaultResponse::huge(MockResponse::new(sent), HUGE, Framing::Chunked);
        assert_eq!(status(&assert_final(fault, kind).await?), Some(sent));
    }
    let busy = FaultResponse::huge(MockResponse::new(503).header("Retry-After", "0"), HUGE, Framing::ContentLength);
    let server = FaultServer::start([busy, contoso().into()]).await?;
    let response = call(&client(server.url())).await?;
    assert_eq!(response.attempts(), 2, "a transient failure is retried whatever its body");
    assert_one_call(&server, response.request_id());
    Ok(())
}

#[tokio::test]
async fn a_body_is_not_decompressed() -> Outcome {
    let packed = MockResponse::new(200).header("Content-Encoding", "gzip").body(PACKED);
    let error = assert_final(packed, ErrorKind::UnexpectedBody).await?;
    assert_eq!(error.raw(), PACKED);
    Ok(())
}

#[tokio::test]
async fn the_limit_applies_to_what_the_callers_client_decompresses() -> Outcome {
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    bomb.write_all(&vec![b' '; 16 << 20])?;
    let bomb = bomb.finish()?;
    assert!(bomb.len() < 1 << 16);
    let server = FaultServer::start([MockResponse::new(200).header("Content-Encoding", "gzip").body(bomb)]).await?;
    let http = partner_center::reqwest::Client::builder().gzip(true);
    let error = call(&builder(server.url()).http_client_builder(http).build()?).await.expect_err("16 MiB");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::UnexpectedBody, 1), "{error}");
    Ok(())
}

#[tokio::test]
async fn truncated_json_in_a_complete_response_is_not_retried() -> Outcome {
    let error = assert_final(MockResponse::text(200, r#"[{"displayName":"Conto"#), ErrorKind::UnexpectedBody).await?;
    assert_eq!(status(&error), Some(200));
    assert_eq!(error.raw(), r#"[{"displayName":"Conto"#);
    assert!(error.to_string().contains("[0].displayName") && error.to_string().contains("EOF"), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_captive_portals_page_is_named_but_not_shown() -> Outcome {
    let page = "<html><head><title>Sign in</title></head><body>\u{1b}[31msecret</body></html>";
    let error = assert_final(MockResponse::html(200, page), ErrorKind::UnexpectedBody).await?;
    assert!(error.to_string().contains("HTML") && !error.to_string().contains("secret"), "{error}");
    assert_eq!(error.raw(), page);
    Ok(())
}

#[tokio::test]
async fn a_byte_order_mark_is_stripped_from_successes_and_errors() -> Outcome {
    let failure = MockResponse::text(404, r#"{"code":60003,"description":"d"}"#).byte_order_mark();
    let server = FaultServer::start([contoso().byte_order_mark(), failure]).await?;
    let client = client(server.url());
    assert_eq!(call(&client).await?.display_name.as_deref(), Some("Contoso"));
    let error = call(&client).await.expect_err("not found");
    assert_eq!((error.kind(), error.code(), error.description()), (ErrorKind::NotFound, Some("60003"), Some("d")));
    assert!(error.raw().starts_with(b"\xef\xbb\xbf"), "the raw body is as it came");
    Ok(())
}

#[tokio::test]
async fn other_encodings_are_errors_whatever_the_charset_says() -> Outcome {
    let utf_16 = |mark: &[u8], unit: fn(u16) -> [u8; 2]| {
        [mark, &CONTOSO.encode_utf16().flat_map(unit).collect::<Vec<_>>()].concat()
    };
    let latin_1 = b"[{\"city\":\"Z\xfcrich\"}]".to_vec();
    for (charset, body) in [
        ("utf-16", utf_16(b"\xff\xfe", u16::to_le_bytes)),
        ("utf-16", utf_16(b"\xfe\xff", u16::to_be_bytes)),
        ("utf-16le", utf_16(b"", u16::to_le_bytes)),
        ("iso-8859-1", latin_1.clone()),
        ("utf-8", latin_1),
    ] {
        let response = MockResponse::new(200).header("Content-Type", format!("application/json; charset={charset}"));
        let error = assert_final(response.body(body.clone()), ErrorKind::UnexpectedBody).await?;
        assert_eq!(error.raw(), &body, "{charset}");
    }
    // A wrong charset does not affect a UTF-8 body.
    let response = MockResponse::new(200).header("Content-Type", "application/json; charset=utf-16").body(CONTOSO);
    let server = FaultServer::start([response]).await?;
    assert_eq!(call(&client(server.url())).await?.display_name.as_deref(), Some("Contoso"));
    Ok(())
}
