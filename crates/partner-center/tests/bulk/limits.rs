//! Services with a limit: met, and rarely overstepped.

use std::time::Duration;

use partner_center_mock::faults::FaultServer;
use tokio::time::Instant;

use crate::support::{MINUTE, Outcome, SECOND, answered, good, items, refusal, run};

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

    /// A service with this limit that counts refused calls too, as far as it counts at all.
    async fn serve(self) -> std::io::Result<FaultServer> {
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
            // Waits are told in whole seconds.
            wait.map_or_else(|| good(request), |wait: f64| refusal(Duration::from_secs_f64(wait.ceil())).into())
        })
        .await
    }
}

/// Runs into the limit with so many customers, and asserts that it is rarely overstepped and soon used to the full.
async fn assert_met(limit: Limit, customers: u32) -> Outcome {
    let began = Instant::now();
    let server = limit.serve().await?;
    let items = items(run(&server, customers.into())?).await;
    assert_eq!(answered(&items).len(), items.len());
    let requests = server.requests();
    let refused = requests.len() - items.len();
    assert!(refused * 100 <= items.len(), "{limit:?}: {refused} of {} refused", items.len());
    // The run looks for the limit first, so it takes a little longer than one that knows it.
    let (took, ideal) = (began.elapsed().as_secs_f64(), f64::from(customers) / limit.rate());
    assert!(took <= ideal * 1.3, "{limit:?}: {took} s where {ideal} s are possible");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_limit_by_the_second_is_met_with_few_refusals() -> Outcome {
    assert_met(Limit::Window(50.0, SECOND), 1500).await
}

#[tokio::test(start_paused = true)]
async fn a_limit_by_the_minute_is_met_with_few_refusals() -> Outcome {
    assert_met(Limit::Window(500.0, MINUTE), 1000).await
}

#[tokio::test(start_paused = true)]
async fn a_token_bucket_is_met_with_few_refusals() -> Outcome {
    assert_met(Limit::Bucket(50.0), 1000).await
}
