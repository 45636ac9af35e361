//! Many concurrent calls with different faults: every call gets its own response.

use partner_center::ErrorKind;
use partner_center::uuid::Uuid;
use partner_center_mock::MockResponse;
use partner_center_mock::faults::{FaultResponse, FaultServer};
use tokio::task::JoinSet;

use crate::support::{Outcome, builder, customer, organization_of, quick_retries, with_ids_of};

#[tokio::test]
async fn mixed_faults_lose_and_swap_nothing() -> Outcome {
    let server = FaultServer::start_with(|request| {
        let response = with_ids_of(request, organization_of(request));
        match request.number() % 7 {
            0 => FaultResponse::reset(),
            1 => FaultResponse::partial(response, 9),
            2 => FaultResponse::from(MockResponse::new(503)),
            3 => FaultResponse::from(response).then_close(),
            4 => FaultResponse::raw("HTTP/1.1 2").then_close(),
            _ => FaultResponse::from(response),
        }
    })
    .await?;
    let policy = quick_retries().max_attempts(50).budget(false);
    let client = builder(server.url()).retry(policy).build()?;
    let mut calls = JoinSet::new();
    for _ in 0..200 {
        let client = client.clone();
        calls.spawn(async move {
            let (customer, correlation_id) = (Uuid::new_v4(), Uuid::new_v4());
            let result = client.customer(customer).organization().correlation_id(correlation_id).await;
            (customer, correlation_id, result)
        });
    }
    let mut succeeded = 0;
    while let Some(call) = calls.join_next().await {
        let (customer, correlation_id, result) = call?;
        let response = result?;
        assert_eq!(response.display_name, Some(customer.to_string()));
        assert_eq!(response.correlation_id(), correlation_id);
        assert_eq!(response.received_correlation_id(), Some(&*correlation_id.to_string()));
        assert_eq!(response.received_request_id(), Some(&*response.request_id().to_string()));
        succeeded += 1;
    }
    assert_eq!(succeeded, 200);
    Ok(())
}

#[tokio::test]
async fn a_failed_call_has_its_own_sent_and_received_ids() -> Outcome {
    let server = FaultServer::start_with(|request| {
        let not_found = MockResponse::text(404, format!(r#"{{"description":"{}"}}"#, customer(request)));
        not_found.header("MS-CorrelationId", request.header("ms-correlationid").unwrap_or_default())
    })
    .await?;
    let client = builder(server.url()).build()?;
    let mut calls = JoinSet::new();
    for _ in 0..50 {
        let client = client.clone();
        calls.spawn(async move {
            let customer = Uuid::new_v4();
            (customer, client.customer(customer).organization().await)
        });
    }
    while let Some(call) = calls.join_next().await {
        let (customer, result) = call?;
        let error = result.expect_err("404");
        assert_eq!((error.kind(), error.description()), (ErrorKind::NotFound, Some(&*customer.to_string())));
        let own = error.correlation_id().map(|id| id.to_string());
        assert_eq!(error.received_correlation_id(), own.as_deref());
    }
    Ok(())
}
