//! What the service tells to wait is waited for, by whom it concerns and by nobody else.

use std::collections::HashMap;
use std::time::Duration;

use partner_center::ErrorKind;
use partner_center::uuid::Uuid;
use partner_center_mock::faults::{EventKind, FaultServer, Request};
use tokio::time::Instant;

use crate::support::{
    HOUR, MINUTE, Outcome, SECOND, builder, customer, customers, customers_of, good, items, run, sorted, throttled,
};

/// Two customers that the service has something against.
const BUSY: [Uuid; 2] = [Uuid::from_u128(40), Uuid::from_u128(43)];

/// A service that refuses each of these customers so many times, and answers everybody else.
async fn busy(customers: &'static [Uuid], times: usize, wait: Duration) -> std::io::Result<FaultServer> {
    let mut refused = HashMap::new();
    FaultServer::start_with(move |request| {
        let customer = customer(request);
        let refused: &mut usize = refused.entry(customer).or_default();
        if customers.contains(&customer) && *refused < times {
            *refused += 1;
            return throttled(wait).into();
        }
        good(request)
    })
    .await
}

/// When this customer was asked for.
fn asked(server: &FaultServer, of: Uuid) -> Vec<Instant> {
    server.requests().iter().filter(|request| customer(request) == of).map(Request::at).collect()
}

#[tokio::test(start_paused = true)]
async fn no_request_is_sent_before_the_delay_is_over() -> Outcome {
    // Every fiftieth request is refused, and nobody is served before the wait is over.
    let server = FaultServer::start_with(|request| match request.number() % 50 {
        0 => throttled(30 * SECOND).into(),
        _ => good(request),
    })
    .await?;
    assert_eq!(sorted(customers_of(&items(run(&server, 300)?).await)), customers(300));
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
    let server = busy(&BUSY[..1], 3, 10 * MINUTE).await?;
    let client = builder(&server).timeout(MINUTE).build()?;
    assert_eq!(sorted(customers_of(&items(client.organizations(customers(200))).await)), customers(200));
    let asked = asked(&server, BUSY[0]);
    assert_eq!(asked.len(), 4);
    assert!(asked.windows(2).all(|pair| pair[1] - pair[0] >= 10 * MINUTE), "{asked:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn every_customer_is_answered_although_all_are_throttled_for_longer_than_a_call_may_take() -> Outcome {
    let server = FaultServer::start_with(|request| match request.number() {
        50..60 => throttled(10 * MINUTE).into(),
        _ => good(request),
    })
    .await?;
    let client = builder(&server).timeout(MINUTE).build()?;
    assert_eq!(sorted(customers_of(&items(client.organizations(customers(200))).await)), customers(200));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_run_that_begins_in_a_storm_of_refusals_goes_on_at_full_pace_after_it() -> Outcome {
    let began = Instant::now();
    let server = FaultServer::start_with(move |request| match request.at() - began < MINUTE {
        true => throttled(5 * SECOND).into(),
        false => good(request),
    })
    .await?;
    assert_eq!(sorted(customers_of(&items(run(&server, 600)?).await)), customers(600));
    assert!(began.elapsed() < MINUTE + 15 * SECOND, "{:?}", began.elapsed());
    // Who found out that the storm still rages is one customer each time, after those that were in flight at first.
    let refused = server.count(EventKind::Request) - 600;
    assert!(refused <= 32 + 12, "{refused} refused");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn after_one_early_refusal_with_a_long_wait_the_run_finds_back_to_its_pace() -> Outcome {
    let began = Instant::now();
    // Were this a limit, it would be 20 calls in 30 seconds.
    let server = FaultServer::start_with(|request| match request.number() {
        20 => throttled(30 * SECOND).into(),
        _ => good(request),
    })
    .await?;
    assert_eq!(sorted(customers_of(&items(run(&server, 600)?).await)), customers(600));
    assert!(began.elapsed() < 35 * SECOND, "{:?}", began.elapsed());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_customer_that_is_refused_for_ever_is_handed_out_as_throttled() -> Outcome {
    let server = busy(&BUSY[..1], usize::MAX, SECOND).await?;
    let items = items(run(&server, 100)?).await;
    let (good, failed): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.1.is_ok());
    assert_eq!((customers_of(&good).len(), failed.len()), (99, 1));
    let (customer, result) = &failed[0];
    assert_eq!((*customer, result.as_ref().map_err(|error| error.kind()).err()), (BUSY[0], Some(ErrorKind::Throttled)));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_wait_of_years_is_handed_out_and_not_waited_for() -> Outcome {
    for wait in [Duration::from_secs(1_000_000_000), Duration::from_secs(u64::MAX)] {
        let began = Instant::now();
        let server = FaultServer::start_with(move |request| match request.number() {
            10.. => throttled(wait).into(),
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
async fn one_wait_of_hours_concerns_that_customer_alone() -> Outcome {
    let began = Instant::now();
    let server = busy(&BUSY[..1], 1, 2 * HOUR).await?;
    let items = items(run(&server, 1000)?).await;
    let took = began.elapsed();
    let failed: Vec<_> = items.iter().filter(|item| item.1.is_err()).map(|item| item.0).collect();
    assert_eq!((items.len(), failed), (1000, BUSY[..1].to_vec()));
    assert!(took < 40 * SECOND, "{took:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn nobody_is_handed_out_for_a_storm_of_half_an_hour() -> Outcome {
    let began = Instant::now();
    let server = FaultServer::start_with(move |request| {
        let is_storm = (SECOND..30 * MINUTE).contains(&(request.at() - began));
        if is_storm { throttled(SECOND).into() } else { good(request) }
    })
    .await?;
    assert_eq!(sorted(customers_of(&items(run(&server, 2000)?).await)), customers(2000));
    assert!(began.elapsed() < 32 * MINUTE, "{:?}", began.elapsed());
    let refused = server.count(EventKind::Request) - 2000;
    // The holds grow to half a minute, and each costs a call in flight one request at most.
    assert!(refused <= 60 * 8, "{refused} throttled");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_asks_for_no_wait_slows_the_run_all_the_same() -> Outcome {
    // 20 a second are served, and whoever is refused may come back at once.
    let began = Instant::now();
    let mut served = (0, 0);
    let server = FaultServer::start_with(move |request| {
        let second = (request.at() - began).as_secs();
        served = if served.0 == second { (second, served.1 + 1) } else { (second, 1) };
        if served.1 > 20 { throttled(Duration::ZERO).into() } else { good(request) }
    })
    .await?;
    assert_eq!(sorted(customers_of(&items(run(&server, 400)?).await)), customers(400));
    let refused = server.count(EventKind::Request) - 400;

    assert!(refused <= 40, "{refused} refused");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_asks_for_no_wait_holds_all_back_for_a_second() -> Outcome {
    let server = FaultServer::start_with(|request| match request.number() {
        100 => throttled(Duration::ZERO).into(),
        _ => good(request),
    })
    .await?;
    assert_eq!(sorted(customers_of(&items(run(&server, 300)?).await)), customers(300));
    let requests = server.requests();
    let after = requests.iter().map(|request| request.at() - requests[99].at());
    let too_early = after.filter(|after| *after > SECOND / 20 && *after < SECOND).count();
    assert_eq!(too_early, 0);
    Ok(())
}
