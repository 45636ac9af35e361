//! The list of customers as the source of a run.

use std::collections::HashSet;

use partner_center::uuid::Uuid;
use partner_center::{CustomerOrganizations, Error, ErrorKind};
use partner_center_mock::MockResponse;
use partner_center_mock::examples::get_customer_organization as organization;
use partner_center_mock::faults::{EventKind, FaultResponse, FaultServer, Request};
use serde_json::json;

use crate::support::{HOUR, LATENCY, Outcome, builder, good, throttled};

/// Pages of ten customers, the first of each the last of the page before; `end` is what comes after page `pages`.
fn service(pages: u128, end: MockResponse) -> impl FnMut(&Request) -> FaultResponse + Send + 'static {
    move |request| {
        if request.path() != "/v1/customers" {
            return good(request);
        }
        let page = request.header("ms-continuationtoken").map_or(0, |token| token.parse().unwrap_or_default());
        if page == pages {
            return FaultResponse::wait(LATENCY).then_respond(end.clone());
        }
        let name = |number: u128| json!({ "companyName": format!("Customer {number}") });
        let items = page * 9 + 1..=page * 9 + 10;
        let items = items.map(|number| json!({ "id": Uuid::from_u128(number), "companyProfile": name(number) }));
        let body = json!({ "items": items.collect::<Vec<_>>(), "continuationToken": (page + 1).to_string() });
        FaultResponse::wait(LATENCY).then_respond(MockResponse::json(200, &body))
    }
}

fn no_more() -> MockResponse {
    MockResponse::json(200, &json!({ "items": [] }))
}

/// The numbers of the customers whose organization came, in order, and the error of the list.
async fn items(mut run: CustomerOrganizations) -> (Vec<u128>, Option<Error>) {
    let (mut numbers, mut error) = (Vec::new(), None);
    while let Some(item) = run.next().await {
        assert!(error.is_none(), "the error of the list comes last");
        match item {
            Ok((customer, result)) => {
                let organization = result.unwrap_or_else(|error| panic!("{}: {error}", customer.id));
                assert_eq!(organization.display_name, Some(customer.id.to_string()));
                assert_eq!(customer.company_name(), Some(&*format!("Customer {}", customer.id.as_u128())));
                numbers.push(customer.id.as_u128());
            }
            Err(failure) => error = Some(failure),
        }
    }
    assert!(run.next().await.is_none(), "the end stays the end");
    numbers.sort_unstable();
    (numbers, error)
}

fn calls(server: &FaultServer, path: impl Fn(&str) -> bool) -> usize {
    server.requests().iter().filter(|request| path(request.path())).count()
}

#[tokio::test(start_paused = true)]
async fn a_customer_listed_twice_is_fetched_once_in_a_run() -> Outcome {
    let server = FaultServer::start_with(service(20, no_more())).await?;
    let (numbers, error) = items(builder(&server).build()?.customers().organizations()).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(numbers, (1..=181).collect::<Vec<_>>());
    assert_eq!((server.count(EventKind::Request), calls(&server, |path| path == "/v1/customers")), (181 + 21, 21));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_customer_without_gdap_is_an_error_of_that_customer_alone() -> Outcome {
    let mut service = service(3, no_more());
    let denied = Uuid::from_u128(5).to_string();
    let server = FaultServer::start_with(move |request| match request.path().contains(&denied) {
        true => organization::GDAP_ROLE_MISSING.into(),
        false => service(request),
    })
    .await?;
    let mut run = builder(&server).build()?.customers().organizations();
    let (mut found, mut failed) = (0, Vec::new());
    while let Some(item) = run.next().await {
        let (customer, result) = item?;
        match result {
            Ok(_) => found += 1,
            Err(error) => failed.push((customer.id.as_u128(), error.kind())),
        }
    }
    assert_eq!((found, failed), (27, vec![(5, ErrorKind::GdapRoleMissing)]));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_list_that_fails_ends_the_run_with_its_error_after_every_result() -> Outcome {
    let rejected = MockResponse::json(403, &json!({ "code": 900150, "description": "d" }));
    let server = FaultServer::start_with(service(3, rejected)).await?;
    let (numbers, error) = items(builder(&server).build()?.customers().organizations()).await;
    assert_eq!(numbers, (1..=28).collect::<Vec<_>>());
    let error = error.expect("the list did not end");
    assert!(error.kind() == ErrorKind::PartnerRoleMissing && error.to_string().contains("page 4"), "{error}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn the_list_is_read_only_as_far_as_calls_need_it() -> Outcome {
    let server = FaultServer::start_with(service(100, no_more())).await?;
    let mut run = builder(&server).build()?.customers().organizations().concurrency(4);
    for _ in 0..12 {
        assert!(run.next().await.is_some_and(|item| item.is_ok()));
    }
    tokio::time::sleep(HOUR).await;
    assert!(calls(&server, |path| path == "/v1/customers") <= 3, "{:?}", server.requests());
    assert!(calls(&server, |path| path != "/v1/customers") <= 16);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_slow_caller_does_not_stall_the_page_in_flight() -> Outcome {
    let server = FaultServer::start_with(service(3, no_more())).await?;
    // One attempt has a second.
    let client = builder(&server).attempt_timeout(LATENCY * 50).build()?;
    let mut run = client.customers().organizations();
    let mut count = 0;
    while let Some(item) = run.next().await {
        item?.1?;
        count += 1;
        tokio::time::sleep(HOUR).await;
    }
    assert_eq!((count, calls(&server, |path| path == "/v1/customers")), (28, 4));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn skipped_customers_cost_no_call() -> Outcome {
    let server = FaultServer::start_with(service(5, no_more())).await?;
    let done: HashSet<Uuid> = (1..=40).map(Uuid::from_u128).collect();
    let run = builder(&server).build()?.customers().organizations().only(move |customer| !done.contains(&customer.id));
    let (numbers, error) = items(run).await;
    assert!(error.is_none() && numbers == (41..=46).collect::<Vec<_>>(), "{numbers:?} {error:?}");
    assert_eq!(calls(&server, |path| path != "/v1/customers"), 6);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_correlation_id_ties_pages_and_organizations_together() -> Outcome {
    let server = FaultServer::start_with(service(2, no_more())).await?;
    let id = Uuid::new_v4();
    items(builder(&server).build()?.customers().correlation_id(id).organizations()).await;
    let id = id.to_string();
    assert!(server.requests().iter().all(|request| request.header("ms-correlationid") == Some(&id)));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn throttling_holds_the_list_and_the_organizations() -> Outcome {
    let mut service = service(10, no_more());
    let server = FaultServer::start_with(move |request| match request.number() {
        30 | 60 => throttled(HOUR / 60).into(),
        _ => service(request),
    })
    .await?;
    let (numbers, error) = items(builder(&server).build()?.customers().organizations()).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(numbers, (1..=91).collect::<Vec<_>>());
    Ok(())
}
