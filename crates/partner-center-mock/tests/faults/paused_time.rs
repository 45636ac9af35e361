//! Delays are measured by tokio's clock, so tests can pause them.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_stall_lasts_until_the_client_disconnects() -> Outcome {
    let server = FaultServer::start([FaultResponse::stall()]).await?;
    let begun = Instant::now();
    let call = client()?.get(server.url()).timeout(Duration::from_secs(3600)).send().await;
    assert!(call.is_err_and(|error| error.is_timeout()));
    assert_eq!(begun.elapsed().as_secs(), 3600);
    use EventKind::*;
    server.wait_for(Left, 1).await;
    assert_eq!(server.event_kinds(), [Connected, Request, Stalled, Left]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_delayed_response_is_sent_on_time_by_tokios_clock() -> Outcome {
    let server =
        FaultServer::start([FaultResponse::wait(Duration::from_secs(30)).then_respond(organization::CONTOSO)]).await?;
    let begun = Instant::now();
    assert_eq!(get(&server).await?, organization::CONTOSO.body);
    assert_eq!(begun.elapsed().as_secs(), 30);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_disconnect_is_noticed_while_the_response_waits() -> Outcome {
    let server = FaultServer::start([FaultResponse::wait(Duration::from_secs(3600))]).await?;
    let begun = Instant::now();
    let mut socket = TcpStream::connect(server.address()).await?;
    socket.write_all(b"GET / HTTP/1.1\r\n\r\n").await?;
    server.wait_for(EventKind::Request, 1).await;
    drop(socket);
    server.wait_for(EventKind::Left, 1).await;
    assert_eq!(begun.elapsed(), Duration::ZERO);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_drip_sends_the_head_at_once_and_the_body_slowly() -> Outcome {
    let drip = FaultResponse::drip(MockResponse::text(200, "0123456789"), 3, Duration::from_secs(1));
    let server = FaultServer::start([drip]).await?;
    let begun = Instant::now();
    let response = client()?.get(server.url()).send().await?;
    assert_eq!(begun.elapsed().as_secs(), 0);
    assert_eq!(response.text().await?, "0123456789");
    assert_eq!(begun.elapsed().as_secs(), 4);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_server_can_listen_after_a_delay() -> Outcome {
    let minute = Duration::from_secs(60);
    let server = FaultServer::builder().listen_after(minute).responses([organization::CONTOSO]).start().await?;
    assert!(get(&server).await.is_err_and(|error| error.is_connect()));
    tokio::time::sleep(minute / 2).await;
    assert!(get(&server).await.is_err_and(|error| error.is_connect()));
    tokio::time::sleep(minute).await;
    assert_eq!(get(&server).await?, organization::CONTOSO.body);
    Ok(())
}

/// The client's timeout is an hour: if time advanced while bytes are in transit, it would fire.
#[tokio::test(start_paused = true)]
async fn paused_time_does_not_advance_while_a_response_is_in_transit() -> Outcome {
    let server = FaultServer::start([organization::CONTOSO]).await?;
    let client = reqwest::Client::builder().timeout(Duration::from_secs(3600)).no_proxy().build()?;
    let begun = Instant::now();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..100 {
        calls.spawn(client.get(server.url()).send());
    }
    while let Some(call) = calls.join_next().await {
        assert_eq!(call??.text().await?, organization::CONTOSO.body);
    }
    assert_eq!(begun.elapsed(), Duration::ZERO);
    Ok(())
}
