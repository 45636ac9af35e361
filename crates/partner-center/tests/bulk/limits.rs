//! Services with a limit: met, and rarely overstepped.

use std::time::Duration;

use partner_center::uuid::Uuid;
use partner_center_mock::Reply;
use partner_center_mock::faults::FaultServer;
use tokio::time::Instant;

use crate::support::{MINUTE, Outcome, SECOND, answered, builder, customers, good, items, refusal, run};

/// How a service counts.
#[derive(Clone, Copy, Debug)]
enum Limit {
    /// So many calls in each window of time.
    Window(f64, Duration),
    /// So many calls a second, and what a second saves up at most.
    Bucket(f64),
}

impl Limit {
    /// Calls a second.
    fn rate(self) -> f64 {
        match self {
            Self::Window(calls, length) => calls / length.as_secs_f64(),
            Self::Bucket(rate) => rate,
        }
    }

    /// A service with this limit that counts refused calls too, as far as it counts at all, and tells waits in whole
    /// seconds.
    async fn serve(self) -> std::io::Result<FaultServer> {
        self.telling(|wait| Some(wait.ceil())).await
    }

    /// The same, but it tells what `tell` makes of the seconds to wait.
    async fn telling(self, tell: impl Fn(f64) -> Option<f64> + Send + 'static) -> std::io::Result<FaultServer> {
        let began = Instant::now();
        let (mut used, mut window, mut level, mut at) = (0.0, 0, self.rate(), began);
        FaultServer::answering(move |request| {
            let wait = match self {
                Self::Window(calls, length) => {
                    let now = (request.at() - began).as_secs_f64() / length.as_secs_f64();
                    if window != now as u64 {
                        (window, used) = (now as u64, 0.0);
                    }
                    used += 1.0;
                    (used > calls).then(|| (1.0 - now.fract()) * length.as_secs_f64())
                }
                Self::Bucket(rate) => {
                    level = (level + (request.at() - at).as_secs_f64() * rate).min(rate);
                    at = request.at();
                    let is_served = level >= 1.0;
                    level -= if is_served { 1.0 } else { 0.0 };
                    (!is_served).then_some(1.0)
                }
            };
            match wait.map(&tell) {
                None => good(request),
                Some(Some(wait)) => refusal(Duration::from_secs_f64(wait)).into(),
                Some(None) => Reply::new(429).into(),
            }
        })
        .await
    }
}

/// Runs into the limit with so many customers, and asserts that it is rarely overstepped and soon used to the full: that
/// the run takes at most so many times what it takes who knows the limit.
async fn assert_met(limit: Limit, customers: u32, most: f64) -> Outcome {
    let began = Instant::now();
    let server = limit.serve().await?;
    let items = items(run(&server, customers.into())?).await;
    let took = began.elapsed().as_secs_f64();
    assert_eq!(answered(&items).len(), items.len());
    let requests = server.requests();
    let refused = requests.len() - items.len();
    assert!(refused * 100 <= items.len(), "{limit:?}: {refused} of {} refused", items.len());
    let ideal = f64::from(customers) / limit.rate();
    assert!(took <= ideal * most, "{limit:?}: {took} s where {ideal} s are possible");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_limit_by_the_second_is_met_with_few_refusals() -> Outcome {
    assert_met(Limit::Window(50.0, SECOND), 1500, 1.25).await
}

#[tokio::test(start_paused = true)]
async fn a_limit_by_the_minute_is_met_with_few_refusals() -> Outcome {
    assert_met(Limit::Window(500.0, MINUTE), 3000, 1.05).await
}

#[tokio::test(start_paused = true)]
async fn a_token_bucket_is_met_with_few_refusals() -> Outcome {
    assert_met(Limit::Bucket(50.0), 1000, 1.1).await
}

#[tokio::test(start_paused = true)]
async fn a_token_bucket_that_tells_no_wait_to_speak_of_is_met_all_the_same() -> Outcome {
    let began = Instant::now();
    let server = Limit::Bucket(500.0).telling(|_| Some(0.0)).await?;
    let items = items(run(&server, 4000)?).await;
    let took = began.elapsed();
    assert_eq!(answered(&items).len(), 4000);
    let refused = server.requests().len() - items.len();
    assert!(refused <= 120, "{refused} refused");
    assert!(took <= 12 * SECOND, "{took:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_limit_by_the_minute_that_tells_no_wait_is_not_hammered() -> Outcome {
    let began = Instant::now();
    let server = Limit::Window(500.0, MINUTE).telling(|_| None).await?;
    let items = items(run(&server, 2000)?).await;
    let took = began.elapsed();
    assert_eq!(answered(&items).len(), 2000);
    // Each time, the wait is found out by doubling it.
    let refused = server.requests().len() - items.len();
    assert!(refused <= 120, "{refused} refused");
    assert!(took <= 5 * MINUTE, "{took:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn two_runs_on_one_client_share_a_limit() -> Outcome {
    let began = Instant::now();
    let server = Limit::Window(100.0, SECOND).serve().await?;
    let client = builder(&server).build()?;
    let runs = [customers(2000), (10_001..=12_000).map(Uuid::from_u128).collect()];
    let runs = runs.map(|customers| tokio::spawn(items(client.organizations(customers))));
    for run in runs {
        assert_eq!(answered(&run.await?).len(), 2000);
    }
    let took = began.elapsed();
    let refused = server.requests().len() - 4000;
    assert!(refused <= 120, "{refused} refused");
    assert!(took <= 55 * SECOND, "{took:?}");
    Ok(())
}
