//! The order of items.

use partner_center::uuid::Uuid;
use partner_center_mock::faults::{FaultResponse, FaultServer};

use crate::support::{MINUTE, Outcome, customer, customers, customers_of, good, items, organization, run, sorted};

const FIRST: Uuid = Uuid::from_u128(1);

/// A service whose response for the first customer takes a minute.
async fn slow_first_response() -> std::io::Result<FaultServer> {
    FaultServer::start_with(|request| match customer(request) {
        FIRST => FaultResponse::wait(MINUTE).then_respond(organization(request)),
        _ => good(request),
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn items_come_in_the_order_of_responses() -> Outcome {
    let server = slow_first_response().await?;
    let order = customers_of(&items(run(&server, 100)?).await);
    assert_eq!(order.last(), Some(&FIRST));
    assert_eq!(sorted(order), customers(100));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_ordered_run_keeps_the_order_of_customers() -> Outcome {
    let server = slow_first_response().await?;
    assert_eq!(customers_of(&items(run(&server, 100)?.ordered()).await), customers(100));
    Ok(())
}
