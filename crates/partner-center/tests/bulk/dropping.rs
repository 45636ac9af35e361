//! Dropping a run ends its calls, tasks and connections, and takes no more customers.

use std::sync::atomic::Ordering;

use partner_center_mock::Gate;
use partner_center_mock::faults::{EventKind, FaultResponse, FaultServer};
use tokio::runtime::Handle;

use crate::support::{HOUR, Outcome, builder, counted, organization};

const CONCURRENCY: usize = 8;

#[tokio::test(start_paused = true)]
async fn dropping_a_run_midway_ends_calls_and_tasks_and_takes_no_customer() -> Outcome {
    let gate = Gate::new();
    let held = gate.clone();
    let server = FaultServer::start_with(move |request| FaultResponse::held(&held, organization(request))).await?;
    let own_tasks = Handle::current().metrics().num_alive_tasks();
    let (source, taken) = counted(1000);
    let client = builder(&server).build()?;
    let mut organizations = client.organizations(source).concurrency(CONCURRENCY);

    gate.let_through(20);
    for _ in 0..20 {
        assert!(organizations.next().await.is_some_and(|(_, result)| result.is_ok()));
    }
    // The maximum number of calls is in flight.
    tokio::select! {
        item = organizations.next() => panic!("the gate is closed: {item:?}"),
        () = gate.wait_for(CONCURRENCY) => {}
    }
    drop(organizations);

    server.wait_for(EventKind::Left, CONCURRENCY).await;
    tokio::time::sleep(HOUR).await;
    assert_eq!((gate.waiting(), server.open_connections()), (0, 0));
    assert_eq!(Handle::current().metrics().num_alive_tasks(), own_tasks);
    assert_eq!((taken.load(Ordering::Relaxed), server.count(EventKind::Request)), (28, 28));
    drop(client);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn dropping_a_run_that_waits_for_its_rate_leaves_no_task() -> Outcome {
    let server = FaultServer::start_with(organization).await?;
    let own_tasks = Handle::current().metrics().num_alive_tasks();
    let (source, taken) = counted(1000);
    let mut organizations = builder(&server).build()?.organizations(source).rate_limit(1, HOUR);
    assert!(organizations.next().await.is_some());
    assert!(tokio::time::timeout(HOUR / 2, organizations.next()).await.is_err());
    drop(organizations);
    tokio::time::sleep(2 * HOUR).await;
    assert_eq!(Handle::current().metrics().num_alive_tasks(), own_tasks);
    assert!(taken.load(Ordering::Relaxed) <= 9, "one handed out, eight in flight");
    assert_eq!(server.count(EventKind::Request), 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_completed_run_leaves_no_task_even_before_it_is_dropped() -> Outcome {
    let server = FaultServer::start_with(organization).await?;
    let own_tasks = Handle::current().metrics().num_alive_tasks();
    let (source, _) = counted(50);
    let mut organizations = builder(&server).build()?.organizations(source).concurrency(CONCURRENCY);
    while organizations.next().await.is_some() {}
    // Idle connections are closed by then.
    tokio::time::sleep(HOUR).await;
    assert_eq!(Handle::current().metrics().num_alive_tasks(), own_tasks);
    assert!(organizations.next().await.is_none());
    Ok(())
}
