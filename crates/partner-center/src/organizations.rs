//! The organizations of many customers, as one stream.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::future::{IntoFuture, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use tokio::runtime::Handle;
use tokio::task::{Id, JoinSet};
use uuid::Uuid;

use crate::client::Client;
use crate::error::Error;
use crate::models::Organization;
use crate::pipeline::rate::Rate;
use crate::request::CallOptions;
use crate::response::Response;
use crate::runtime;

/// The organizations of many customers: a stream of customer ids, each with the result of its call.
///
/// Created by [`Client::organizations`]. A customer whose call fails is an item with an error, and does not end the
/// run. Calls wait out throttling, and the client adapts to the rate that the service allows. A call fails after being
/// throttled 20 times or, while the service sends nothing but 429 and more customers are to come, after 64 retries or
/// three hours.
/// Customers are taken only as calls finish, so memory use stays flat. Dropping the stream cancels every call in
/// flight.
///
/// ```no_run
/// # async fn example(client: partner_center::Client, customers: Vec<uuid::Uuid>) {
/// let mut organizations = client.organizations(customers);
/// while let Some((customer, result)) = organizations.next().await {
///     match result {
///         Ok(organization) => println!("{customer} {:?}", organization.display_name),
///         Err(error) => eprintln!("{customer} {error}"),
///     }
/// }
/// # }
/// ```
#[must_use = "a stream does nothing until it is polled"]
pub struct Organizations<C = Uuid> {
    client: Client,
    /// `None` once it has ended.
    customers: Option<Source<C>>,
    /// The error that ended the list of customers.
    pub(crate) source_error: Option<Error>,
    tenant_id: fn(&C) -> Uuid,
    options: CallOptions,
    concurrency: usize,
    is_ordered: bool,
    calls: JoinSet<Result<Response<Organization>, Error>>,
    /// The calls in flight: their turn and customer.
    in_flight: HashMap<Id, (u64, C)>,
    /// Results that came before their turn, if the order is kept.
    early: BTreeMap<u64, OrganizationItem<C>>,
    taken: u64,
    next_turn: u64,
}

/// Polls for the next customer.
pub(crate) type Source<C> = Box<dyn FnMut(&mut Context<'_>) -> Poll<Option<Result<C, Error>>> + Send>;

/// A customer and the result of its call.
pub type OrganizationItem<C = Uuid> = (C, Result<Response<Organization>, Error>);

/// Microsoft's own migration tool and CIPP make five calls at once.
const CONCURRENCY: usize = 8;

impl Client {
    /// Gets the organizations of many customers, as fast as the service allows.
    ///
    /// Duplicates are not removed.
    pub fn organizations<I>(&self, customers: I) -> Organizations
    where
        I: IntoIterator<Item = Uuid>,
        I::IntoIter: Send + 'static,
    {
        let mut customers = customers.into_iter();
        Organizations::new(self, |id| *id, Box::new(move |_| Poll::Ready(customers.next().map(Ok))))
    }

    /// Gets the organizations of the customers in a stream, such as the rows of a database query.
    ///
    /// Customers are taken from the stream only as calls finish. Duplicates are not removed.
    ///
    /// ```no_run
    /// # use partner_center::{Client, uuid::Uuid};
    /// # async fn example(client: Client, ids: impl futures_core::Stream<Item = Uuid> + Send + 'static) {
    /// let mut organizations = client.organizations_of_stream(ids);
    /// while let Some((customer, result)) = organizations.next().await {
    ///     println!("{customer} {:?}", result.map(|organization| organization.into_inner().display_name));
    /// }
    /// # }
    /// ```
    pub fn organizations_of_stream(&self, customers: impl Stream<Item = Uuid> + Send + 'static) -> Organizations {
        let mut customers = Box::pin(customers);
        let source = move |context: &mut Context<'_>| customers.as_mut().poll_next(context).map(|id| id.map(Ok));
        Organizations::new(self, |id| *id, Box::new(source))
    }
}

impl<C> Organizations<C> {
    pub(crate) fn new(client: &Client, tenant_id: fn(&C) -> Uuid, customers: Source<C>) -> Self {
        Self {
            client: client.clone(),
            customers: Some(customers),
            source_error: None,
            tenant_id,
            options: CallOptions { waits_out_throttling: Some(Arc::default()), ..client.inner().defaults.clone() },
            concurrency: CONCURRENCY,
            is_ordered: false,
            calls: JoinSet::new(),
            in_flight: HashMap::new(),
            early: BTreeMap::new(),
            taken: 0,
            next_turn: 0,
        }
    }

    /// Skips the customers for which `is_wanted` returns `false`: no request is sent for them.
    pub fn only(mut self, mut is_wanted: impl FnMut(&C) -> bool + Send + 'static) -> Self
    where
        C: 'static,
    {
        self.customers = self.customers.map(|mut customers| -> Source<C> {
            Box::new(move |context| {
                loop {
                    match ready!(customers(context)) {
                        Some(Ok(customer)) if !is_wanted(&customer) => {}
                        next => return Poll::Ready(next),
                    }
                }
            })
        });
        self
    }

    /// Sets the maximum number of calls in flight; 8 by default, at least 1.
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.concurrency = calls.max(1);
        self
    }

    /// Returns the items in the order of the customers; by default they come as their calls finish.
    ///
    /// A slow call then holds up the items after it, and finished items that wait for it count towards
    /// [`concurrency`](Self::concurrency).
    pub fn ordered(mut self) -> Self {
        self.is_ordered = true;
        self
    }

    /// Sends at most `calls` in each `period`, evenly spread, and fewer if the service throttles. Zero calls count as one.
    ///
    /// The service documents no limit for this endpoint; for its customer resource it is
    /// [500 a minute](https://learn.microsoft.com/partner-center/developer/customer-resources).
    pub fn rate_limit(mut self, calls: u32, period: Duration) -> Self {
        self.options.rate = Some(Arc::new(Rate::fixed(calls, period)));
        self
    }

    /// Sets the `MS-CorrelationId` of every call, which groups them; a new one for each by default and for `None`.
    pub fn correlation_id(mut self, id: impl Into<Option<Uuid>>) -> Self {
        self.options.correlation_id = id.into();
        self
    }

    /// How much longer throttling holds the client's calls; `None` if the client is not throttled.
    #[must_use]
    pub fn throttled_for(&self) -> Option<Duration> {
        self.client.throttled_for()
    }

    /// The next customer; `None` at the end of the list.
    fn poll_customer(&mut self, context: &mut Context<'_>) -> Poll<Option<C>> {
        let Some(customers) = &mut self.customers else { return Poll::Ready(None) };
        let customer = ready!(customers(context)).transpose().unwrap_or_else(|error| {
            self.source_error = Some(error);
            None
        });
        if customer.is_none() {
            self.customers = None;
            if let Some(is_last) = &self.options.waits_out_throttling {
                is_last.store(true, Ordering::Relaxed);
            }
        }
        Poll::Ready(customer)
    }

    fn start_call(&mut self, customer: C, runtime: &Handle) {
        let request = self.client.customer((self.tenant_id)(&customer)).organization().options(self.options.clone());
        let call = self.calls.spawn_on(request.into_future(), runtime);
        self.in_flight.insert(call.id(), (self.taken, customer));
        self.taken += 1;
    }

    pub(crate) fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<OrganizationItem<C>>> {
        loop {
            if let Some(item) = self.early.remove(&self.next_turn) {
                self.next_turn += 1;
                return Poll::Ready(Some(item));
            }
            while self.in_flight.len() + self.early.len() < self.concurrency
                && let Poll::Ready(Some(customer)) = self.poll_customer(context)
            {
                match runtime::current() {
                    Ok(runtime) => self.start_call(customer, &runtime),
                    Err(invalid) => return Poll::Ready(Some((customer, Err(invalid.into())))),
                }
            }
            let Some(finished) = ready!(self.calls.poll_join_next_with_id(context)) else {
                return if self.customers.is_none() { Poll::Ready(None) } else { Poll::Pending };
            };
            let (id, result) = finished.unwrap_or_else(|error| (error.id(), Err(Error::of_task(error))));
            match self.in_flight.remove(&id) {
                Some((turn, customer)) if self.is_ordered => _ = self.early.insert(turn, (customer, result)),
                Some((_, customer)) => return Poll::Ready(Some((customer, result))),
                None => {}
            }
        }
    }
}

impl Organizations {
    /// Returns the next item, or `None` at the end, like `StreamExt::next` of the usual stream libraries.
    pub async fn next(&mut self) -> Option<OrganizationItem> {
        poll_fn(|context| self.poll_item(context)).await
    }
}

impl Stream for Organizations {
    type Item = OrganizationItem;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<OrganizationItem>> {
        self.get_mut().poll_item(context)
    }
}

impl<C> fmt::Debug for Organizations<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Organizations")
            .field("concurrency", &self.concurrency)
            .field("is_ordered", &self.is_ordered)
            .finish_non_exhaustive()
    }
}
