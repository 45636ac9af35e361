//! Access tokens that expire or are rejected during a run.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use partner_center::ClientBuilder;
use partner_center::auth::{AccessToken, credential_fn};
use partner_center_mock::faults::{FaultResponse, FaultServer};
use partner_center_mock::{Gate, MockResponse};
use tokio::time::timeout;

use crate::support::{
    HOUR, MINUTE, Outcome, SECOND, builder, customers, customers_of, good, items, organization, sorted,
};

/// A client whose tokens are valid for `lifetime` and take a second to obtain, and a count of the token requests.
fn signing_in(server: &FaultServer, lifetime: Duration) -> (ClientBuilder, Arc<AtomicUsize>) {
    let fetched = Arc::new(AtomicUsize::new(0));
    let count = fetched.clone();
    let credential = credential_fn(move |_| {
        let token = format!("token-{}", count.fetch_add(1, Ordering::Relaxed) + 1);
        async move {
            tokio::time::sleep(SECOND).await;
            Ok(AccessToken::new(token, lifetime))
        }
    });
    (builder(server).credential(credential), fetched)
}

#[tokio::test(start_paused = true)]
async fn one_token_is_requested_per_lifetime_and_never_used_beyond_it() -> Outcome {
    let server = FaultServer::start_with(good).await?;
    let (client, fetched) = signing_in(&server, HOUR);
    // A hundred minutes: two tokens.
    let run = client.build()?.organizations(customers(300)).rate_limit(3, MINUTE);
    assert_eq!(sorted(customers_of(&items(run).await)), customers(300));
    let tokens: BTreeSet<_> =
        server.requests().iter().filter_map(|request| request.header("authorization").map(str::to_owned)).collect();
    assert_eq!(tokens.into_iter().collect::<Vec<_>>(), ["Bearer token-1", "Bearer token-2"]);
    assert_eq!(fetched.load(Ordering::Relaxed), 2);
    let requests = server.requests();
    let first = requests[0].at();
    let last = requests.iter().rfind(|request| request.header("authorization") == Some("Bearer token-1"));
    assert!(last.is_some_and(|last| last.at() - first < HOUR), "{last:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_token_rejected_midway_is_replaced_once_for_all_calls() -> Outcome {
    let gate = Gate::new();
    let held = gate.clone();
    let server = FaultServer::start_with(move |request| {
        let is_first = request.header("authorization") == Some("Bearer token-1");
        match (is_first, request.number()) {
            (true, 0..=50) => FaultResponse::respond(organization(request)),
            (true, _) => FaultResponse::held(&held, MockResponse::new(401)),
            _ => good(request),
        }
    })
    .await?;
    let (client, fetched) = signing_in(&server, 24 * HOUR);
    let mut organizations = client.build()?.organizations(customers(200)).concurrency(16);
    let mut all = Vec::new();
    while let Ok(Some(item)) = timeout(MINUTE, organizations.next()).await {
        all.push(item);
    }
    assert_eq!((all.len(), gate.waiting()), (50, 16));
    gate.open();
    all.extend(items(organizations).await);
    assert_eq!(customers_of(&all).len(), 200);
    assert_eq!(fetched.load(Ordering::Relaxed), 2);
    Ok(())
}
