//! The number of calls in flight, and of customers taken ahead.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use partner_center::Organizations;
use partner_center_mock::Gate;
use partner_center_mock::faults::{EventKind, FaultResponse, FaultServer};
use tokio::time::timeout;

use crate::support::{
    HOUR, MINUTE, Outcome, builder, counted, customer, customers, customers_of, items, organization, run,
};

const CONCURRENCY: usize = 8;

/// A service that responds behind `gate`, and the highest number of concurrent requests.
async fn gated(gate: &Gate) -> std::io::Result<(FaultServer, Arc<AtomicUsize>)> {
    let (gate, most) = (gate.clone(), Arc::new(AtomicUsize::new(0)));
    let highest = most.clone();
    let server = FaultServer::start_with(move |request| {
        highest.fetch_max(gate.waiting() + 1, Ordering::Relaxed);
        FaultResponse::held(&gate, organization(request))
    });
    Ok((server.await?, most))
}

/// Polls for a minute.
async fn poll(organizations: &mut Organizations) -> usize {
    let mut items = 0;
    while let Ok(Some(_)) = timeout(MINUTE, organizations.next()).await {
        items += 1;
    }
    items
}

#[tokio::test(start_paused = true)]
async fn the_set_number_of_calls_is_in_flight_and_never_more() -> Outcome {
    let gate = Gate::new();
    let (server, most) = gated(&gate).await?;
    let mut organizations = run(&server, 100)?.concurrency(CONCURRENCY);
    for let_through in [0, 1, 5, CONCURRENCY, 3] {
        gate.let_through(let_through);
        assert_eq!(poll(&mut organizations).await, let_through);
        assert_eq!(gate.waiting(), CONCURRENCY);
    }
    gate.open();
    assert_eq!(customers_of(&items(organizations).await).len(), 100 - 17);
    assert_eq!(most.load(Ordering::Relaxed), CONCURRENCY);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_concurrency_of_zero_means_one() -> Outcome {
    let server = FaultServer::start_with(organization).await?;
    assert_eq!(customers_of(&items(run(&server, 3)?.concurrency(0)).await), customers(3));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_unpolled_run_takes_no_more_than_its_concurrency_ahead() -> Outcome {
    let server = FaultServer::start_with(organization).await?;
    let (source, taken) = counted(1000);
    let mut organizations = builder(&server).build()?.organizations(source).concurrency(CONCURRENCY);
    for handed_out in 1..=20 {
        assert!(organizations.next().await.is_some());
        tokio::time::sleep(HOUR).await;
        let ahead = taken.load(Ordering::Relaxed) - handed_out;
        assert!(ahead <= CONCURRENCY, "{ahead} customers taken ahead");
    }
    assert_eq!(server.count(EventKind::Request), taken.load(Ordering::Relaxed));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_ordered_run_takes_no_more_ahead_while_the_first_item_is_late() -> Outcome {
    let gate = Gate::new();
    let first = gate.clone();
    let server = FaultServer::start_with(move |request| match customer(request).as_u128() {
        1 => FaultResponse::held(&first, organization(request)),
        _ => FaultResponse::respond(organization(request)),
    })
    .await?;
    let (source, taken) = counted(100);
    let mut organizations = builder(&server).build()?.organizations(source).concurrency(CONCURRENCY).ordered();
    assert_eq!(poll(&mut organizations).await, 0);
    assert_eq!(taken.load(Ordering::Relaxed), CONCURRENCY);
    gate.open();
    assert_eq!(customers_of(&items(organizations).await), customers(100));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn cancelling_the_wait_for_the_next_item_loses_none() -> Outcome {
    let gate = Gate::new();
    let (server, _) = gated(&gate).await?;
    let mut organizations = run(&server, 100)?.concurrency(CONCURRENCY);
    let mut succeeded = 0;
    while succeeded < 100 {
        // The gate opens at other times than the test polls.
        gate.let_through(1);
        match timeout(std::time::Duration::from_millis(3), organizations.next()).await {
            Ok(Some((_, result))) => succeeded += usize::from(result.is_ok()),
            Ok(None) => break,
            Err(_) => {}
        }
    }
    assert_eq!((succeeded, server.count(EventKind::Request)), (100, 100));
    assert!(organizations.next().await.is_none());
    Ok(())
}
