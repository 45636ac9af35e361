//! The organizations of every customer of the partner: the list feeds a run.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use uuid::Uuid;

use crate::customers::{Customers, ListedCustomer};
use crate::error::Error;
use crate::models::Organization;
use crate::organizations::Organizations;
use crate::response::Response;

/// The organizations of every customer: a stream that reads the list as the calls for organizations finish.
///
/// [`Customers::organizations`] makes it. Each customer is asked for once, also if the list has it twice. A customer whose
/// call fails is an item with an error inside and does not end the run. An error in place of the item is that of the list:
/// it comes last, and means that there are customers that were not read.
///
/// ```no_run
/// # async fn example(client: partner_center::Client) -> Result<(), partner_center::Error> {
/// let mut organizations = client.customers().organizations();
/// while let Some(item) = organizations.next().await {
///     match item? {
///         (customer, Ok(organization)) => println!("{} {:?}", customer.id, organization.city),
///         (customer, Err(error)) => eprintln!("{} {error}", customer.id),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing until it is polled"]
pub struct CustomerOrganizations {
    organizations: Organizations,
    list: Arc<Mutex<List>>,
}

/// A customer of the list, and the result of the call for its organization.
pub type ListedOrganization = (ListedCustomer, Result<Response<Organization>, Error>);

type Predicate = Box<dyn FnMut(&ListedCustomer) -> bool + Send>;

/// What the list and the run share.
#[derive(Default)]
struct List {
    /// The customers whose calls are in flight.
    in_flight: HashMap<Uuid, ListedCustomer>,
    seen: HashSet<Uuid>,
    error: Option<Error>,
    is_wanted: Option<Predicate>,
}

impl Customers {
    /// Gets the organization of every customer of the list, as fast as the service allows.
    ///
    /// Use an app+user token: an application may list customers, but has no documented way to the role that
    /// [`Customer::organization`](crate::Customer::organization) needs.
    pub fn organizations(self) -> CustomerOrganizations {
        let (client, correlation_id) = (self.client.clone(), self.options.correlation_id);
        let list = Arc::<Mutex<List>>::default();
        let mut organizations = client.organizations_of_stream(Ids { customers: self, list: list.clone() });
        if let Some(id) = correlation_id {
            organizations = organizations.correlation_id(id);
        }
        CustomerOrganizations { organizations, list }
    }
}

impl CustomerOrganizations {
    /// Sets how many calls for organizations are in flight at most; 8 by default, at least 1.
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.organizations = self.organizations.concurrency(calls);
        self
    }

    /// Sends at most `calls` for organizations in each `period`; see [`Organizations::rate_limit`].
    pub fn rate_limit(mut self, calls: u32, period: Duration) -> Self {
        self.organizations = self.organizations.rate_limit(calls, period);
        self
    }

    /// Leaves out the customers for which `is_wanted` returns `false`: nothing is sent for them.
    pub fn only(self, is_wanted: impl FnMut(&ListedCustomer) -> bool + Send + 'static) -> Self {
        lock(&self.list).is_wanted = Some(Box::new(is_wanted));
        self
    }

    /// How much longer the client holds back because the service throttles it; `None` if it does not.
    #[must_use]
    pub fn throttled_for(&self) -> Option<Duration> {
        self.organizations.throttled_for()
    }

    /// The next item, as `StreamExt::next` of the usual stream libraries returns it; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<ListedOrganization, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl Stream for CustomerOrganizations {
    type Item = Result<ListedOrganization, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let item = ready!(Pin::new(&mut self.organizations).poll_next(context));
            let mut list = lock(&self.list);
            let Some((id, result)) = item else { return Poll::Ready(list.error.take().map(Err)) };
            if let Some(customer) = list.in_flight.remove(&id) {
                return Poll::Ready(Some(Ok((customer, result))));
            }
        }
    }
}

/// The ids of the customers that the run is to ask for.
struct Ids {
    customers: Customers,
    list: Arc<Mutex<List>>,
}

impl Stream for Ids {
    type Item = Uuid;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Uuid>> {
        loop {
            let customer = ready!(Pin::new(&mut self.customers).poll_next(context));
            let mut list = lock(&self.list);
            match customer {
                Some(Ok(customer)) => {
                    let id = customer.id;
                    if list.seen.insert(id) && list.is_wanted.as_mut().is_none_or(|is_wanted| is_wanted(&customer)) {
                        list.in_flight.insert(id, customer);
                        return Poll::Ready(Some(id));
                    }
                }
                Some(Err(error)) => list.error = Some(error),
                None => return Poll::Ready(None),
            }
        }
    }
}

fn lock(list: &Mutex<List>) -> MutexGuard<'_, List> {
    list.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for CustomerOrganizations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomerOrganizations").field("organizations", &self.organizations).finish_non_exhaustive()
    }
}
