//! Request id and correlation id, which Microsoft support asks for.

use std::collections::HashSet;

use partner_center::uuid::{Uuid, uuid};
use partner_center_mock::{MockResponse, MockServerExt, ThenExt, httpmock::MockServer};

use crate::support::{CONTOSO, CUSTOMER, Outcome, Recorder, client, header, raw_response, receive, receive_error};

const MINE: Uuid = uuid!("00000000-0000-4000-8000-00000000000a");

#[tokio::test]
async fn the_callers_ids_are_sent_and_reported() -> Outcome {
    let server = MockServer::start_async().await;
    let other = Uuid::new_v4();
    let mock = server.get_customer_organization(|when, then| {
        when.customer_tenant_id(&CUSTOMER).ms_request_id(&MINE).ms_correlation_id(&other);
        then.into_inner().respond(MockResponse::text(200, CONTOSO));
    });
    let request = client(server.base_url()).customer(CUSTOMER).organization();
    let response = request.request_id(MINE).correlation_id(other).await?;
    assert_eq!((response.request_id(), response.correlation_id()), (MINE, other));
    mock.assert_async().await;
    Ok(())
}

#[tokio::test]
async fn every_call_without_ids_gets_new_ones() -> Outcome {
    let server = Recorder::contoso().await;
    let client = client(server.base_url());
    let mut reported = HashSet::new();
    for _ in 0..5 {
        let response = client.customer(CUSTOMER).organization().await?;
        reported.extend([response.request_id(), response.correlation_id()]);
    }
    let sent: HashSet<Uuid> = server
        .requests()
        .iter()
        .flat_map(|request| ["ms-requestid", "ms-correlationid"].map(|name| header(request, name).map(str::to_owned)))
        .map(|id| id.expect("both ids are sent").parse())
        .collect::<Result<_, _>>()?;
    assert_eq!(reported.len(), 10, "no id is used twice");
    assert_eq!(sent, reported, "what is reported is what was sent");
    assert!(sent.iter().all(|id| id.get_version_num() == 4));
    Ok(())
}

#[tokio::test]
async fn all_attempts_of_a_call_have_the_same_ids_and_calls_differ() -> Outcome {
    let busy = raw_response("503 Service Unavailable", "");
    let found = raw_response("200 OK", CONTOSO);
    let server = Recorder::start(&[&busy, &busy, &found, &busy, &found]).await;
    let client = client(server.base_url());
    let first = client.customer(CUSTOMER).organization().await?;
    let second = client.customer(CUSTOMER).organization().await?;
    let sent: Vec<String> = server
        .requests()
        .iter()
        .map(|request| {
            let id = |name| header(request, name).expect("both ids are sent").to_owned();
            format!("{} {}", id("ms-requestid"), id("ms-correlationid"))
        })
        .collect();
    let expected = [&first, &first, &first, &second, &second]
        .map(|response| format!("{} {}", response.request_id(), response.correlation_id()));
    assert_eq!(sent, expected);
    assert_ne!(expected[0], expected[4]);
    Ok(())
}

#[tokio::test]
async fn a_success_keeps_the_received_ids_beside_the_sent_ones() -> Outcome {
    let response = MockResponse::text(200, CONTOSO)
        .header("MS-RequestId", "dfeda56c-0000-4000-8000-000000000001")
        .header("MS-CorrelationId", "not a GUID at all")
        .header("MS-CV", "n0lMNyJtaUC802pO.0")
        .header("MS-ServerId", "0000005B");
    let response = receive(response).await?;
    assert_eq!(response.received_request_id(), Some("dfeda56c-0000-4000-8000-000000000001"));
    assert_eq!(response.received_correlation_id(), Some("not a GUID at all"));
    assert_eq!(response.correlation_vector(), Some("n0lMNyJtaUC802pO.0"));
    assert_eq!(response.server_id(), Some("0000005B"));
    assert_ne!(response.request_id().to_string(), "dfeda56c-0000-4000-8000-000000000001");
    Ok(())
}

#[tokio::test]
async fn an_error_keeps_the_received_ids_beside_the_sent_ones() {
    let response =
        MockResponse::text(404, "{}").header("ms-requestid", "theirs").header("MS-CORRELATIONID", "theirs too");
    let error = receive_error(response).await;
    assert_eq!(error.received_request_id(), Some("theirs"));
    assert_eq!(error.received_correlation_id(), Some("theirs too"));
    assert!(error.request_id().is_some_and(|id| id.get_version_num() == 4));
    let correlation_id = error.correlation_id().expect("the id that was sent").to_string();
    let shown = error.to_string();
    assert!(shown.contains(&correlation_id) && shown.contains("theirs too"), "{shown}");
}

#[tokio::test]
async fn missing_received_ids_are_not_an_error() -> Outcome {
    let response = receive(MockResponse::text(200, CONTOSO)).await?;
    assert_eq!(response.received_request_id(), None);
    assert_eq!(response.received_correlation_id(), None);
    Ok(())
}

#[tokio::test]
async fn an_error_without_a_response_has_the_sent_ids() -> Outcome {
    let free = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let request = client(format!("http://{free}")).customer(CUSTOMER).organization();
    let error = request.request_id(MINE).await.expect_err("nothing listens there");
    assert_eq!(error.request_id(), Some(MINE));
    assert!(error.correlation_id().is_some());
    assert!(error.to_string().contains(&MINE.to_string()), "{error}");
    Ok(())
}
