//! Limits of customers' own: many of them in one run, in another run, and met by a call beside the run.

use std::collections::HashMap;
use std::time::Duration;

use partner_center::ErrorKind;
use partner_center::uuid::Uuid;
use partner_center_mock::faults::{FaultServer, Request};
use tokio::time::Instant;

use crate::support::{
    HOUR, MINUTE, Outcome, SECOND, answered, builder, customer, customers, good, items, refusal, run, sorted,
};

/// A service that refuses some customers so many times each, for a minute, and answers everybody else.
async fn busy(is_busy: fn(u128) -> bool, times: usize) -> std::io::Result<FaultServer> {
    let mut refused = HashMap::new();
    FaultServer::answering(move |request| {
        let customer = customer(request);
        let refused: &mut usize = refused.entry(customer).or_default();
        if is_busy(customer.as_u128()) && *refused < times {
            *refused += 1;
            return refusal(MINUTE).into();
        }
        good(request)
    })
    .await
}

/// When the last customer was asked for that has no limit of its own.
fn last_of_the_others(server: &FaultServer, is_busy: fn(u128) -> bool) -> Option<Instant> {
    server.requests().iter().rfind(|request| !is_busy(customer(request).as_u128())).map(Request::at)
}

#[tokio::test(start_paused = true)]
async fn many_customers_with_limits_of_their_own_cost_the_others_two_waits_and_no_more() -> Outcome {
    let is_busy = |number| number % 50 == 40;
    let began = Instant::now();
    let server = busy(is_busy, 5).await?;
    let items = items(run(&server, 2000)?).await;
    let took = began.elapsed();
    assert_eq!(sorted(answered(&items)), customers(2000));
    let others = last_of_the_others(&server, is_busy).map(|last| last - began);
    assert!(others.is_some_and(|others| others < 2 * MINUTE + 15 * SECOND), "{others:?}");
    assert!(took < 12 * MINUTE, "{took:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn another_runs_busy_customer_costs_a_run_one_wait() -> Outcome {
    let is_busy = |number| number == 40;
    let began = Instant::now();
    let server = busy(is_busy, 5).await?;
    let client = builder(&server).build()?;
    let other = tokio::spawn(items(client.organizations(customers(600))));
    let many: Vec<_> = (10_001..=13_000).map(Uuid::from_u128).collect();
    assert_eq!(answered(&items(client.organizations(many)).await).len(), 3000);
    // Three thousand take two seconds.
    assert!(began.elapsed() < MINUTE + 10 * SECOND, "{:?}", began.elapsed());
    assert_eq!(answered(&other.await?).len(), 600);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn plain_calls_for_busy_customers_do_not_slow_a_run_for_good() -> Outcome {
    let is_busy = |number| number >= 1_000_000;
    let began = Instant::now();
    let server = busy(is_busy, usize::MAX).await?;
    let client = builder(&server).timeout(HOUR).build()?;
    let mut organizations = client.organizations(customers(3000));
    for _ in 0..100 {
        assert!(organizations.next().await.is_some());
    }
    // One that gives up at once, and one that is refused again and again.
    let hurried = client.customer(Uuid::from_u128(1_000_000)).organization().timeout(SECOND);
    let error = hurried.await.expect_err("no time to wait");
    assert_eq!(error.kind(), ErrorKind::Throttled);
    let stubborn = tokio::spawn(async move {
        client.customer(Uuid::from_u128(1_000_001)).organization().timeout(Duration::from_secs(300)).await
    });
    assert_eq!(answered(&items(organizations).await).len(), 2900);
    assert!(began.elapsed() < 3 * MINUTE + 20 * SECOND, "{:?}", began.elapsed());
    assert!(stubborn.await?.is_err());
    Ok(())
}
