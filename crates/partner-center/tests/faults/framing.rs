//! Responses that violate HTTP framing, and valid interim responses.

use partner_center::ErrorKind;
use partner_center_mock::faults::{EventKind, FaultResponse, FaultServer};

use crate::support::{CONTOSO, Outcome, assert_one_call, call, client, contoso};

/// The valid body after this head; then the connection closes.
fn behind(head: &str) -> FaultResponse {
    FaultResponse::raw(format!("{head}\r\n\r\n{CONTOSO}")).then_close()
}

#[tokio::test]
async fn invalid_http_is_a_connection_error_and_retried() -> Outcome {
    let length = CONTOSO.len();
    let invalid = [
        behind(&format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nContent-Length: {}", length + 1)),
        behind("HTTP/1.1 200 OK\r\nContent-Length: -1"),
        behind("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999"),
        behind("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked"),
        behind("HTTP/1.1 200 OK\r\nno colon in here"),
        behind("HTTP/1.1 999999 OK"),
        behind("HTTP/3.7 200 OK"),
        behind("ICY 200 OK"),
        FaultResponse::raw(CONTOSO).then_close(),
        FaultResponse::raw("\x16\x03\x01\x02\0\x01\0").then_close(),
        FaultResponse::raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").then_close(),
    ];
    for fault in invalid {
        let server = FaultServer::start([fault.clone(), contoso().into()]).await?;
        let response = call(&client(server.url())).await.map_err(|error| format!("{fault:?}: {error}"))?;
        assert_eq!((response.attempts(), server.count(EventKind::Request)), (2, 2), "{fault:?}");
        assert_one_call(&server, response.request_id());
    }
    Ok(())
}

#[tokio::test]
async fn a_framing_error_is_a_connection_error() -> Outcome {
    let doubled = behind("HTTP/1.1 200 OK\r\nContent-Length: 27\r\nContent-Length: 28");
    let server = FaultServer::start([doubled]).await?;
    let error = call(&client(server.url())).await.expect_err("two lengths");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connection, 4));
    assert!(error.to_string().contains("content-length"), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_length_with_chunks_smuggles_no_response_into_the_next_call() -> Outcome {
    let smuggled = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n[{},{},{},0]";
    let both = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{smuggled}");
    let server = FaultServer::start([FaultResponse::raw(both), contoso().into()]).await?;
    let client = client(server.url());
    let first = call(&client).await.expect_err("the chunks say that the body is empty");
    assert_eq!((first.kind(), first.raw().len()), (ErrorKind::UnexpectedBody, 0));
    let second = call(&client).await?;
    assert_eq!(second.raw(), CONTOSO, "each call gets its own response");
    Ok(())
}

#[tokio::test]
async fn bytes_after_a_response_are_not_the_next_response() -> Outcome {
    let extra = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    let server = FaultServer::start([FaultResponse::from(contoso()).then_raw(extra), contoso().into()]).await?;
    let client = client(server.url());
    assert_eq!(call(&client).await?.raw(), CONTOSO);
    assert_eq!(call(&client).await?.raw(), CONTOSO);
    Ok(())
}

#[tokio::test]
async fn interim_responses_are_skipped() -> Outcome {
    for interim in ["100 Continue", "102 Processing", "103 Early Hints\r\nLink: </x>"] {
        let response = FaultResponse::raw(format!("HTTP/1.1 {interim}\r\n\r\n")).then_respond(contoso());
        let server = FaultServer::start([response]).await?;
        assert_eq!(call(&client(server.url())).await?.attempts(), 1, "{interim}");
    }
    Ok(())
}

#[tokio::test]
async fn a_response_without_a_length_ends_with_the_connection() -> Outcome {
    for head in ["HTTP/1.1 200 OK\r\nConnection: close", "HTTP/1.0 200 OK"] {
        let server = FaultServer::start([behind(head)]).await?;
        assert_eq!(call(&client(server.url())).await?.raw(), CONTOSO, "{head}");
    }
    Ok(())
}
