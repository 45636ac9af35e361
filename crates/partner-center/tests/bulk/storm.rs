//! Ten thousand customers through random faults and a storm of refusals.
//!
//! `BULK_SEED` sets which faults; it is told where the test fails, so that a run can be had again.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use partner_center::RetryPolicy;
use partner_center_mock::faults::{FaultResponse, FaultServer, Request};
use tokio::time::Instant;

use crate::account::{Account, Ledger};
use crate::faults::Faults;
use crate::support::{MINUTE, Outcome, SECOND, builder, customers, lock, throttled};

const CUSTOMERS: u64 = 10_000;
/// The storm begins with this request, and lasts so long.
const STORM_BEGINS: usize = 5_000;
const STORM: Duration = Duration::from_secs(20);
/// Short against a stalled or dripping answer, long against all others.
const ATTEMPT: Duration = Duration::from_millis(400);
/// What is on its way when a refusal comes may still arrive.
const ON_ITS_WAY: Duration = Duration::from_millis(100);

/// What the server has refused and what came too early.
#[derive(Default)]
struct Storm {
    began: Option<Instant>,
    refused: usize,
    /// Since when and until when the client is to wait.
    told: Option<(Instant, Instant)>,
    too_early: Vec<Request>,
}

impl Storm {
    /// A refusal, while the storm rages; tells waits of one to three seconds.
    fn refuses(&mut self, request: &Request) -> Option<FaultResponse> {
        let at = request.at();
        if self.told.is_some_and(|(since, until)| at > since + ON_ITS_WAY && at < until) {
            self.too_early.push(request.clone());
        }
        if request.number() < STORM_BEGINS {
            return None;
        }
        let began = *self.began.get_or_insert(at);
        if at - began > STORM {
            return None;
        }
        self.refused += 1;
        let wait = SECOND * (1 + u32::try_from(request.number() % 3).unwrap_or_default());
        let (since, until) = self.told.filter(|(_, until)| *until > at).unwrap_or((at, at));
        self.told = Some((since, until.max(at + wait)));
        Some(throttled(wait).into())
    }
}

#[tokio::test(start_paused = true)]
async fn each_of_ten_thousand_customers_is_answered_once_through_faults_and_a_storm_of_refusals() -> Outcome {
    let seed = std::env::var("BULK_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    let began = Instant::now();
    let ledger = Arc::new(Ledger::default());
    let storm = Arc::new(Mutex::new(Storm::default()));
    // One request in twenty.
    let mut faults = Faults::new(seed, ledger.clone(), 0.05);
    let raging = storm.clone();
    let server = FaultServer::builder()
        .respond_with(move |request| lock(&raging).refuses(request).unwrap_or_else(|| faults.response(request)))
        .history(64)
        .start()
        .await?;
    let retry = RetryPolicy::default().base_delay(Duration::from_millis(10));
    let client = builder(&server).attempt_timeout(ATTEMPT).retry(retry).build()?;

    let mut account = Account::default();
    account.calls = CUSTOMERS;
    let mut once = BTreeSet::new();
    let mut organizations = client.organizations(customers(CUSTOMERS.into()));
    while let Some((customer, result)) = organizations.next().await {
        assert!(once.insert(customer), "{customer} twice; BULK_SEED={seed}");
        account.close(&ledger, Ok((customer, result)));
    }

    assert!(once.into_iter().eq(customers(CUSTOMERS.into())), "a customer is missing; BULK_SEED={seed}");
    let storm = lock(&storm);
    assert!(storm.refused > 0 && storm.too_early.is_empty(), "{:?}; BULK_SEED={seed}", storm.too_early);
    // What was refused in the storm was asked for anew; nothing else was.
    assert!(ledger.open() <= storm.refused, "{} requests of no call; BULK_SEED={seed}", ledger.open());
    assert!(storm.refused <= 200, "{} refused; BULK_SEED={seed}", storm.refused);
    assert!(account.adds_up(), "{account}\nBULK_SEED={seed}");
    assert!(began.elapsed() < STORM + MINUTE, "{:?}; BULK_SEED={seed}", began.elapsed());
    Ok(())
}
