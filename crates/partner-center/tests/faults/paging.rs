//! Pages of the list of customers: every form of the way to the next one, and everything that must not end the list.

use std::time::Duration;

use partner_center::uuid::Uuid;
use partner_center::{Client, Customers, Error, ErrorKind};
use partner_center_mock::faults::{EventKind, FaultResponse, FaultServer, Request};
use partner_center_mock::{Gate, MockResponse};
use serde_json::{Value, json};

use crate::capture::{Capture, SECRET};
use crate::clock::Clock;
use crate::support::{Outcome, builder, client, soon, status};

const LINK: &str = "/v1/customers?size=2&seekOperation=Next";

/// The member `links` with a link to the next page, and the token in its header.
fn link(uri: &str, token: &str) -> Value {
    let headers = json!([{ "key": "Authorization", "value": "Bearer of-the-link" }, { "key": "ms-continuationtoken", "value": token }]);
    json!({ "links": { "self": { "uri": "/customers" }, "next": { "uri": uri, "method": "GET", "headers": headers } } })
}

/// A page with these customers, and with the members of `rest`.
fn page(customers: impl IntoIterator<Item = u128>, mut rest: Value) -> MockResponse {
    let items = customers.into_iter().map(|number| json!({ "id": Uuid::from_u128(number) }));
    rest["items"] = items.collect();
    rest["totalCount"] = json!(1);
    MockResponse::json(200, &rest)
}

/// A last page.
fn last(customers: impl IntoIterator<Item = u128>) -> MockResponse {
    page(customers, json!({}))
}

/// The customers of a list by number, and the error that it ended with.
async fn read(mut customers: Customers) -> (Vec<u128>, Option<Error>) {
    let (mut numbers, mut error) = (Vec::new(), None);
    while let Some(item) = soon(customers.next()).await {
        assert!(error.is_none(), "nothing comes after {error:?}");
        match item {
            Ok(customer) => numbers.push(customer.id.as_u128()),
            Err(failure) => error = Some(failure),
        }
    }
    assert!(soon(customers.next()).await.is_none(), "the end stays the end");
    (numbers, error)
}

/// What the responses in turn are read as.
async fn list(responses: impl IntoIterator<Item = MockResponse>) -> (Vec<u128>, Option<Error>, FaultServer) {
    let server = FaultServer::start(responses).await.expect("loopback has a free port");
    let (numbers, error) = read(client(server.url()).customers()).await;
    (numbers, error, server)
}

/// The target of each request, and its continuation token.
fn requests(server: &FaultServer) -> Vec<(String, Option<String>)> {
    let token = |request: &Request| request.header("ms-continuationtoken").map(str::to_owned);
    server.requests().iter().map(|request| (request.target().to_owned(), token(request))).collect()
}

fn sent(target: &str, token: &str) -> (String, Option<String>) {
    (target.to_owned(), Some(token.to_owned()))
}

#[tokio::test]
async fn tokens_in_links_and_bodies_are_followed_and_the_links_wins() -> Outcome {
    let mut both = link(LINK, "of the link, a/b==");
    both["continuationToken"] = json!("of the body");
    let token_only = json!({ "continuationToken": "of the body", "links": null });
    let blank = json!({ "continuationToken": " ", "links": { "next": null } });
    let server = FaultServer::start([page([1, 2], both), page([3], token_only), page([4], blank)]).await?;
    let (numbers, error) = read(client(server.url()).customers().page_size(7)).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(numbers, [1, 2, 3, 4]);
    let [first, second, third] = &requests(&server)[..] else { panic!("three pages: {server:?}") };
    assert_eq!(*first, ("/v1/customers?size=7".to_owned(), None));
    assert_eq!(*second, sent("/v1/customers?seekOperation=Next&size=2", "of the link, a/b=="));
    assert_eq!(*third, sent("/v1/customers?seekOperation=Next&size=2", "of the body"));
    let (ids, correlations): (Vec<_>, Vec<_>) = server
        .requests()
        .iter()
        .map(|one| (one.header("ms-requestid").map(str::to_owned), one.header("ms-correlationid").map(str::to_owned)))
        .unzip();
    assert!(ids[0] != ids[1] && ids[1] != ids[2], "a page is a call of its own");
    assert!(correlations[0] == correlations[1] && correlations[1] == correlations[2], "a list has one correlation id");
    for request in server.requests() {
        assert_eq!(request.header("authorization"), Some(&*format!("Bearer {}", crate::client::TOKEN)));
    }
    Ok(())
}

#[tokio::test]
async fn every_form_of_a_link_to_the_list_is_the_same_request() -> Outcome {
    for uri in [
        "/v1/customers?size=2&seekOperation=Next",
        "/customers?size=2&seekOperation=Next",
        "customers?size=2&seekoperation=Next",
        "/v1//v1/customers?size=2&seekOperation=Next",
        "//v1/customers?size=2&seekOperation=Next",
        "/v1/customers?size=2?seekOperation=Next",
        "BASE/v1/customers?size=2&seekOperation=Next",
        "BASE/customers?size=2&seekOperation=Next",
    ] {
        let base = std::sync::Arc::new(std::sync::OnceLock::<String>::new());
        let own = base.clone();
        let server = FaultServer::start_with(move |request| {
            let uri = uri.replace("BASE", own.get().expect("the server has started"));
            FaultResponse::from(if request.number() == 1 { page([1], link(&uri, "t")) } else { last([2]) })
        })
        .await?;
        base.set(server.url()).expect("it is set once");
        let (numbers, error) = read(client(server.url()).customers()).await;
        assert!(error.is_none(), "{uri}: {error:?}");
        assert_eq!(numbers, [1, 2], "{uri}");
        assert_eq!(requests(&server)[1], sent("/v1/customers?seekOperation=Next&size=2", "t"), "{uri}");
    }
    Ok(())
}

#[tokio::test]
async fn the_list_keeps_the_path_of_the_base_url() -> Outcome {
    for uri in [LINK, "/gateway/v1/customers?size=2&seekOperation=Next"] {
        let server = FaultServer::start([page([1], link(uri, "t")), last([2])]).await?;
        let (numbers, error) = read(client(format!("{}/gateway", server.url())).customers()).await;
        assert!(error.is_none() && numbers == [1, 2], "{uri}: {error:?}");
        assert_eq!(requests(&server)[1], sent("/gateway/v1/customers?seekOperation=Next&size=2", "t"));
    }
    Ok(())
}

#[tokio::test]
async fn a_link_to_anything_but_the_list_is_an_error_and_nothing_is_sent_there() -> Outcome {
    let other = FaultServer::start([last([9])]).await?;
    let port = other.address().port();
    for (uri, reason) in [
        (format!("{}{LINK}", other.url()), "another host"),
        (format!("https://127.0.0.1:{port}{LINK}"), "another host"),
        (format!("//127.0.0.1:{port}{LINK}"), "does not lead to the list"),
        ("/v1/invoices?size=2&seekOperation=Next".to_owned(), "does not lead to the list"),
        ("/v1/customers/../invoices?size=2".to_owned(), "does not lead to the list"),
        ("/v1/customers?size=2&offset=2".to_owned(), "unknown parameter `offset`"),
        ("/v1/customers?size=two".to_owned(), "invalid size"),
    ] {
        let (numbers, error, server) = list([page([1, 2], link(&uri, "t")), last([3])]).await;
        let error = error.expect("the link is not followed");
        assert_eq!((numbers, error.kind()), (vec![1, 2], ErrorKind::UnexpectedBody), "{uri}");
        let text = error.to_string();
        assert!(text.contains("page 1: ") && text.contains(reason), "{uri}: {text}");
        assert!(error.status().is_some() && error.request_id().is_some() && !error.raw().is_empty(), "{error:?}");
        assert_eq!(server.count(EventKind::Request), 1, "{uri}");
    }
    assert_eq!(other.count(EventKind::Connected), 0);
    Ok(())
}

#[tokio::test]
async fn a_link_back_to_an_earlier_page_is_an_error() {
    for back in [link(LINK, "t"), json!({ "continuationToken": "t", "links": {} })] {
        let first = back.clone();
        let (numbers, error, server) = list([page([1], first), page([2], back), last([3])]).await;
        let text = error.expect("the list would not end").to_string();
        assert!(text.contains("page 2: ") && text.contains("an earlier one"), "{text}");
        assert_eq!((numbers, server.count(EventKind::Request)), (vec![1, 2], 2));
    }
    let (numbers, error, _) = list([page([1], link("/v1/customers", ""))]).await;
    assert_eq!((numbers, error.map(|error| error.kind())), (vec![1], Some(ErrorKind::UnexpectedBody)));
}

#[tokio::test]
async fn an_empty_link_and_a_token_no_header_can_carry_are_errors() {
    for (rest, reason) in [
        (json!({ "links": { "next": { "uri": "" } } }), "link to the next page is empty"),
        (link(LINK, "t\r\nX-Injected: 1"), "a character that a header cannot carry"),
        (json!({ "continuationToken": "t\u{e4}" }), "a character that a header cannot carry"),
    ] {
        let (numbers, error, server) = list([page([1], rest), last([2])]).await;
        let text = error.expect("there is no way on").to_string();
        assert!(text.contains("page 1: ") && text.contains(reason), "{text}");
        assert_eq!((numbers, server.count(EventKind::Request)), (vec![1], 1));
    }
}

#[tokio::test]
async fn an_empty_page_with_a_next_page_is_not_the_end() {
    let (numbers, error, _) =
        list([page([], link(LINK, "1")), page([1], link(LINK, "2")), page([], link(LINK, "3")), last([2])]).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(numbers, [1, 2]);
    let (numbers, error, _) = list([last([])]).await;
    assert!(numbers.is_empty() && error.is_none(), "{error:?}");
}

#[tokio::test]
async fn code_2000_ends_the_list_only_after_a_continuation_token() {
    let rejected = |code: Value| MockResponse::json(400, &json!({ "code": code, "description": "d" }));
    for code in [json!(2000), json!("2000")] {
        let (numbers, error, _) = list([page([1], link(LINK, "t")), rejected(code.clone())]).await;
        assert!(error.is_none() && numbers == [1], "{code}: {error:?}");
        let (numbers, error, _) = list([rejected(code.clone())]).await;
        let error = error.expect("bad input");
        assert!(error.kind() == ErrorKind::InvalidInput && error.to_string().contains("page 1"), "{error}");
        assert!(numbers.is_empty());
        let (numbers, error, _) = list([page([1], link(LINK, "")), rejected(code)]).await;
        assert_eq!((numbers, error.map(|error| error.kind())), (vec![1], Some(ErrorKind::InvalidInput)));
    }
    let (numbers, error, _) = list([page([1], link(LINK, "t")), rejected(json!(3000))]).await;
    assert_eq!((numbers, error.map(|error| error.kind())), (vec![1], Some(ErrorKind::InvalidInput)));
}

#[tokio::test]
async fn a_401_within_the_list_repeats_the_page_with_a_new_token() -> Outcome {
    use partner_center::auth::ClientSecret;
    use partner_center_mock::token_endpoint::{Grant, TokenEndpoint};

    let entra = TokenEndpoint::start().await?;
    let expired = MockResponse::json(401, &json!({ "code": 800001 }));
    let server = FaultServer::start([page([1], link(LINK, "t")), expired, last([2])]).await?;
    let credential = ClientSecret::new("contoso.example", "an-application", SECRET);
    let client = builder(server.url()).authority(entra.authority()).credential(credential).build()?;
    let (numbers, error) = read(client.customers()).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!((numbers, entra.count(Grant::ClientCredentials)), (vec![1, 2], 2));
    let [_, rejected, repeated] = &server.requests()[..] else { panic!("three requests") };
    assert_eq!(requests(&server)[1], requests(&server)[2]);
    assert_eq!(rejected.header("ms-requestid"), repeated.header("ms-requestid"));
    assert_ne!(rejected.header("authorization"), repeated.header("authorization"));
    Ok(())
}

#[tokio::test]
async fn throttling_within_the_list_is_waited_out_beyond_the_timeout() -> Outcome {
    let clock = Clock::pause();
    let throttled = MockResponse::new(429).header("Retry-After", "200");
    let server = FaultServer::start([page([1], link(LINK, "t")), throttled.clone(), throttled, last([2])]).await?;
    let client = builder(server.url()).timeout(Duration::from_secs(60)).build()?;
    let customers: Vec<_> = clock.run(Duration::from_secs(1), client.customers().try_collect()).await?;
    assert_eq!(customers.len(), 2);
    assert_eq!(requests(&server)[1], requests(&server)[3]);
    Ok(())
}

#[tokio::test]
async fn a_truncated_page_is_retried_and_never_read_in_part() -> Outcome {
    let server = FaultServer::start([
        FaultResponse::from(page([1, 2], link(LINK, "t"))),
        FaultResponse::partial(page([3, 4], link(LINK, "u")), 60).then_reset(),
        FaultResponse::reset(),
        FaultResponse::from(page([3, 4], link(LINK, "u"))),
        FaultResponse::from(last([5])),
    ])
    .await?;
    let (numbers, error) = read(client(server.url()).customers()).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    assert!(requests(&server)[1] == requests(&server)[2] && requests(&server)[2] == requests(&server)[3]);
    Ok(())
}

#[tokio::test]
async fn an_unreadable_page_ends_the_list_with_its_error() {
    let failed = MockResponse::json(500, &json!({ "code": 800003, "description": "d" }));
    let (numbers, error, _) = list([page([1], link(LINK, "t")), failed]).await;
    let error = error.expect("the list did not end");
    assert_eq!((numbers, status(&error), error.attempts()), (vec![1], Some(500), 4));
    assert!(error.to_string().contains("page 2: d"), "{error}");
}

#[tokio::test]
async fn a_page_that_is_not_a_list_is_an_error_with_number_and_place() {
    for (body, reason) in [
        ("<html><title>Sign in</title></html>", "an HTML or XML page"),
        ("", "the body is empty"),
        ("{}", "missing field `items`"),
        (r#"{"value": []}"#, "missing field `items`"),
        (r#"{"items": null}"#, "expected a sequence"),
        ("[]", "expected struct CustomerPage"),
        (r#"[null, null, [{"id": "00000000-0000-0000-0000-000000000009"}], null, null]"#, "expected an object"),
        (r#"{"items": [{"companyProfile": {}}]}"#, "items[0]: missing field `id`"),
        (r#"{"items": [{"id": "00000000-0000-0000-0000-000000000009"}, {"id": "nine"}]}"#, "items[1].id: "),
        (r#"{"items": [{"id": "00000000-0000-0000-0000-000000000009"}"#, "EOF"),
    ] {
        let (numbers, error, _) = list([page([1], link(LINK, "t")), MockResponse::text(200, body)]).await;
        let error = error.unwrap_or_else(|| panic!("{body}"));
        assert_eq!((numbers, error.kind()), (vec![1], ErrorKind::UnexpectedBody), "{body}");
        let text = error.to_string();
        assert!(text.contains("page 2: ") && text.contains(reason), "{body}: {text}");
        assert_eq!(error.raw(), body);
    }
}

#[tokio::test]
async fn a_byte_order_mark_before_a_page_is_stripped() {
    let (numbers, error, _) = list([page([1], link(LINK, "t")).byte_order_mark(), last([2]).byte_order_mark()]).await;
    assert!(error.is_none() && numbers == [1, 2], "{error:?}");
}

#[tokio::test]
async fn a_customer_listed_twice_is_returned_twice() {
    let (numbers, error, _) = list([page([1, 2, 2], link(LINK, "t")), last([2, 1])]).await;
    assert!(error.is_none() && numbers == [1, 2, 2, 2, 1], "{numbers:?} {error:?}");
}

#[tokio::test]
async fn no_continuation_token_is_logged_or_shown() -> Outcome {
    let capture = Capture::start();
    let token = format!("{SECRET}-continuation");
    let server = FaultServer::start([page([1], link(LINK, &token)), page([2], link(LINK, &token))]).await?;
    let mut customers = client(server.url()).customers();
    let first = soon(customers.next()).await.ok_or("one customer")??;
    let shown = format!("{customers:?} {first:?} {:?}", soon(customers.next()).await);
    let error = soon(customers.next()).await.ok_or("the link leads back")?.expect_err("the link leads back");
    assert!(![shown, format!("{error:?} {error}")].concat().contains(SECRET));
    // Each span and each event was looked at on its way.
    let pages = capture.spans("partner_center.page");
    let numbers: Vec<_> = pages.iter().map(|page| page.field("partner_center.page")).collect();
    assert_eq!(numbers, [Some("1"), Some("2")]);
    let calls = capture.spans("partner_center.call");
    assert_eq!(calls.iter().map(|call| &call.parent).collect::<Vec<_>>(), [&pages[0].id, &pages[1].id]);
    Ok(())
}

#[tokio::test]
async fn dropping_the_list_midway_ends_its_call() -> Outcome {
    let gate = Gate::new();
    let held = gate.clone();
    let server = FaultServer::start_with(move |request| match request.number() {
        1 => FaultResponse::from(page([1], link(LINK, "t"))),
        _ => FaultResponse::held(&held, last([2])),
    })
    .await?;
    let mut customers = client(server.url()).customers();
    assert!(soon(customers.next()).await.is_some_and(|customer| customer.is_ok()));
    assert_eq!(server.count(EventKind::Request), 1, "a page is fetched when it is needed");
    tokio::select! {
        item = customers.next() => panic!("the gate is closed: {item:?}"),
        () = gate.wait_for(1) => {}
    }
    drop(customers);
    soon(server.wait_for(EventKind::Left, 1)).await;
    assert_eq!(server.count(EventKind::Request), 2);
    Ok(())
}

#[tokio::test]
async fn forty_thousand_customers_are_listed_once_a_page_at_a_time() -> Outcome {
    let server = FaultServer::start_with(|request| {
        let number: u128 = request.header("ms-continuationtoken").map_or(0, |token| token.parse().unwrap_or_default());
        let customers = number * 500..(number + 1) * 500;
        let rest = if number == 79 {
            json!({})
        } else {
            link("/customers?size=500&seekOperation=Next", &(number + 1).to_string())
        };
        FaultResponse::from(page(customers, rest))
    })
    .await?;
    let mut customers = client(server.url()).customers().page_size(500);
    let mut count: u128 = 0;
    while let Some(customer) = soon(customers.next()).await {
        assert_eq!(customer?.id.as_u128(), count);
        count += 1;
        assert_eq!(
            server.count(EventKind::Request) as u128,
            count.div_ceil(500),
            "no page is fetched ahead of its turn"
        );
    }
    assert_eq!((count, server.count(EventKind::Request)), (40_000, 80));
    Ok(())
}

#[tokio::test]
async fn a_list_outside_of_a_runtime_is_an_error() -> Outcome {
    let server = FaultServer::start([last([1])]).await?;
    let client: Client = client(server.url());
    let next = std::thread::spawn(move || {
        let mut customers = client.customers();
        let mut next = std::pin::pin!(customers.next());
        match next.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
            std::task::Poll::Ready(item) => item,
            std::task::Poll::Pending => None,
        }
    });
    let error = next.join().expect("no panic").ok_or("an item")?.expect_err("there is no runtime");
    assert_eq!(error.kind(), ErrorKind::Configuration);
    Ok(())
}
