//! Sources of customers: empty ones, duplicates, slow streams.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use partner_center::uuid::Uuid;
use partner_center_mock::faults::{EventKind, FaultServer};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::support::{HOUR, Outcome, SECOND, builder, customers, customers_of, good, items, organization, run, sorted};

/// The receiver of a channel as a stream.
struct Received(mpsc::Receiver<Uuid>);

impl Stream for Received {
    type Item = Uuid;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Uuid>> {
        self.0.poll_recv(context)
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_run_ends_at_once_without_a_request() -> Outcome {
    let server = FaultServer::start_with(organization).await?;
    assert!(items(run(&server, 0)?).await.is_empty());
    let (sender, receiver) = mpsc::channel(1);
    drop(sender);
    assert!(items(builder(&server).build()?.organizations_of_stream(Received(receiver))).await.is_empty());
    assert_eq!(server.count(EventKind::Request), 0);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn duplicate_customers_are_not_removed() -> Outcome {
    let server = FaultServer::start_with(good).await?;
    let thrice: Vec<Uuid> = customers(50).into_iter().flat_map(|customer| [customer; 3]).collect();
    let run = builder(&server).build()?.organizations(thrice.clone());
    assert_eq!(sorted(customers_of(&items(run).await)), thrice);
    assert_eq!(server.count(EventKind::Request), thrice.len());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_stream_without_a_customer_yet_is_awaited() -> Outcome {
    let server = FaultServer::start_with(good).await?;
    let (sender, receiver) = mpsc::channel(1);
    let run = builder(&server).build()?.organizations_of_stream(Received(receiver));
    let run = tokio::spawn(items(run));
    for (number, customer) in customers(6).into_iter().enumerate() {
        // Alternately while calls are in flight and long after the last one.
        tokio::time::sleep(if number % 2 == 0 { HOUR } else { SECOND / 100 }).await;
        sender.send(customer).await?;
    }
    tokio::time::sleep(HOUR).await;
    assert_eq!((server.count(EventKind::Request), run.is_finished()), (6, false));
    drop(sender);
    assert_eq!(sorted(customers_of(&run.await?)), customers(6));
    Ok(())
}

/// An iterator whose size hint is always zero.
struct WrongSizeHint(std::vec::IntoIter<Uuid>);

impl Iterator for WrongSizeHint {
    type Item = Uuid;

    fn next(&mut self) -> Option<Uuid> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(0))
    }
}

#[tokio::test(start_paused = true)]
async fn an_iterator_with_a_wrong_size_hint_loses_no_customer() -> Outcome {
    let server = FaultServer::start_with(good).await?;
    let run = builder(&server).build()?.organizations(WrongSizeHint(customers(20).into_iter()));
    assert_eq!(sorted(customers_of(&items(run).await)), customers(20));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_slow_run_over_a_channel_ends_with_the_channel() -> Outcome {
    let server = FaultServer::start_with(good).await?;
    let (sender, receiver) = mpsc::channel(10);
    for customer in customers(2) {
        sender.send(customer).await?;
    }
    drop(sender);
    let began = Instant::now();
    let run = builder(&server).build()?.organizations_of_stream(Received(receiver)).rate_limit(1, HOUR);
    assert_eq!(sorted(customers_of(&items(run).await)), customers(2));
    assert!(began.elapsed() < HOUR + SECOND, "{:?}", began.elapsed());
    Ok(())
}
