//! The fault server does to a real HTTP client what it was told, and tells what it did.

use std::error::Error;
use std::time::Duration;

use partner_center_mock::examples::get_customer_organization as organization;
use partner_center_mock::faults::{Answer, EventKind, FaultServer, Framing};
use partner_center_mock::{Gate, Reply};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

type Outcome = Result<(), Box<dyn Error>>;

/// A client that makes a connection a call, so that the order of events is certain.
fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder().pool_max_idle_per_host(0).no_proxy().build()
}

async fn get(server: &FaultServer) -> Result<String, reqwest::Error> {
    client()?.get(server.url()).send().await?.text().await
}

/// The whole chain of an error, which is where hyper says what happened.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

#[tokio::test]
async fn answers_come_in_turn_and_the_last_one_is_repeated() -> Outcome {
    let server = FaultServer::start([Reply::text(503, "a"), Reply::text(200, "b")]).await?;
    assert_eq!([get(&server).await?, get(&server).await?, get(&server).await?], ["a", "b", "b"]);
    Ok(())
}

#[tokio::test]
async fn a_server_without_answers_says_so() -> Outcome {
    let server = FaultServer::start(Vec::<Answer>::new()).await?;
    assert!(get(&server).await?.contains("no answer"));
    Ok(())
}

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
async fn a_reset_in_the_status_line_is_an_error_of_the_connection() -> Outcome {
    let server = FaultServer::start([Answer::raw("HTTP/1.1 20").then_reset()]).await?;
    let error = get(&server).await.expect_err("there was no answer");
    assert!(chain(&error).contains("reset"), "{}", chain(&error));
    use EventKind::*;
    assert_eq!(server.event_kinds(), [Connected, Request, Sent, Reset]);
    Ok(())
}

#[tokio::test]
async fn a_reset_on_connect_comes_before_any_request() -> Outcome {
    let server = FaultServer::start([Answer::reset().on_connect(), organization::CONTOSO.into()]).await?;
    assert!(get(&server).await.is_err());
    assert_eq!(server.requests().len(), 0);
    assert_eq!(get(&server).await?, organization::CONTOSO.body);
    use EventKind::*;
    server.wait_for(Left, 1).await;
    assert_eq!(server.event_kinds(), [Connected, Reset, Connected, Request, Sent, Left]);
    Ok(())
}

#[tokio::test]
async fn a_close_without_an_answer_is_no_reset() -> Outcome {
    let server = FaultServer::start([Answer::close()]).await?;
    let error = get(&server).await.expect_err("there was no answer");
    assert!(chain(&error).contains("connection closed before message completed"), "{}", chain(&error));
    assert_eq!(server.event_kinds().last(), Some(&EventKind::Closed));
    Ok(())
}

#[tokio::test]
async fn a_close_on_connect_is_no_reset_even_with_a_request_under_way() -> Outcome {
    let server = FaultServer::start([Answer::close().on_connect()]).await?;
    let mut socket = TcpStream::connect(server.address()).await?;
    socket.write_all(b"GET / HTTP/1.1\r\n\r\n").await?;
    assert_eq!(socket.read(&mut [0; 1]).await?, 0);
    // A reset would make the next write fail.
    socket.write_all(b"GET / HTTP/1.1\r\n\r\n").await?;
    Ok(())
}

#[tokio::test]
async fn requests_sent_in_one_go_are_answered_one_by_one() -> Outcome {
    let server = FaultServer::start([Reply::new(204)]).await?;
    let mut socket = TcpStream::connect(server.address()).await?;
    socket.write_all(b"GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n").await?;
    socket.shutdown().await?;
    server.wait_for(EventKind::Left, 1).await;
    let paths: Vec<String> = server.requests().iter().map(|request| request.path().to_owned()).collect();
    assert_eq!(paths, ["/a", "/b"]);
    Ok(())
}

#[tokio::test]
async fn a_connection_closed_after_its_reply_goes_stale() -> Outcome {
    let server = FaultServer::start([Answer::reply(organization::CONTOSO).then_close()]).await?;
    let client = reqwest::Client::new();
    for _ in 0..3 {
        assert_eq!(client.get(server.url()).send().await?.text().await?, organization::CONTOSO.body);
        server.wait_for(EventKind::Closed, server.requests().len()).await;
    }
    assert_eq!(server.count(EventKind::Connected), 3);
    Ok(())
}

#[tokio::test]
async fn half_a_body_and_the_end_is_told_from_a_whole_one() -> Outcome {
    for torn in [Answer::partial(organization::CONTOSO, 10), Answer::partial(organization::CONTOSO, 10).then_reset()] {
        let server = FaultServer::start([torn]).await?;
        let answer = client()?.get(server.url()).send().await?;
        assert_eq!(answer.status(), 200);
        assert!(answer.bytes().await.is_err());
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_stall_lasts_until_the_client_leaves() -> Outcome {
    let server = FaultServer::start([Answer::stall()]).await?;
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
async fn a_late_answer_comes_when_told_by_tokios_clock() -> Outcome {
    let server = FaultServer::start([Answer::wait(Duration::from_secs(30)).then_reply(organization::CONTOSO)]).await?;
    let begun = Instant::now();
    assert_eq!(get(&server).await?, organization::CONTOSO.body);
    assert_eq!(begun.elapsed().as_secs(), 30);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_is_noticed_while_its_answer_waits() -> Outcome {
    let server = FaultServer::start([Answer::wait(Duration::from_secs(3600))]).await?;
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
async fn a_drip_gives_the_head_at_once_and_the_body_in_its_own_time() -> Outcome {
    let drip = Answer::drip(Reply::text(200, "0123456789"), 3, Duration::from_secs(1));
    let server = FaultServer::start([drip]).await?;
    let begun = Instant::now();
    let answer = client()?.get(server.url()).send().await?;
    assert_eq!(begun.elapsed().as_secs(), 0);
    assert_eq!(answer.text().await?, "0123456789");
    assert_eq!(begun.elapsed().as_secs(), 4);
    Ok(())
}

#[tokio::test]
async fn a_huge_body_is_streamed_with_each_framing() -> Outcome {
    for framing in [Framing::ContentLength, Framing::Chunked, Framing::UntilClose] {
        let server = FaultServer::start([Answer::huge(organization::CONTOSO, 3_000_000, framing)]).await?;
        let answer = client()?.get(server.url()).send().await?;
        let stated = answer.content_length();
        assert_eq!(stated, (framing == Framing::ContentLength).then_some(3_000_000), "{framing:?}");
        let body = tokio::time::timeout(Duration::from_secs(5), answer.text()).await??;
        assert_eq!((body.len(), body.trim_end()), (3_000_000, organization::CONTOSO.body), "{framing:?}");
    }
    Ok(())
}

#[tokio::test]
async fn an_endless_body_ends_when_the_client_leaves() -> Outcome {
    let server = FaultServer::start([Answer::huge(Reply::new(200), u64::MAX, Framing::Chunked)]).await?;
    let mut answer = client()?.get(server.url()).send().await?;
    assert!(answer.chunk().await?.is_some());
    drop(answer);
    server.wait_for(EventKind::Left, 1).await;
    Ok(())
}

#[tokio::test]
async fn a_held_answer_waits_for_its_gate() -> Outcome {
    let gate = Gate::new();
    let server = FaultServer::start([Answer::held(&gate, organization::CONTOSO)]).await?;
    let call = tokio::spawn(reqwest::get(server.url()));
    gate.wait_for(1).await;
    assert!(!call.is_finished());
    gate.let_through(1);
    assert_eq!(call.await??.status(), 200);
    Ok(())
}

#[tokio::test]
async fn a_refusing_address_keeps_its_port() -> Outcome {
    let server = FaultServer::refusing().await?;
    let error = get(&server).await.expect_err("nobody listens");
    assert!(error.is_connect() && chain(&error).contains("refused"), "{}", chain(&error));
    assert!(std::net::TcpListener::bind(server.address()).is_err());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn it_can_begin_to_listen_later() -> Outcome {
    let minute = Duration::from_secs(60);
    let server = FaultServer::builder().refuse_for(minute).answers([organization::CONTOSO]).start().await?;
    assert!(get(&server).await.is_err_and(|error| error.is_connect()));
    tokio::time::sleep(minute / 2).await;
    assert!(get(&server).await.is_err_and(|error| error.is_connect()));
    tokio::time::sleep(minute).await;
    assert_eq!(get(&server).await?, organization::CONTOSO.body);
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
async fn a_function_answers_by_the_request() -> Outcome {
    let server = FaultServer::answering(|request| match (request.path(), request.number()) {
        (_, 1) => Answer::reset(),
        ("/a", _) => Reply::text(200, "a").into(),
        _ => Reply::new(404).into(),
    })
    .await?;
    let get = |path| async move { client()?.get(path).send().await };
    let (a, b) = (format!("{}/a", server.url()), format!("{}/b", server.url()));
    assert!(get(a.clone()).await.is_err());
    assert_eq!((get(a).await?.status().as_u16(), get(b).await?.status().as_u16()), (200, 404));
    Ok(())
}

#[tokio::test]
async fn requests_are_kept_to_the_byte() -> Outcome {
    let server = FaultServer::start([Reply::new(204)]).await?;
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
async fn what_is_no_http_ends_the_connection() -> Outcome {
    let server = FaultServer::start([organization::CONTOSO]).await?;
    let mut socket = TcpStream::connect(server.address()).await?;
    socket.write_all(b"\x16\x03\x01\x02\x00").await?;
    assert_eq!(socket.read(&mut [0; 16]).await?, 0);
    use EventKind::*;
    assert_eq!(server.event_kinds(), [Connected, Malformed, Closed]);
    Ok(())
}

#[tokio::test]
async fn the_history_can_be_cut_and_counts_stay_whole() -> Outcome {
    let server = FaultServer::builder().history(2).answers([Reply::new(200)]).start().await?;
    for _ in 0..5 {
        get(&server).await?;
    }
    assert_eq!((server.events().len(), server.requests().len()), (2, 2));
    assert_eq!(server.count(EventKind::Request), 5);
    assert_eq!(server.requests()[1].number(), 5);
    Ok(())
}

#[tokio::test]
async fn shutdown_ends_every_connection_and_leaves_no_task() -> Outcome {
    let gate = Gate::new();
    let server = FaultServer::start([Answer::stall(), Answer::held(&gate, Reply::new(200))]).await?;
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
async fn dropping_the_server_leaves_no_task_either() -> Outcome {
    let server = FaultServer::start([Answer::stall()]).await?;
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

/// Every wait of the client and the server is hours long: were time to run on while bytes are on their way, a
/// timeout would fire.
#[tokio::test(start_paused = true)]
async fn paused_time_stands_still_while_an_answer_is_on_its_way() -> Outcome {
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
