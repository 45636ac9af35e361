//! The organizations of every customer of the partner, as one stream.

use std::collections::HashSet;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::customers::{Customers, ListedCustomer};
use crate::error::Error;
use crate::organizations::{OrganizationItem, Organizations};

/// The organizations of every customer: a stream that reads the list of customers only as fast as calls finish.
///
/// Created by [`Customers::organizations`]. Each customer is requested once, even if it is listed twice. A customer whose
/// call fails is an item with an error inside, and does not end the run. An error in place of an item means that the
/// list could not be read to its end; it is the last item.
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
pub type CustomerOrganizations = Organizations<ListedCustomer>;

impl Customers {
    /// Gets the organization of every customer of the list, as fast as the service allows.
    ///
    /// Use an app+user token: an application may list customers, but there is no documented way to give it the role
    /// that [`Customer::organization`](crate::Customer::organization) needs.
    pub fn organizations(mut self) -> CustomerOrganizations {
        let (client, correlation_id) = (self.client.clone(), self.options.correlation_id);
        let source = move |context: &mut Context<'_>| Pin::new(&mut self).poll_next(context);
        let mut seen = HashSet::new();
        Organizations::new(&client, |customer: &ListedCustomer| customer.id, Box::new(source))
            .only(move |customer| seen.insert(customer.id))
            .correlation_id(correlation_id)
    }
}

impl CustomerOrganizations {
    /// Returns the next item, or `None` at the end, like `StreamExt::next` of the usual stream libraries.
    pub async fn next(&mut self) -> Option<Result<OrganizationItem<ListedCustomer>, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl Stream for CustomerOrganizations {
    type Item = Result<OrganizationItem<ListedCustomer>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        Poll::Ready(match ready!(this.poll_item(context)) {
            Some(item) => Some(Ok(item)),
            None => this.source_error.take().map(Err),
        })
    }
}
