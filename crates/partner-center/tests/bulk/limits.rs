//! Services with a limit: met, and rarely overstepped.

use std::time::Duration;

use partner_center::uuid::Uuid;
use partner_center_mock::MockResponse;
use partner_center_mock::faults::{EventKind, FaultResponse, FaultServer};
use tokio::time::Instant;

use crate::support::{
    LATENCY, MINUTE, Outcome, SECOND, builder, customers, customers_of, items, organization, run, throttled,
};

const MILLISECOND: Duration = Duration::from_millis(1);

/// How a service counts.
#[derive(Clone, Copy, Debug)]
enum Limit {
    /// So many calls in each window of time.
    Window(f64, Duration),
    /// So many calls a second, and what a second saves up at most.
    Bucket(f64),
    /// So many calls a second, and half of them from then on.
    Halving(f64, Duration),
    /// So many calls a second, and ten times as many from then on.
    Rising(f64, Duration),
}

impl Limit {
    /// Calls a second.
    fn rate(self) -> f64 {
        match self {
            Self::Window(calls, length) => calls / length.as_secs_f64(),
            Self::Bucket(rate) | Self::Halving(rate, _) | Self::Rising(rate, _) => rate,
        }
    }

    /// A service with this limit that counts refused calls too, as far as it counts at all, and tells waits in whole
    /// seconds.
    async fn serve(self, latency: Duration) -> std::io::Result<FaultServer> {
        self.telling(latency, |wait| Some(wait.ceil())).await
    }

    /// The same, but it tells what `tell` makes of the seconds to wait.
    async fn telling(
        self,
        latency: Duration,
        tell: impl Fn(f64) -> Option<f64> + Send + 'static,
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
            match wait.map(&tell) {
                None => FaultResponse::wait(latency).then_respond(organization(request)),
                Some(Some(wait)) => throttled(Duration::from_secs_f64(wait)).into(),
                Some(None) => MockResponse::new(429).into(),
            }
        })
        .await
    }
}

/// What a run into a limit came to.
#[derive(Debug)]
struct Figures {
    /// The time of the run ÷ the time that the limit allows.
    time: f64,
    /// Responses a second in the last third of the run ÷ the limit.
    settled: f64,
    /// Throttled requests ÷ customers.
    rejected: f64,
}

/// Runs into the limit with eight calls in flight. `RUN_SCALE` multiplies the customers, to measure longer runs.
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
async fn a_limit_of_500_a_minute_is_used_to_the_full_and_rarely_exceeded() -> Outcome {
    let figures = measure(Limit::Window(500.0, MINUTE), 5000, 300 * MILLISECOND).await?;
    assert!(figures.time <= 1.03 && figures.rejected <= 0.01, "{figures:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn limits_by_the_second_are_nearly_used_to_the_full_and_rarely_exceeded() -> Outcome {
    for limit in [Limit::Window(50.0, SECOND), Limit::Bucket(50.0)] {
        let figures = measure(limit, 4000, LATENCY).await?;
        assert!(figures.settled >= 0.9 && figures.rejected <= 0.01, "{limit:?}: {figures:?}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_halves_is_followed_within_the_run() -> Outcome {
    let figures = measure(Limit::Halving(50.0, 40 * SECOND), 5000, LATENCY).await?;
    // The run's ideal is that of the limit before it halves.
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
async fn a_token_bucket_that_tells_no_wait_to_speak_of_is_met_all_the_same() -> Outcome {
    let began = Instant::now();
    let server = Limit::Bucket(500.0).telling(LATENCY, |_| Some(0.0)).await?;
    let items = items(run(&server, 4000)?).await;
    let took = began.elapsed();
    assert_eq!(customers_of(&items).len(), 4000);
    let refused = server.requests().len() - items.len();
    assert!(refused <= 120, "{refused} refused");
    assert!(took <= 12 * SECOND, "{took:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_limit_by_the_minute_that_tells_no_wait_is_not_hammered() -> Outcome {
    let began = Instant::now();
    let server = Limit::Window(500.0, MINUTE).telling(LATENCY, |_| None).await?;
    let items = items(run(&server, 2000)?).await;
    let took = began.elapsed();
    assert_eq!(customers_of(&items).len(), 2000);
    // Each time, the wait is found out by doubling it.
    let refused = server.requests().len() - items.len();
    assert!(refused <= 120, "{refused} refused");
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
    let refused = server.requests().len() - 4000;
    assert!(refused <= 120, "{refused} refused");
    assert!(took <= 55 * SECOND, "{took:?}");
    Ok(())
}
