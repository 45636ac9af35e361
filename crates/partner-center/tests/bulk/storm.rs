//! Ten thousand customers, with random faults and a period in which every request is throttled.
//!
//! `BULK_SEED` selects the faults. A failure prints it, so that the run can be repeated.

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
/// The first throttled request, and the duration of throttling.
const STORM_BEGINS: usize = 5_000;
const STORM: Duration = Duration::from_secs(20);
/// Shorter than a stalled or slow response, longer than all others.
const ATTEMPT: Duration = Duration::from_millis(400);
/// Requests in transit when a call is throttled may still arrive.
const IN_TRANSIT: Duration = Duration::from_millis(100);

/// The throttled requests, and those that arrived too early.
#[derive(Default)]
struct Storm {
    began: Option<Instant>,
    throttled: usize,
    /// The period in which the client must wait.
    hold: Option<(Instant, Instant)>,
    too_early: Vec<Request>,
}

impl Storm {
    /// During the storm, a 429 with a delay of one to three seconds.
    fn response(&mut self, request: &Request) -> Option<FaultResponse> {
        let at = request.at();
        if self.hold.is_some_and(|(since, until)| at > since + IN_TRANSIT && at < until) {
            self.too_early.push(request.clone());
        }
        if request.number() < STORM_BEGINS {
            return None;
        }
        let began = *self.began.get_or_insert(at);
        if at - began > STORM {
            return None;
        }
        self.throttled += 1;
        let wait = SECOND * (1 + u32::try_from(request.number() % 3).unwrap_or_default());
        let (since, until) = self.hold.filter(|(_, until)| *until > at).unwrap_or((at, at));
        self.hold = Some((since, until.max(at + wait)));
        Some(throttled(wait).into())
    }
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_customers_give_one_item_each_despite_faults() -> Outcome {
    let seed = std::env::var("BULK_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    let began = Instant::now();
    let ledger = Arc::new(Ledger::default());
    let storm = Arc::new(Mutex::new(Storm::default()));
    // One request in twenty.
    let mut faults = Faults::new(seed, ledger.clone(), 0.05);
    let raging = storm.clone();
    let server = FaultServer::builder()
        .respond_with(move |request| lock(&raging).response(request).unwrap_or_else(|| faults.response(request)))
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
    assert!(storm.throttled > 0 && storm.too_early.is_empty(), "{:?}; BULK_SEED={seed}", storm.too_early);
    // Only the throttled requests were sent again.
    assert!(ledger.open() <= storm.throttled, "{} requests of no call; BULK_SEED={seed}", ledger.open());
    assert!(storm.throttled <= 200, "{} throttled; BULK_SEED={seed}", storm.throttled);
    assert!(account.adds_up(), "{account}\nBULK_SEED={seed}");
    assert!(began.elapsed() < STORM + MINUTE, "{:?}; BULK_SEED={seed}", began.elapsed());
    Ok(())
}
