//! In which order items come.

use partner_center::uuid::Uuid;
use partner_center_mock::faults::{FaultResponse, FaultServer};

use crate::support::{MINUTE, Outcome, customer, customers, customers_of, good, items, organization, run, sorted};

const FIRST: Uuid = Uuid::from_u128(1);

/// The first customer's answer takes a minute.
async fn slow_first_response() -> std::io::Result<FaultServer> {
    FaultServer::start_with(|request| match customer(request) {
        FIRST => FaultResponse::wait(MINUTE).then_respond(organization(request)),
        _ => good(request),
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn items_come_as_they_are_answered() -> Outcome {
    let server = slow_first_response().await?;
    let answered = customers_of(&items(run(&server, 100)?).await);
    assert_eq!(answered.last(), Some(&FIRST));
    assert_eq!(sorted(answered), customers(100));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn items_come_in_the_order_of_the_customers_on_request() -> Outcome {
    let server = slow_first_response().await?;
    assert_eq!(customers_of(&items(run(&server, 100)?.ordered()).await), customers(100));
    Ok(())
}
