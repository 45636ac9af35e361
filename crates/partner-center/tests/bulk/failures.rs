//! A failed call is the item of its customer.

use partner_center::ErrorKind;
use partner_center_mock::examples::get_customer_organization as examples;
use partner_center_mock::faults::{FaultResponse, FaultServer};

use crate::support::{Outcome, customer, customers, customers_of, good, items, run, sorted};

#[tokio::test(start_paused = true)]
async fn a_failed_customer_does_not_end_the_run() -> Outcome {
    let server = FaultServer::start_with(|request| match customer(request).as_u128() % 5 {
        0 => FaultResponse::respond(examples::TENANT_NOT_FOUND),
        1 => FaultResponse::respond(examples::GDAP_ROLE_MISSING),
        _ => good(request),
    })
    .await?;
    let (good, failed): (Vec<_>, Vec<_>) = items(run(&server, 100)?).await.into_iter().partition(|item| item.1.is_ok());
    assert_eq!((good.len(), failed.len()), (60, 40));
    let mut all = customers_of(&good);
    for (customer, result) in failed {
        let kind = if customer.as_u128() % 5 == 0 { ErrorKind::NotFound } else { ErrorKind::GdapRoleMissing };
        assert_eq!(result.map_err(|error| error.kind()).err(), Some(kind), "{customer}");
        all.push(customer);
    }
    assert_eq!(sorted(all), customers(100));
    Ok(())
}
