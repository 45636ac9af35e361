//! Runs against services with a rate limit: they use it fully and rarely exceed it.

use std::time::Duration;

use partner_center::uuid::Uuid;
use partner_center_mock::MockResponse;
use partner_center_mock::faults::{EventKind, FaultResponse, FaultServer};
use tokio::time::Instant;

use crate::support::{
    LATENCY, MINUTE, Outcome, SECOND, builder, customers, customers_of, items, organization, run, throttled,
};

const MILLISECOND: Duration = Duration::from_millis(1);

/// The rate limit of a service.
#[derive(Clone, Copy, Debug)]
enum Limit {
    /// A number of calls per time window.
    Window(f64, Duration),
    /// A token bucket: calls per second, with the capacity of one second.
    Bucket(f64),
    /// Calls per second, halved after a time.
    Halving(f64, Duration),
    /// Calls per second, multiplied by ten after a time.
    Rising(f64, Duration),
}

impl Limit {
    /// Calls per second.
    fn rate(self) -> f64 {
        match self {
            Self::Window(calls, length) => calls / length.as_secs_f64(),
            Self::Bucket(rate) | Self::Halving(rate, _) | Self::Rising(rate, _) => rate,
        }
    }

    /// A service with this limit that sends `Retry-After` in whole seconds. Windows count throttled calls too.
    async fn serve(self, latency: Duration) -> std::io::Result<FaultServer> {
        self.serve_with_delays(latency, |wait| Some(wait.ceil())).await
    }

    /// The same service; `retry_after` maps the seconds until the next call to the delay that it sends.
    async fn serve_with_delays(
        self,
        latency: Duration,
        retry_after: impl Fn(f64) -> Option<f64> + Send + 'static,
    ) -> std::io::Result<FaultServer> {
        let began = Instant::now();
        let (mut used, mut window, mut level, mut at) = (0.0, 0, self.rate(), began);
        FaultServer::start_with(move |request| {
            let limit = match self {
                Self::Halving(rate, until) if request.at() - began < until => Self::Window(rate, SECOND),
                Self::Halving(rate, _) => Self::Window(rate / 2.0, SECOND),
                Self::Rising(rate, until) if request.at() - began < until => Self::Window(rate, SECOND),
                Self::Rising(rate, _) => Self::Window(rate * 10.0, SECOND),
                limit => limit,
            };
            let wait = match limit {
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
                Self::Halving(..) | Self::Rising(..) => None,
            };
            match wait.map(&retry_after) {
                None => FaultResponse::wait(latency).then_respond(organization(request)),
                Some(Some(wait)) => throttled(Duration::from_secs_f64(wait)).into(),
                Some(None) => MockResponse::new(429).into(),
            }
        })
        .await
    }
}

/// The result of a run against a limit.
#[derive(Debug)]
struct Figures {
    /// The duration of the run ÷ the minimum that the limit allows.
    time: f64,
    /// Responses per second in the last third of the run ÷ the limit.
    settled: f64,
    /// Throttled requests ÷ customers.
    rejected: f64,
}

/// A run against the limit with eight calls in flight. `RUN_SCALE` multiplies the customers, to measure longer runs.
async fn measure(limit: Limit, customers: u32, latency: Duration) -> Result<Figures, Box<dyn std::error::Error>> {
    let scale = std::env::var("RUN_SCALE").ok().and_then(|scale| scale.parse().ok()).unwrap_or(1);
    let customers = customers * scale;
    let server = limit.serve(latency).await?;
    let began = Instant::now();
    let mut run = run(&server, customers.into())?;
    let (mut finished, mut settled_since) = (0, began);
    while let Some((customer, result)) = run.next().await {
        result.map_err(|error| format!("{customer}: {error}"))?;
        finished += 1;
        if finished == customers * 2 / 3 {
            settled_since = Instant::now();
        }
    }
    assert_eq!(finished, customers);
    let settled = f64::from(customers - customers * 2 / 3) / settled_since.elapsed().as_secs_f64();
    let figures = Figures {
        time: began.elapsed().as_secs_f64() / (f64::from(customers) / limit.rate()),
        settled: settled / limit.rate(),
        rejected: (server.count(EventKind::Request) as f64 - f64::from(customers)) / f64::from(customers),
    };
    println!("{limit:?}, {customers} customers: {figures:?}");
    Ok(figures)
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_500_per_minute_is_used_fully_and_rarely_exceeded() -> Outcome {
    let figures = measure(Limit::Window(500.0, MINUTE), 5000, 300 * MILLISECOND).await?;
    assert!(figures.time <= 1.03 && figures.rejected <= 0.01, "{figures:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn limits_per_second_are_nearly_used_fully_and_rarely_exceeded() -> Outcome {
    for limit in [Limit::Window(50.0, SECOND), Limit::Bucket(50.0)] {
        let figures = measure(limit, 4000, LATENCY).await?;
        assert!(figures.settled >= 0.9 && figures.rejected <= 0.01, "{limit:?}: {figures:?}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_halves_is_followed_within_the_run() -> Outcome {
    let figures = measure(Limit::Halving(50.0, 40 * SECOND), 5000, LATENCY).await?;
    // The minimum duration is that of the limit before it halves.
    assert!(figures.settled >= 0.45 && figures.rejected <= 0.01, "{figures:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_rises_tenfold_is_found_within_five_minutes() -> Outcome {
    let began = Instant::now();
    let server = Limit::Rising(20.0, 60 * SECOND).serve(LATENCY).await?;
    let mut run = run(&server, 40_000)?;
    let (mut minute, mut finished) = (0, 0);
    while let Some((_, result)) = run.next().await {
        result?;
        finished += 1;
        let elapsed = began.elapsed().as_secs();
        if elapsed / 10 > minute {
            if finished > 9 * 200 {
                break;
            }
            (minute, finished) = (elapsed / 10, 0);
        }
    }
    assert!(began.elapsed() < 6 * MINUTE, "{:?}", began.elapsed());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_token_bucket_without_a_delay_is_respected() -> Outcome {
    let began = Instant::now();
    let server = Limit::Bucket(500.0).serve_with_delays(LATENCY, |_| Some(0.0)).await?;
    let items = items(run(&server, 4000)?).await;
    let took = began.elapsed();
    assert_eq!(customers_of(&items).len(), 4000);
    let throttled = server.requests().len() - items.len();
    assert!(throttled <= 120, "{throttled} throttled");
    assert!(took <= 12 * SECOND, "{took:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_limit_per_minute_without_a_delay_is_not_hammered() -> Outcome {
    let began = Instant::now();
    let server = Limit::Window(500.0, MINUTE).serve_with_delays(LATENCY, |_| None).await?;
    let items = items(run(&server, 2000)?).await;
    let took = began.elapsed();
    assert_eq!(customers_of(&items).len(), 2000);
    // The delay is found by doubling it each time.
    let throttled = server.requests().len() - items.len();
    assert!(throttled <= 120, "{throttled} throttled");
    assert!(took <= 5 * MINUTE, "{took:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn two_runs_on_one_client_share_a_limit() -> Outcome {
    let began = Instant::now();
    let server = Limit::Window(100.0, SECOND).serve(LATENCY).await?;
    let client = builder(&server).build()?;
    let runs = [customers(2000), (10_001..=12_000).map(Uuid::from_u128).collect()];
    let runs = runs.map(|customers| tokio::spawn(items(client.organizations(customers))));
    for run in runs {
        assert_eq!(customers_of(&run.await?).len(), 2000);
    }
    let took = began.elapsed();
    let throttled = server.requests().len() - 4000;
    assert!(throttled <= 120, "{throttled} throttled");
    assert!(took <= 55 * SECOND, "{took:?}");
    Ok(())
}
