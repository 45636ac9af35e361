//! The server's address, record of events, and shutdown.

use super::*;

#[tokio::test]
async fn an_address_that_refuses_connections_reserves_its_port() -> Outcome {
    let server = FaultServer::connection_refused().await?;
    let error = get(&server).await.expect_err("nothing listens");
    assert!(error.is_connect() && chain(&error).contains("refused"), "{}", chain(&error));
    assert!(std::net::TcpListener::bind(server.address()).is_err());
    Ok(())
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn connecting_to_a_black_hole_hangs() -> Outcome {
    let server = FaultServer::black_hole().await?;
    let connect = tokio::time::timeout(Duration::from_millis(50), TcpStream::connect(server.address()));
    assert!(connect.await.is_err());
    Ok(())
}

#[tokio::test]
async fn requests_are_recorded_byte_for_byte() -> Outcome {
    let server = FaultServer::start([MockResponse::new(204)]).await?;
    let mut socket = TcpStream::connect(server.address()).await?;
    let sent = b"POST /x?y HTTP/1.1\r\nHost: h\r\nX-oDD:  two  spaces\r\nContent-Length: 2\r\n\r\n\xFF\x00";
    for half in sent.chunks(sent.len() / 2) {
        socket.write_all(half).await?;
        tokio::task::yield_now().await;
    }
    server.wait_for(EventKind::Sent, 1).await;
    let request = server.requests().pop().ok_or("no request")?;
    assert_eq!([request.head(), request.body()].concat(), sent);
    assert_eq!(request.headers()[1], ("X-oDD".into(), "two  spaces".into()));
    Ok(())
}

#[tokio::test]
async fn bytes_that_are_not_http_close_the_connection() -> Outcome {
    let server = FaultServer::start([organization::CONTOSO]).await?;
    let mut socket = TcpStream::connect(server.address()).await?;
    socket.write_all(b"\x16\x03\x01\x02\x00").await?;
    assert_eq!(socket.read(&mut [0; 16]).await?, 0);
    use EventKind::*;
    assert_eq!(server.event_kinds(), [Connected, Malformed, Closed]);
    Ok(())
}

#[tokio::test]
async fn the_history_can_be_limited_and_counts_stay_complete() -> Outcome {
    let server = FaultServer::builder().history(2).responses([MockResponse::new(200)]).start().await?;
    for _ in 0..5 {
        get(&server).await?;
    }
    assert_eq!((server.events().len(), server.requests().len()), (2, 2));
    assert_eq!(server.count(EventKind::Request), 5);
    assert_eq!(server.requests()[1].number(), 5);
    Ok(())
}

#[tokio::test]
async fn shutdown_closes_every_connection_and_leaves_no_task() -> Outcome {
    let gate = Gate::new();
    let server =
        FaultServer::start([FaultResponse::stall(), FaultResponse::held(&gate, MockResponse::new(200))]).await?;
    let mut sockets = Vec::new();
    for expected in 1..=2 {
        let mut socket = TcpStream::connect(server.address()).await?;
        socket.write_all(b"GET / HTTP/1.1\r\n\r\n").await?;
        server.wait_for(EventKind::Request, expected).await;
        sockets.push(socket);
    }
    gate.wait_for(1).await;
    assert_eq!(server.open_connections(), 2);
    server.shutdown().await;
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 0);
    for mut socket in sockets {
        assert!(matches!(socket.read(&mut [0; 1]).await, Ok(0) | Err(_)));
    }
    Ok(())
}

#[tokio::test]
async fn dropping_the_server_leaves_no_task() -> Outcome {
    let server = FaultServer::start([FaultResponse::stall()]).await?;
    let mut socket = TcpStream::connect(server.address()).await?;
    socket.write_all(b"GET / HTTP/1.1\r\n\r\n").await?;
    server.wait_for(EventKind::Stalled, 1).await;
    let address = server.address();
    drop(server);
    assert_eq!(socket.read(&mut [0; 1]).await?, 0);
    while tokio::runtime::Handle::current().metrics().num_alive_tasks() > 0 {
        tokio::task::yield_now().await;
    }
    assert!(TcpStream::connect(address).await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_function_can_choose_the_response_by_the_request() -> Outcome {
    let server = FaultServer::start_with(|request| match (request.path(), request.number()) {
        (_, 1) => FaultResponse::reset(),
        ("/a", _) => MockResponse::text(200, "a").into(),
        _ => MockResponse::new(404).into(),
    })
    .await?;
    let get = |path| async move { client()?.get(path).send().await };
    let (a, b) = (format!("{}/a", server.url()), format!("{}/b", server.url()));
    assert!(get(a.clone()).await.is_err());
    assert_eq!((get(a).await?.status().as_u16(), get(b).await?.status().as_u16()), (200, 404));
    Ok(())
}

#[tokio::test]
async fn a_server_without_responses_says_so() -> Outcome {
    let server = FaultServer::start(Vec::<FaultResponse>::new()).await?;
    assert!(get(&server).await?.contains("no responses"));
    Ok(())
}

#[tokio::test]
async fn responses_are_sent_in_turn_and_the_last_one_repeats() -> Outcome {
    let server = FaultServer::start([MockResponse::text(503, "a"), MockResponse::text(200, "b")]).await?;
    assert_eq!([get(&server).await?, get(&server).await?, get(&server).await?], ["a", "b", "b"]);
    Ok(())
}
