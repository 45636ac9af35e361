//! The public types are usable across tasks and threads.

use std::time::Duration;

use partner_center::auth::{AccessToken, CredentialError, StaticToken};
use partner_center::models::Organization;
use partner_center::{
    Client, ClientBuilder, Customer, Error, ErrorKind, Request, Response, ResponseFuture, RetryPolicy,
};
use partner_center_mock::MockResponse;

use crate::support::{CONTOSO, CUSTOMER, Outcome, client, mock};

const fn is_send<T: Send + 'static>() {}
const fn is_shared<T: Send + Sync + 'static>() {}
const fn is_client<T: Clone + Send + Sync + 'static>() {}
const fn is_error<T: std::error::Error + Send + Sync + 'static>() {}

// Checked at compile time.
const _: () = {
    is_client::<Client>();
    is_client::<Customer>();
    is_client::<AccessToken>();
    is_client::<Organization>();
    is_shared::<ClientBuilder>();
    is_shared::<Response<Organization>>();
    is_shared::<Response<Vec<Organization>>>();
    is_shared::<RetryPolicy>();
    is_shared::<ErrorKind>();
    is_shared::<StaticToken>();
    is_shared::<Request<Organization>>();
    is_send::<ResponseFuture<Organization>>();
    is_error::<Error>();
    is_error::<CredentialError>();
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_client_serves_many_tasks_on_many_threads() -> Outcome {
    let server = mock([MockResponse::text(200, CONTOSO)]).await;
    let client = client(server.base_url());
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let client = client.clone();
        calls.spawn(async move { client.customer(CUSTOMER).organization().await });
    }
    let mut ids = std::collections::HashSet::new();
    while let Some(response) = calls.join_next().await {
        ids.insert(response??.request_id());
    }
    assert_eq!(ids.len(), 20);
    Ok(())
}

#[tokio::test]
async fn a_request_may_outlive_its_client() -> Outcome {
    let server = mock([MockResponse::text(200, CONTOSO)]).await;
    let request = client(server.base_url()).customer(CUSTOMER).organization();
    assert_eq!(tokio::spawn(request.into_future()).await??.display_name.as_deref(), Some("Contoso"));
    Ok(())
}

#[tokio::test]
async fn an_error_converts_into_a_boxed_error() {
    async fn fails() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        client("http://127.0.0.1:1").customer(CUSTOMER).organization().retry(RetryPolicy::off()).await?;
        Ok(())
    }
    let error = fails().await.expect_err("nothing listens on port 1");
    let kind = error.downcast_ref::<Error>().map(Error::kind);
    assert_eq!(kind, Some(ErrorKind::Connection));
}

#[tokio::test]
async fn a_response_derefs_to_its_value_and_can_be_taken_apart() -> Outcome {
    let server = mock([MockResponse::text(200, CONTOSO)]).await;
    let response = client(server.base_url()).customer(CUSTOMER).organization().await?;
    assert_eq!(response.display_name.as_deref(), Some("Contoso"));
    assert!(response.elapsed() < Duration::from_secs(30));
    assert_eq!(response.into_inner().display_name.as_deref(), Some("Contoso"));
    Ok(())
}

#[tokio::test]
async fn a_call_starts_when_it_is_awaited() -> Outcome {
    let script = partner_center_mock::ResponseScript::new([MockResponse::text(200, CONTOSO)]);
    let server = mock(&script).await;
    let request = client(server.base_url()).customer(CUSTOMER).organization();
    drop(request);
    let pending = client(server.base_url()).customer(CUSTOMER).organization().into_future();
    drop(pending);
    assert_eq!(script.served(), 0);
    Ok(())
}
