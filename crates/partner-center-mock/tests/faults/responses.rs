//! Each kind of response, as a client receives it.

use super::*;

#[tokio::test]
async fn a_connection_is_kept_alive_for_the_next_request() -> Outcome {
    let server = FaultServer::start([organization::CONTOSO]).await?;
    let client = reqwest::Client::new();
    for _ in 0..3 {
        assert_eq!(client.get(server.url()).send().await?.text().await?, organization::CONTOSO.body);
    }
    let requests = server.requests();
    assert_eq!(
        requests.iter().map(|request| (request.connection(), request.number())).collect::<Vec<_>>(),
        [(1, 1), (1, 2), (1, 3)]
    );
    assert_eq!(server.open_connections(), 1);
    drop(client);
    server.wait_for(EventKind::Left, 1).await;
    assert_eq!(server.open_connections(), 0);
    Ok(())
}

#[tokio::test]
async fn a_reset_in_the_status_line_is_a_connection_error() -> Outcome {
    let server = FaultServer::start([FaultResponse::raw("HTTP/1.1 20").then_reset()]).await?;
    let error = get(&server).await.expect_err("there was no response");
    // The message depends on the platform.
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    let kind = causes.filter_map(|cause| cause.downcast_ref::<std::io::Error>()).map(std::io::Error::kind).next();
    assert_eq!(kind, Some(std::io::ErrorKind::ConnectionReset), "{}", chain(&error));
    use EventKind::*;
    assert_eq!(server.event_kinds(), [Connected, Request, Sent, Reset]);
    Ok(())
}

#[tokio::test]
async fn a_reset_on_connect_comes_before_any_request() -> Outcome {
    let server = FaultServer::start([FaultResponse::reset().on_connect(), organization::CONTOSO.into()]).await?;
    assert!(get(&server).await.is_err());
    assert_eq!(server.requests().len(), 0);
    assert_eq!(get(&server).await?, organization::CONTOSO.body);
    use EventKind::*;
    server.wait_for(Left, 1).await;
    assert_eq!(server.event_kinds(), [Connected, Reset, Connected, Request, Sent, Left]);
    Ok(())
}

#[tokio::test]
async fn a_close_without_a_response_is_not_a_reset() -> Outcome {
    let server = FaultServer::start([FaultResponse::close()]).await?;
    let error = get(&server).await.expect_err("there was no response");
    assert!(chain(&error).contains("connection closed before message completed"), "{}", chain(&error));
    assert_eq!(server.event_kinds().last(), Some(&EventKind::Closed));
    Ok(())
}

#[tokio::test]
async fn a_close_on_connect_is_not_a_reset_even_with_a_pending_request() -> Outcome {
    let server = FaultServer::start([FaultResponse::close().on_connect()]).await?;
    let mut socket = TcpStream::connect(server.address()).await?;
    socket.write_all(b"GET / HTTP/1.1\r\n\r\n").await?;
    assert_eq!(socket.read(&mut [0; 1]).await?, 0);
    // A reset would make the next write fail.
    socket.write_all(b"GET / HTTP/1.1\r\n\r\n").await?;
    Ok(())
}

#[tokio::test]
async fn pipelined_requests_get_one_response_each() -> Outcome {
    let server = FaultServer::start([MockResponse::new(204)]).await?;
    let mut socket = TcpStream::connect(server.address()).await?;
    socket.write_all(b"GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n").await?;
    socket.shutdown().await?;
    server.wait_for(EventKind::Left, 1).await;
    let paths: Vec<String> = server.requests().iter().map(|request| request.path().to_owned()).collect();
    assert_eq!(paths, ["/a", "/b"]);
    Ok(())
}

#[tokio::test]
async fn a_connection_closed_after_its_response_goes_stale() -> Outcome {
    let server = FaultServer::start([FaultResponse::respond(organization::CONTOSO).then_close()]).await?;
    let client = reqwest::Client::new();
    for _ in 0..3 {
        assert_eq!(client.get(server.url()).send().await?.text().await?, organization::CONTOSO.body);
        server.wait_for(EventKind::Closed, server.requests().len()).await;
    }
    assert_eq!(server.count(EventKind::Connected), 3);
    Ok(())
}

#[tokio::test]
async fn a_truncated_body_is_an_error() -> Outcome {
    for truncated in [
        FaultResponse::partial(organization::CONTOSO, 10),
        FaultResponse::partial(organization::CONTOSO, 10).then_reset(),
    ] {
        let server = FaultServer::start([truncated]).await?;
        let response = client()?.get(server.url()).send().await?;
        assert_eq!(response.status(), 200);
        assert!(response.bytes().await.is_err());
    }
    Ok(())
}

#[tokio::test]
async fn a_huge_body_is_streamed_with_each_framing() -> Outcome {
    for framing in [Framing::ContentLength, Framing::Chunked, Framing::UntilClose] {
        let server = FaultServer::start([FaultResponse::huge(organization::CONTOSO, 3_000_000, framing)]).await?;
        let response = client()?.get(server.url()).send().await?;
        let stated = response.content_length();
        assert_eq!(stated, (framing == Framing::ContentLength).then_some(3_000_000), "{framing:?}");
        let body = tokio::time::timeout(Duration::from_secs(5), response.text()).await??;
        assert_eq!((body.len(), body.trim_end()), (3_000_000, organization::CONTOSO.body), "{framing:?}");
    }
    Ok(())
}

#[tokio::test]
async fn an_endless_body_ends_when_the_client_disconnects() -> Outcome {
    let server = FaultServer::start([FaultResponse::huge(MockResponse::new(200), u64::MAX, Framing::Chunked)]).await?;
    let mut response = client()?.get(server.url()).send().await?;
    assert!(response.chunk().await?.is_some());
    drop(response);
    server.wait_for(EventKind::Left, 1).await;
    Ok(())
}

#[tokio::test]
async fn a_held_response_waits_for_its_gate() -> Outcome {
    let gate = Gate::new();
    let server = FaultServer::start([FaultResponse::held(&gate, organization::CONTOSO)]).await?;
    let call = tokio::spawn(reqwest::get(server.url()));
    gate.wait_for(1).await;
    assert!(!call.is_finished());
    gate.let_through(1);
    assert_eq!(call.await??.status(), 200);
    Ok(())
}
