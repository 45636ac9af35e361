//! What the service tells to wait is waited for, by whom it concerns and by nobody else.

use std::time::Duration;

use partner_center::ErrorKind;
use partner_center::uuid::Uuid;
use partner_center_mock::faults::{EventKind, FaultServer, Request};
use tokio::time::Instant;

use crate::support::{
    HOUR, MINUTE, Outcome, SECOND, answered, builder, customer, customers, good, items, refusal, run, sorted,
};

/// The customer that the service has something against.
const BUSY: Uuid = Uuid::from_u128(40);

/// A service that refuses `BUSY` so many times, and answers everybody else.
async fn busy(times: usize, wait: Duration) -> std::io::Result<FaultServer> {
    let mut refused = 0;
    FaultServer::answering(move |request| {
        if customer(request) == BUSY && refused < times {
            refused += 1;
            return refusal(wait).into();
        }
        good(request)
    })
    .await
}

/// When `BUSY` was asked for, and when the last of the others was.
fn asked(server: &FaultServer) -> (Vec<Instant>, Option<Instant>) {
    let (own, others): (Vec<_>, Vec<_>) = server.requests().into_iter().partition(|request| customer(request) == BUSY);
    (own.iter().map(Request::at).collect(), others.last().map(Request::at))
}

#[tokio::test(start_paused = true)]
async fn no_request_goes_out_before_a_told_wait_is_over() -> Outcome {
    // Every fiftieth request is refused, and nobody is served before the wait is over.
    let server = FaultServer::answering(|request| match request.number() % 50 {
        0 => refusal(30 * SECOND).into(),
        _ => good(request),
    })
    .await?;
    assert_eq!(sorted(answered(&items(run(&server, 300)?).await)), customers(300));
    let requests = server.requests();
    let refused: Vec<_> = requests.iter().filter(|request| request.number() % 50 == 0).collect();
    assert_eq!(refused.len(), 6);
    for refused in refused {
        let too_early = |request: &&Request| {
            let since = request.at().saturating_duration_since(refused.at());
            // What is on its way already cannot be called back.
            since > SECOND && since < 30 * SECOND
        };
        assert_eq!(requests.iter().filter(too_early).count(), 0, "after {refused:?}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_customer_throttled_for_longer_than_a_call_may_take_is_asked_again() -> Outcome {
    let server = busy(3, 10 * MINUTE).await?;
    let client = builder(&server).timeout(MINUTE).build()?;
    assert_eq!(sorted(answered(&items(client.organizations(customers(200))).await)), customers(200));
    let (own, _) = asked(&server);
    assert_eq!(own.len(), 4);
    assert!(own.windows(2).all(|pair| pair[1] - pair[0] >= 10 * MINUTE), "{own:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn every_customer_is_answered_although_all_are_throttled_for_longer_than_a_call_may_take() -> Outcome {
    let server = FaultServer::answering(|request| match request.number() {
        50..60 => refusal(10 * MINUTE).into(),
        _ => good(request),
    })
    .await?;
    let client = builder(&server).timeout(MINUTE).build()?;
    assert_eq!(sorted(answered(&items(client.organizations(customers(200))).await)), customers(200));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_one_customers_own_slows_that_customer_alone() -> Outcome {
    let began = Instant::now();
    let server = busy(5, MINUTE).await?;
    let items = items(run(&server, 2000)?).await;
    assert_eq!(sorted(answered(&items)), customers(2000));
    let (own, others) = asked(&server);
    assert_eq!(own.len(), 6);
    assert!(own.windows(2).all(|pair| pair[1] - pair[0] >= MINUTE), "{own:?}");
    // Until it is known whose limit it is, everybody waits: twice at most.
    let others = others.map(|last| last - began);
    assert!(others.is_some_and(|last| last < 2 * MINUTE + 10 * SECOND), "{others:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_customer_that_is_refused_for_ever_is_handed_out_as_throttled() -> Outcome {
    let server = busy(usize::MAX, SECOND).await?;
    let items = items(run(&server, 100)?).await;
    let (good, failed): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.1.is_ok());
    assert_eq!((answered(&good).len(), failed.len()), (99, 1));
    let (customer, result) = &failed[0];
    assert_eq!((*customer, result.as_ref().map_err(|error| error.kind()).err()), (BUSY, Some(ErrorKind::Throttled)));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_wait_of_years_is_handed_out_and_not_waited_for() -> Outcome {
    for wait in [Duration::from_secs(1_000_000_000), Duration::from_secs(u64::MAX)] {
        let began = Instant::now();
        let server = FaultServer::answering(move |request| match request.number() {
            10.. => refusal(wait).into(),
            _ => good(request),
        })
        .await?;
        let items = items(run(&server, 100)?).await;
        assert_eq!(items.len(), 100);
        let failed: Vec<_> = items.iter().filter_map(|(_, result)| result.as_ref().err()).collect();
        assert!(failed.len() > 50 && failed.iter().all(|error| error.kind() == ErrorKind::Throttled), "{failed:?}");
        assert!(began.elapsed() < HOUR, "{:?}", began.elapsed());
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_asks_for_no_wait_slows_the_run_all_the_same() -> Outcome {
    // 20 a second are served, and whoever is refused may come back at once.
    let began = Instant::now();
    let mut served = (0, 0);
    let server = FaultServer::answering(move |request| {
        let second = (request.at() - began).as_secs();
        served = if served.0 == second { (second, served.1 + 1) } else { (second, 1) };
        if served.1 > 20 { refusal(Duration::ZERO).into() } else { good(request) }
    })
    .await?;
    assert_eq!(sorted(answered(&items(run(&server, 1000)?).await)), customers(1000));
    let refused = server.count(EventKind::Request) - 1000;
    assert!(refused <= 150, "{refused} refused");
    Ok(())
}
