//! A rate limit set by the caller is kept, measured at the server.

use std::time::Duration;

use partner_center::RetryPolicy;
use partner_center::auth::{AccessToken, credential_fn};
use partner_center::uuid::Uuid;
use partner_center_mock::MockResponse;
use partner_center_mock::faults::{FaultResponse, FaultServer, Request};
use tokio::time::Instant;

use crate::support::{
    HOUR, LATENCY, MINUTE, Outcome, SECOND, builder, customers, customers_of, good, items, organization, run, throttled,
};

/// The arrival times of the requests, in order.
fn arrivals(server: &FaultServer) -> Vec<Instant> {
    server.requests().iter().map(Request::at).collect()
}

/// The most arrivals within any `period`.
fn most_within(arrivals: &[Instant], period: Duration) -> usize {
    let within = |(number, first): (usize, &Instant)| {
        arrivals[number..].iter().take_while(|arrival| **arrival < *first + period).count()
    };
    arrivals.iter().enumerate().map(within).max().unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn a_set_rate_is_kept_and_used() -> Outcome {
    let server = FaultServer::start_with(good).await?;
    let items = items(run(&server, 600)?.rate_limit(500, MINUTE)).await;
    assert_eq!(customers_of(&items).len(), 600);
    let arrivals = arrivals(&server);
    // A call that is a few milliseconds late does not delay the following ones.
    assert!(most_within(&arrivals, MINUTE) <= 501, "{}", most_within(&arrivals, MINUTE));
    assert!(most_within(&arrivals, SECOND) <= 10, "{} in a second", most_within(&arrivals, SECOND));
    let took = arrivals[599] - arrivals[0];
    assert!(took < 72 * SECOND, "{took:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_rate_of_one_call_per_hour_is_kept() -> Outcome {
    let server = FaultServer::start_with(good).await?;
    customers_of(&items(run(&server, 3)?.rate_limit(1, HOUR)).await);
    let arrivals = arrivals(&server);
    assert!(arrivals.windows(2).all(|pair| pair[1] - pair[0] >= HOUR - SECOND), "{arrivals:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_slow_run_ends_with_its_last_response() -> Outcome {
    let server = FaultServer::start_with(good).await?;
    let began = Instant::now();
    customers_of(&items(run(&server, 2)?.rate_limit(1, HOUR)).await);
    assert!(began.elapsed() < HOUR + MINUTE, "{:?}", began.elapsed());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_slow_consumer_does_not_catch_up_in_a_burst() -> Outcome {
    let server = FaultServer::start_with(organization).await?;
    let mut organizations = run(&server, 100)?.rate_limit(10, SECOND);
    assert!(organizations.next().await.is_some());
    tokio::time::sleep(MINUTE).await;
    assert_eq!(customers_of(&items(organizations).await).len(), 99);
    assert!(most_within(&arrivals(&server), SECOND) <= 12, "{}", most_within(&arrivals(&server), SECOND));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn retries_count_towards_a_set_rate() -> Outcome {
    let server = FaultServer::start_with(|request| match request.number() % 3 {
        0 => FaultResponse::wait(LATENCY).then_respond(MockResponse::new(503)),
        _ => good(request),
    })
    .await?;
    let retry = RetryPolicy::default().base_delay(Duration::from_millis(1)).max_attempts(10).budget(false);
    let client = builder(&server).retry(retry);
    let run = client.build()?.organizations(customers(100)).rate_limit(10, SECOND);
    assert_eq!(customers_of(&items(run).await).len(), 100);
    let arrivals = arrivals(&server);
    let rate = arrivals.len() as f64 / (arrivals[arrivals.len() - 1] - arrivals[0]).as_secs_f64();
    assert!((9.0..10.5).contains(&rate), "{rate} per second");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_rate_of_zero_means_one() -> Outcome {
    let server = FaultServer::start_with(good).await?;
    customers_of(&items(run(&server, 3)?.rate_limit(0, MINUTE)).await);
    let arrivals = arrivals(&server);
    assert!(arrivals.windows(2).all(|pair| pair[1] - pair[0] >= MINUTE - SECOND), "{arrivals:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn calls_do_not_pile_up_behind_the_first_sign_in() -> Outcome {
    let server = FaultServer::start_with(good).await?;
    let credential = credential_fn(|_| async {
        tokio::time::sleep(5 * SECOND).await;
        Ok(AccessToken::new("an-access-token", HOUR))
    });
    let client = builder(&server).credential(credential).build()?;
    customers_of(&items(client.organizations(customers(60)).rate_limit(5, SECOND)).await);
    let most = most_within(&arrivals(&server), SECOND);
    assert!(most <= 6, "{most} in one second");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn calls_that_waited_for_a_token_respect_throttling_meanwhile() -> Outcome {
    // The first call is throttled, long after its token expired and while the second one waits for a new token.
    let server = FaultServer::start_with(|request| match request.number() {
        1 => FaultResponse::wait(20 * SECOND).then_respond(throttled(MINUTE)),
        _ => good(request),
    })
    .await?;
    let credential = credential_fn(|_| async {
        tokio::time::sleep(10 * SECOND).await;
        Ok(AccessToken::new("an-access-token", 5 * SECOND))
    });
    let client = builder(&server).credential(credential).build()?;
    let calls = [(1, 0), (2, 25)].map(|(number, begins)| {
        let call = client.customer(Uuid::from_u128(number)).organization();
        tokio::spawn(async move {
            tokio::time::sleep(begins * SECOND).await;
            call.await
        })
    });
    for call in calls {
        call.await??;
    }
    let arrivals = arrivals(&server);
    assert!(arrivals[1..].iter().all(|arrival| *arrival - arrivals[0] >= MINUTE + 20 * SECOND), "{arrivals:?}");
    Ok(())
}
