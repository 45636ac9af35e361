//! Many customers, one stream.

mod pace;
mod run;
mod source;
mod suspects;
mod workers;

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use tokio::time::Instant;
use uuid::Uuid;

use self::run::Run;
pub(crate) use self::source::Source;
use crate::client::Client;
use crate::error::Error;
use crate::models::Organization;
use crate::response::Response;

/// The organizations of many customers, one by one: a stream of the customer's id and what came of it.
///
/// [`Client::organizations`] makes it. It runs as fast as the service allows: it looks for the limit by itself, or keeps
/// to one that is given. A customer whose call fails is an item with an error and does not end the run. What is in
/// flight and what waits to be taken never exceeds the concurrency, a bounded number of refused customers waits beside
/// it to be asked for again, and customers are taken only as there is room, so memory stays flat however many there are.
/// Dropping it ends every call in flight.
///
/// It must be polled inside a tokio runtime, and always in the same one.
///
/// ```no_run
/// # async fn example(client: partner_center::Client, customers: Vec<uuid::Uuid>) {
/// let mut organizations = client.organizations(customers).concurrency(16);
/// while let Some((customer, result)) = organizations.next().await {
///     match result {
///         Ok(organization) => println!("{customer} {:?}", organization.display_name),
///         Err(error) => eprintln!("{customer} {error}"),
///     }
/// }
/// # }
/// ```
#[must_use = "a stream does nothing until it is polled"]
pub struct Organizations {
    client: Client,
    source: Source,
    settings: Settings,
    /// Made at the first poll, inside the runtime.
    run: Option<Run>,
}

/// One item of the stream.
pub type Item = (Uuid, Result<Response<Organization>, Error>);

/// What is set on a run.
struct Settings {
    concurrency: usize,
    is_ordered: bool,
    /// Calls per second, where the caller knows how many there may be.
    limit: Option<f64>,
    correlation_id: Option<Uuid>,
}

/// The operation whose throttling concerns the run, by its id in the contract.
const OPERATION: &str = "get_customer_organization";

impl Organizations {
    pub(crate) fn new(client: Client, source: Source) -> Self {
        let settings = Settings { concurrency: 32, is_ordered: false, limit: None, correlation_id: None };
        Self { client, source, settings, run: None }
    }

    /// How many calls are in flight at most; 32 by default, at least 1.
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.settings.concurrency = calls.max(1);
        self
    }

    /// Hands the items out in the order of the customers; by default they come as they are answered.
    pub fn ordered(mut self) -> Self {
        self.settings.is_ordered = true;
        self
    }

    /// Keeps to a known limit, `calls` in each `period`, evenly spread, instead of looking for one. Where the service
    /// refuses calls all the same, the run looks for its limit below this one. No calls at all count as one.
    ///
    /// The service documents no number for this endpoint; for its customer resource it is
    /// [500 a minute](https://learn.microsoft.com/partner-center/developer/customer-resources).
    pub fn rate_limit(mut self, calls: u32, period: Duration) -> Self {
        self.settings.limit = Some(f64::from(calls.max(1)) / period.as_secs_f64().max(f64::EPSILON));
        self
    }

    /// The `MS-CorrelationId` of every call of the run, which ties them together; a fresh one for each by default.
    pub fn correlation_id(mut self, id: Uuid) -> Self {
        self.settings.correlation_id = Some(id);
        self
    }

    /// How much longer the service has told the run to wait; `None` while it has not.
    #[must_use]
    pub fn throttled_for(&self) -> Option<Duration> {
        let until = self.client.inner().throttle.held_until(OPERATION, None)?;
        Some(until.saturating_duration_since(Instant::now())).filter(|wait| !wait.is_zero())
    }

    /// The next item, as `StreamExt::next` of the usual stream libraries gives it; `None` at the end.
    pub async fn next(&mut self) -> Option<Item> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl Stream for Organizations {
    type Item = Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Item>> {
        let Self { client, source, settings, run } = &mut *self;
        run.get_or_insert_with(|| Run::new(client, settings)).poll_next(client, settings, source, context)
    }
}

impl fmt::Debug for Organizations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Organizations")
            .field("concurrency", &self.settings.concurrency)
            .field("is_ordered", &self.settings.is_ordered)
            .finish_non_exhaustive()
    }
}
