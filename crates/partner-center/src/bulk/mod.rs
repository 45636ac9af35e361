//! Many customers, one stream.

mod pace;
mod source;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, Sleep};
use uuid::Uuid;

use self::pace::Pace;
pub(crate) use self::source::Source;
use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::models::Organization;
use crate::response::Response;

/// The organizations of many customers, one by one: a stream of the customer's id and what came of it.
///
/// [`Client::organizations`] makes it. It runs as fast as the service allows: it looks for the limit by itself, or keeps
/// to one that is given. A customer whose call fails is an item with an error and does not end the run. What is in
/// flight and what waits to be taken never exceeds the concurrency, and customers are asked for only as there is room,
/// so memory stays flat however many there are. Dropping it ends every call in flight.
///
/// It must be polled inside a tokio runtime.
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
    concurrency: usize,
    is_ordered: bool,
    limit: Option<f64>,
    correlation_id: Option<Uuid>,
    run: Option<Run>,
}

/// One item of the stream.
pub type Item = (Uuid, Result<Response<Organization>, Error>);

/// What a run in progress knows; made at the first poll, inside the runtime.
struct Run {
    pace: Pace,
    tasks: JoinSet<Item>,
    /// Which customer each task is for.
    jobs: HashMap<Id, Job>,
    /// Customers whose calls were throttled away and are to be asked for again.
    again: VecDeque<Job>,
    /// Answers that came before their turn, where order is kept.
    early: BTreeMap<u64, Item>,
    /// The number of the next customer from the source, and of the next item to hand out.
    taken: u64,
    handed_out: u64,
    /// How many refusals the client had seen when this run last looked.
    refusals: u64,
    timer: Pin<Box<Sleep>>,
}

/// One customer of the run.
#[derive(Clone, Copy)]
struct Job {
    number: u64,
    customer: Uuid,
    tries: u32,
}

/// How often a customer is asked for anew whose call gave up because of throttling.
const TRIES: u32 = 5;

impl Organizations {
    pub(crate) fn new(client: Client, source: Source) -> Self {
        Self { client, source, concurrency: 32, is_ordered: false, limit: None, correlation_id: None, run: None }
    }

    /// How many calls are in flight at most; 32 by default, at least 1.
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.concurrency = calls.max(1);
        self
    }

    /// Hands the items out in the order of the customers; by default they come as they are answered.
    pub fn ordered(mut self) -> Self {
        self.is_ordered = true;
        self
    }

    /// Keeps to a known limit, `calls` in each `period`, evenly spread, instead of looking for one.
    ///
    /// The service documents no number for this endpoint; for its customer resource it is
    /// [500 a minute](https://learn.microsoft.com/partner-center/developer/customer-resources).
    pub fn rate_limit(mut self, calls: u32, period: Duration) -> Self {
        self.limit = Some(f64::from(calls) / period.as_secs_f64().max(f64::EPSILON));
        self
    }

    /// The `MS-CorrelationId` of every call of the run, which ties them together; a fresh one for each by default.
    pub fn correlation_id(mut self, id: Uuid) -> Self {
        self.correlation_id = Some(id);
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

    fn start(&self) -> Run {
        let now = Instant::now();
        let pace = match self.limit {
            Some(rate) => Pace::given(rate, now),
            None => Pace::searching(self.concurrency, now),
        };
        Run {
            pace,
            tasks: JoinSet::new(),
            jobs: HashMap::new(),
            again: VecDeque::new(),
            early: BTreeMap::new(),
            taken: 0,
            handed_out: 0,
            refusals: self.client.inner().throttle.refusals(),
            timer: Box::pin(tokio::time::sleep_until(now)),
        }
    }
}

impl Run {
    /// Begins as many calls as there is room and time for.
    fn begin_calls(
        &mut self,
        client: &Client,
        source: &mut Source,
        room: usize,
        correlation_id: Option<Uuid>,
        context: &mut Context<'_>,
    ) {
        while self.tasks.len() + self.early.len() < room {
            self.heed_refusals(client);
            let now = Instant::now();
            let ready_at = self.pace.ready_at();
            if ready_at > now {
                self.timer.as_mut().reset(ready_at);
                if self.timer.as_mut().poll(context).is_pending() {
                    return;
                }
                continue;
            }
            let Some(job) = self.next_job(source, context) else { return };
            self.pace.sent(now);
            let customer = client.customer(job.customer);
            let mut request = customer.organization();
            if let Some(id) = correlation_id {
                request = request.correlation_id(id);
            }
            let task = self.tasks.spawn(async move { (customer.tenant_id(), request.await) });
            self.jobs.insert(task.id(), job);
        }
    }

    /// A customer to ask for again, or the next of the source; `None` where there is none now.
    fn next_job(&mut self, source: &mut Source, context: &mut Context<'_>) -> Option<Job> {
        if let Some(job) = self.again.pop_front() {
            return Some(job);
        }
        let Poll::Ready(Some(customer)) = source.poll_next(context) else { return None };
        let job = Job { number: self.taken, customer, tries: 0 };
        self.taken += 1;
        Some(job)
    }

    /// Slows down for what the service has told any call of the client.
    fn heed_refusals(&mut self, client: &Client) {
        let throttle = &client.inner().throttle;
        let refusals = throttle.refusals();
        if refusals != self.refusals {
            self.refusals = refusals;
            if let Some(until) = throttle.held_until(OPERATION, None) {
                self.pace.refused(Instant::now(), until);
            }
        }
    }

    /// Takes in a finished call; the item to hand out, unless it waits for its turn or is tried again.
    fn take_in(&mut self, finished: Result<(Id, Item), tokio::task::JoinError>, is_ordered: bool) -> Option<Item> {
        let id = finished.as_ref().map_or_else(tokio::task::JoinError::id, |(id, _)| *id);
        let job = self.jobs.remove(&id)?;
        let item = match finished {
            Ok((_, item)) => item,
            Err(error) => {
                let error = Error::new(ErrorKind::Connection, "the call was ended from outside").caused_by(error);
                (job.customer, Err(error))
            }
        };
        match &item.1 {
            Err(error) if error.kind() == ErrorKind::Throttled => {
                if job.tries + 1 < TRIES {
                    self.again.push_back(Job { tries: job.tries + 1, ..job });
                    return None;
                }
            }
            _ => self.pace.answered(),
        }
        if is_ordered {
            self.early.insert(job.number, item);
            return None;
        }
        Some(item)
    }

    /// The item whose turn it is, where order is kept.
    fn next_in_order(&mut self) -> Option<Item> {
        let item = self.early.remove(&self.handed_out)?;
        self.handed_out += 1;
        Some(item)
    }
}

/// The operation whose throttling concerns the run, by its id in the contract.
const OPERATION: &str = "get_customer_organization";

impl Stream for Organizations {
    type Item = Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Item>> {
        let this = &mut *self;
        if this.run.is_none() {
            this.run = Some(this.start());
        }
        let Some(run) = &mut this.run else { return Poll::Ready(None) };
        loop {
            if let Some(item) = run.next_in_order() {
                return Poll::Ready(Some(item));
            }
            run.begin_calls(&this.client, &mut this.source, this.concurrency, this.correlation_id, context);
            match ready!(run.tasks.poll_join_next_with_id(context)) {
                Some(finished) => {
                    run.heed_refusals(&this.client);
                    if let Some(item) = run.take_in(finished, this.is_ordered) {
                        return Poll::Ready(Some(item));
                    }
                }
                // Nothing in flight: at the end, or waiting for the source or for the time of the next call.
                None if this.source.is_finished() && run.again.is_empty() => return Poll::Ready(None),
                None => return Poll::Pending,
            }
        }
    }
}

impl fmt::Debug for Organizations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Organizations")
            .field("concurrency", &self.concurrency)
            .field("is_ordered", &self.is_ordered)
            .finish_non_exhaustive()
    }
}
