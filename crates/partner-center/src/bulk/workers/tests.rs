//! What becomes of jobs whose worker does not come to its end.

use std::error::Error as _;
use std::future::poll_fn;
use std::net::TcpListener;

use super::*;
use crate::auth::StaticToken;

/// A client of a service that takes connections and never answers.
fn hanging() -> (TcpListener, Client) {
    let service = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", service.local_addr().unwrap());
    (service, Client::builder().credential(StaticToken::new("token")).base_url(address).build().unwrap())
}

/// A client whose calls fail at once.
fn failing() -> Client {
    Client::builder()
        .credential(StaticToken::new("token"))
        .base_url("http://127.0.0.1:9")
        .retry(RetryPolicy::off())
        .build()
        .unwrap()
}

fn job(customer: u128) -> Job {
    Job::of(Uuid::from_u128(customer))
}

async fn done(workers: &mut Workers) -> Option<(u128, Error)> {
    let (job, outcome) = poll_fn(|context| workers.poll_done(context)).await?;
    Some((job.customer.as_u128(), outcome.unwrap_err()))
}

#[tokio::test]
async fn one_worker_makes_calls_that_come_one_after_the_other() {
    let (client, mut workers) = (failing(), Workers::new());
    for customer in 1..=5 {
        workers.begin(job(customer), &client, None);
        assert_eq!(done(&mut workers).await.unwrap().0, customer);
    }
    assert_eq!((workers.tasks.len(), workers.busy()), (1, 0));
    assert!(done(&mut workers).await.is_none());
}

#[tokio::test]
async fn a_job_comes_back_with_the_reason_where_its_task_is_ended_before_or_within_the_call() {
    let (_service, client) = hanging();
    let mut workers = Workers::new();
    for (customer, has_begun) in [(1, false), (2, true)] {
        workers.begin(job(customer), &client, None);
        if has_begun {
            tokio::task::yield_now().await;
        }
        workers.tasks.abort_all();
        let (id, error) = done(&mut workers).await.unwrap();
        assert_eq!((id, error.kind()), (customer, ErrorKind::Connection));
        assert!(error.source().is_some(), "{error:?}");
        assert_eq!((workers.tasks.len(), workers.idle.len()), (0, 0), "a dead task is kept");
    }
}

#[test]
fn a_worker_whose_runtime_is_gone_is_replaced() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (client, mut workers) = (failing(), Workers::new());
    for customer in 1..=2 {
        runtime().block_on(async {
            workers.begin(job(customer), &client, None);
            let (id, error) = done(&mut workers).await.unwrap();
            assert_eq!(id, customer);
            assert!(error.attempts() > 0, "no call was made: {error:?}");
        });
    }
}
