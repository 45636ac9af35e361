//! Throttling: the `Retry-After` delay holds the calls it applies to, and no others.

use std::collections::HashMap;
use std::time::Duration;

use partner_center::ErrorKind;
use partner_center::uuid::Uuid;
use partner_center_mock::faults::{EventKind, FaultServer, Request};
use tokio::time::Instant;

use crate::support::{
    HOUR, MINUTE, Outcome, SECOND, builder, customer, customers, customers_of, good, items, run, sorted, throttled,
};

/// Two customers that the service throttles.
const BUSY: [Uuid; 2] = [Uuid::from_u128(40), Uuid::from_u128(43)];

/// A service that throttles each of these customers a number of times, and no other customer.
async fn busy(customers: &'static [Uuid], times: usize, wait: Duration) -> std::io::Result<FaultServer> {
    let mut throttled_times = HashMap::new();
    FaultServer::start_with(move |request| {
        let customer = customer(request);
        let count: &mut usize = throttled_times.entry(customer).or_default();
        if customers.contains(&customer) && *count < times {
            *count += 1;
            return throttled(wait).into();
        }
        good(request)
    })
    .await
}

/// When this customer was requested.
fn requested(server: &FaultServer, of: Uuid) -> Vec<Instant> {
    server.requests().iter().filter(|request| customer(request) == of).map(Request::at).collect()
}

#[tokio::test(start_paused = true)]
async fn no_request_is_sent_before_the_delay_is_over() -> Outcome {
    // Every fiftieth request is throttled.
    let server = FaultServer::start_with(|request| match request.number() % 50 {
        0 => throttled(30 * SECOND).into(),
        _ => good(request),
    })
    .await?;
    assert_eq!(sorted(customers_of(&items(run(&server, 300)?).await)), customers(300));
    let requests = server.requests();
    let throttled: Vec<_> = requests.iter().filter(|request| request.number() % 50 == 0).collect();
    assert_eq!(throttled.len(), 6);
    for throttled in throttled {
        let too_early = |request: &&Request| {
            let since = request.at().saturating_duration_since(throttled.at());
            // Requests that are in transit already may still arrive.
            since > SECOND && since < 30 * SECOND
        };
        assert_eq!(requests.iter().filter(too_early).count(), 0, "after {throttled:?}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_customer_throttled_beyond_the_call_timeout_is_retried() -> Outcome {
    let server = busy(&BUSY[..1], 3, 10 * MINUTE).await?;
    let client = builder(&server).timeout(MINUTE).build()?;
    assert_eq!(sorted(customers_of(&items(client.organizations(customers(200))).await)), customers(200));
    let requested = requested(&server, BUSY[0]);
    assert_eq!(requested.len(), 4);
    assert!(requested.windows(2).all(|pair| pair[1] - pair[0] >= 10 * MINUTE), "{requested:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn customers_throttled_beyond_the_call_timeout_all_succeed() -> Outcome {
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
async fn a_run_that_starts_throttled_reaches_full_speed_afterwards() -> Outcome {
    let began = Instant::now();
    let server = FaultServer::start_with(move |request| match request.at() - began < MINUTE {
        true => throttled(5 * SECOND).into(),
        false => good(request),
    })
    .await?;
    assert_eq!(sorted(customers_of(&items(run(&server, 600)?).await)), customers(600));
    assert!(began.elapsed() < MINUTE + 15 * SECOND, "{:?}", began.elapsed());
    // After the calls in flight at first, one call each time finds that the service still throttles.
    let throttled = server.count(EventKind::Request) - 600;
    assert!(throttled <= 32 + 12, "{throttled} throttled");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_run_recovers_from_one_early_long_delay() -> Outcome {
    let began = Instant::now();
    // A real limit would be 20 calls in 30 seconds.
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
async fn a_customer_that_stays_throttled_fails_as_throttled() -> Outcome {
    let began = Instant::now();
    let server = busy(&BUSY[..1], usize::MAX, SECOND).await?;
    let items = items(run(&server, 100)?).await;
    assert!(began.elapsed() < 10 * MINUTE, "{:?}", began.elapsed());
    let (good, failed): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.1.is_ok());
    assert_eq!((customers_of(&good).len(), failed.len()), (99, 1));
    let (customer, result) = &failed[0];
    assert_eq!((*customer, result.as_ref().map_err(|error| error.kind()).err()), (BUSY[0], Some(ErrorKind::Throttled)));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn the_last_customers_of_a_run_fail_after_twenty_throttled_attempts() -> Outcome {
    let server = FaultServer::start([throttled(5 * SECOND)]).await?;
    let items = items(run(&server, 3)?).await;
    assert!(items.iter().all(|(_, result)| result.as_ref().is_err_and(|error| error.attempts() <= 21)), "{items:?}");
    assert_eq!((items.len(), server.count(EventKind::Request)), (3, 60));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_customer_that_holds_up_all_others_fails_within_the_hour() -> Outcome {
    let began = Instant::now();
    let server = busy(&BUSY[..1], usize::MAX, SECOND).await?;
    let new_run = || Ok::<_, partner_center::Error>(builder(&server).build()?.organizations(customers(60)));
    for organizations in [new_run()?.concurrency(1), new_run()?.ordered()] {
        let items = items(organizations).await;
        let failed: Vec<_> = items.iter().filter(|item| item.1.is_err()).map(|item| item.0).collect();
        assert_eq!((items.len(), failed), (60, BUSY[..1].to_vec()));
    }
    assert!(began.elapsed() < 2 * HOUR, "{:?}", began.elapsed());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_delay_of_years_is_an_error_and_not_waited_for() -> Outcome {
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
async fn one_delay_of_hours_holds_only_that_customer() -> Outcome {
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
async fn no_customer_fails_in_half_an_hour_of_throttling() -> Outcome {
    let began = Instant::now();
    let server = FaultServer::start_with(move |request| {
        let is_storm = (SECOND..30 * MINUTE).contains(&(request.at() - began));
        if is_storm { throttled(SECOND).into() } else { good(request) }
    })
    .await?;
    assert_eq!(sorted(customers_of(&items(run(&server, 2000)?).await)), customers(2000));
    assert!(began.elapsed() < 32 * MINUTE, "{:?}", began.elapsed());
    let throttled = server.count(EventKind::Request) - 2000;
    // Holds grow to half a minute, and each costs at most one request per call in flight.
    assert!(throttled <= 60 * 8, "{throttled} throttled");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn throttling_without_a_delay_slows_the_run() -> Outcome {
    // 20 requests per second are served; the others get a delay of zero.
    let began = Instant::now();
    let mut served = (0, 0);
    let server = FaultServer::start_with(move |request| {
        let second = (request.at() - began).as_secs();
        served = if served.0 == second { (second, served.1 + 1) } else { (second, 1) };
        if served.1 > 20 { throttled(Duration::ZERO).into() } else { good(request) }
    })
    .await?;
    assert_eq!(sorted(customers_of(&items(run(&server, 400)?).await)), customers(400));
    let throttled = server.count(EventKind::Request) - 400;

    assert!(throttled <= 40, "{throttled} throttled");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn throttling_without_a_delay_holds_all_calls_for_a_second() -> Outcome {
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
