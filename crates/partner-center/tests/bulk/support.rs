//! Shared by the tests: customers, a service with one organization for each, and the items of a run.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use partner_center::OrganizationItem as Item;
use partner_center::auth::StaticToken;
use partner_center::uuid::Uuid;
use partner_center::{Client, ClientBuilder, Organizations, RetryPolicy};
use partner_center_mock::MockResponse;
use partner_center_mock::examples::get_customer_organization as examples;
use partner_center_mock::faults::{FaultResponse, FaultServer, Request};

pub(crate) use crate::faults::organization;

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const HOUR: Duration = Duration::from_secs(3600);
/// The latency of the service.
pub(crate) const LATENCY: Duration = Duration::from_millis(20);

/// The result of a fallible test.
pub(crate) type Outcome = Result<(), Box<dyn std::error::Error>>;

/// The customers 1 to `count`.
pub(crate) fn customers(count: u128) -> Vec<Uuid> {
    (1..=count).map(Uuid::from_u128).collect()
}

/// The same customers, and a count of those taken.
pub(crate) fn counted(count: u128) -> (impl Iterator<Item = Uuid> + Send + 'static, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let counter = taken.clone();
    let count_one = move |_: &Uuid| {
        counter.fetch_add(1, Ordering::Relaxed);
    };
    (customers(count).into_iter().inspect(count_one), taken)
}

/// A client with long timeouts and short retry delays.
pub(crate) fn builder(server: &FaultServer) -> ClientBuilder {
    Client::builder()
        .base_url(server.url())
        .credential(StaticToken::new("an-access-token"))
        .retry(RetryPolicy::default().base_delay(Duration::from_millis(10)))
        .attempt_timeout(HOUR)
        .timeout(HOUR)
}

/// A run over customers 1 to `count`.
pub(crate) fn run(server: &FaultServer, count: u128) -> Result<Organizations, partner_center::Error> {
    Ok(builder(server).build()?.organizations(customers(count)))
}

/// All items of a run.
pub(crate) async fn items(mut organizations: Organizations) -> Vec<Item> {
    let mut items = Vec::new();
    while let Some(item) = organizations.next().await {
        items.push(item);
    }
    assert!(organizations.next().await.is_none(), "the end stays the end");
    items
}

/// Asserts that each item has the organization of its customer, and returns the customers.
pub(crate) fn customers_of(items: &[Item]) -> Vec<Uuid> {
    let customer = |(customer, result): &Item| {
        let organization = result.as_ref().unwrap_or_else(|error| panic!("{customer}: {error}"));
        assert_eq!(organization.display_name, Some(customer.to_string()));
        *customer
    };
    items.iter().map(customer).collect()
}

/// The customers in order of their numbers.
pub(crate) fn sorted(mut customers: Vec<Uuid>) -> Vec<Uuid> {
    customers.sort_unstable();
    customers
}

/// The customer in a request's path.
pub(crate) fn customer(request: &Request) -> Uuid {
    let customer = request.path().split('/').nth(3).and_then(|id| id.parse().ok());
    customer.expect("every path here names a customer")
}

/// The customer's organization after the latency.
pub(crate) fn good(request: &Request) -> FaultResponse {
    FaultResponse::wait(LATENCY).then_respond(organization(request))
}

/// A 429 with this `Retry-After` delay.
pub(crate) fn throttled(wait: Duration) -> MockResponse {
    MockResponse::from(examples::THROTTLED).header("Retry-After", wait.as_secs().to_string())
}

/// Locks a mutex, even if another test has poisoned it.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
