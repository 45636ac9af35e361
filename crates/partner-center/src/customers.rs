//! The list of the partner's customers, as one stream over its pages.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::{fmt, vec};

use bytes::Bytes;
use futures_core::Stream;
use partner_center_gen::types::CustomerPage;
use serde_json::value::RawValue;
use tokio::task::JoinSet;
use tracing::{Instrument, info_span};
use uuid::Uuid;

use crate::call;
use crate::client::Client;
use crate::decode;
use crate::error::{Error, ErrorKind};
use crate::models::Customer;
use crate::paging::{self, PageRequest};
use crate::request::{CallOptions, Request};
use crate::response::Response;
use crate::runtime;

/// The partner's customers: a stream over the pages of the list, each fetched when it is needed.
///
/// Created by [`Client::customers`]. Each page is a call with the client's retries and timeouts that waits out
/// throttling; its errors and its span `partner_center.page` have the page number. If the list cannot be read to its
/// end, the last item is an error. If the partner is both direct bill and indirect reseller, some customers are listed
/// twice ([source](https://learn.microsoft.com/partner-center/see-your-customer-list)), and this stream returns them
/// twice.
///
/// ```no_run
/// # async fn example(client: partner_center::Client) -> Result<(), partner_center::Error> {
/// let customers: Vec<_> = client.customers().name_starts_with("north").try_collect().await?;
/// for customer in customers {
///     println!("{} {:?} {:?}", customer.id, customer.company_name(), customer.domain());
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing until it is polled"]
pub struct Customers {
    pub(crate) client: Client,
    pub(crate) options: CallOptions,
    /// The request for the next page, or why there is none; `None` at the end.
    next: Option<Result<PageRequest, Error>>,
    /// The call for a page, in a task of its own, so that a slow caller does not stall it. It returns `None` if the
    /// service responds that there are no more.
    call: JoinSet<Result<Option<Response<Page>>, Error>>,
    customers: vec::IntoIter<ListedCustomer>,
    /// The requests so far: a page that is requested twice would be requested without end.
    asked: HashSet<Arc<PageRequest>>,
}

/// A customer as listed: id, name, initial domain and relationship.
///
/// Dereferences to the model.
#[derive(Clone)]
pub struct ListedCustomer {
    customer: Customer,
    raw: Bytes,
}

/// What the response with one page says.
struct Page {
    customers: Vec<ListedCustomer>,
    next: Result<Option<PageRequest>, Cow<'static, str>>,
}

impl Client {
    /// Lists the partner's customers.
    ///
    /// Documented for app+user and app-only tokens, and without a required role
    /// ([source](https://learn.microsoft.com/partner-center/developer/get-a-list-of-customers)).
    pub fn customers(&self) -> Customers {
        Customers {
            client: self.clone(),
            options: CallOptions { waits_out_throttling: Some(Arc::default()), ..self.inner().defaults.clone() },
            next: Some(Ok(PageRequest::default())),
            call: JoinSet::new(),
            customers: vec::IntoIter::default(),
            asked: HashSet::new(),
        }
    }
}

impl Customers {
    /// Lists only customers whose company name starts with `prefix`, in any letter case
    /// ([source](https://learn.microsoft.com/partner-center/developer/get-a-customer-by-name)).
    ///
    /// The service accepts one filter: a second one is an error of kind [`Configuration`](ErrorKind::Configuration).
    pub fn name_starts_with(self, prefix: &str) -> Self {
        self.set(|request| request.set_filter("CompanyName", prefix))
    }

    /// Lists only customers whose initial domain starts with `prefix`; their other domains are not searched.
    pub fn domain_starts_with(self, prefix: &str) -> Self {
        self.set(|request| request.set_filter("Domain", prefix))
    }

    /// Sets the maximum number of customers on a page, from 1 to 500; the service's own default is 500.
    pub fn page_size(self, size: u32) -> Self {
        self.set(|request| request.set_size(size))
    }

    /// Sets the `MS-CorrelationId` of every page, which groups them; one new id for all by default and for `None`.
    pub fn correlation_id(mut self, id: impl Into<Option<Uuid>>) -> Self {
        self.options.correlation_id = id.into();
        self
    }

    fn set(mut self, change: impl FnOnce(&mut PageRequest) -> Result<(), &'static str>) -> Self {
        if let Some(Ok(request)) = &mut self.next
            && let Err(invalid) = change(request)
        {
            self.next = Some(Err(Error::configuration(invalid)));
        }
        self
    }

    /// Returns the next customer, or `None` at the end, like `StreamExt::next` of the usual stream libraries.
    pub async fn next(&mut self) -> Option<Result<ListedCustomer, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Collects every customer, like `TryStreamExt::try_collect` of the usual stream libraries.
    ///
    /// # Errors
    ///
    /// The error of the first page that cannot be read.
    pub async fn try_collect<C: Default + Extend<ListedCustomer>>(mut self) -> Result<C, Error> {
        let mut customers = C::default();
        while let Some(customer) = self.next().await {
            customers.extend([customer?]);
        }
        Ok(customers)
    }

    fn start_call(&mut self, request: PageRequest) -> Result<(), Error> {
        let runtime = runtime::current()?;
        self.options.correlation_id.get_or_insert_with(Uuid::new_v4);
        // Frees the page before.
        self.customers = vec::IntoIter::default();
        let request = Arc::new(request);
        self.asked.insert(request.clone());
        let page = page(&self.client, request.clone()).options(self.options.clone()).into_future();
        let call = async move {
            match page.await {
                Err(error) if request.is_end(&error) => Ok(None),
                page => page.map(Some),
            }
        };
        let span = info_span!("partner_center.page", partner_center.page = self.asked.len());
        self.call.spawn_on(call.instrument(span), &runtime);
        Ok(())
    }

    fn finish_call(&mut self, page: Response<Page>) {
        let (Page { customers, next }, meta) = page.into_parts();
        self.customers = customers.into_iter();
        let next = next.and_then(|next| match next {
            Some(next) if self.asked.contains(&next) => Err("the link to the next page leads to an earlier one".into()),
            next => Ok(next),
        });
        let number = self.asked.len();
        let error = |detail| Error::new(ErrorKind::UnexpectedBody, detail).with_meta(meta).on_page(number);
        self.next = next.map_err(error).transpose();
    }
}

impl Stream for Customers {
    type Item = Result<ListedCustomer, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(customer) = this.customers.next() {
                return Poll::Ready(Some(Ok(customer)));
            }
            let result = match ready!(this.call.poll_join_next(context)) {
                Some(Ok(Ok(page))) => {
                    page.into_iter().for_each(|page| this.finish_call(page));
                    Ok(())
                }
                Some(Ok(Err(error))) => Err(error.on_page(this.asked.len())),
                Some(Err(error)) => Err(Error::of_task(error)),
                None => match this.next.take() {
                    Some(next) => next.and_then(|request| this.start_call(request)),
                    None => return Poll::Ready(None),
                },
            };
            if let Err(error) = result {
                return Poll::Ready(Some(Err(error)));
            }
        }
    }
}

/// Gets one page.
fn page(client: &Client, request: Arc<PageRequest>) -> Request<Page> {
    let (base_url, asked) = (client.inner().base_url.clone(), request.clone());
    let send = move |service: partner_center_gen::Client| {
        let page = request.clone();
        async move {
            let (filter, seek, token) = (&page.filter, &page.seek_operation, &page.continuation_token);
            let (filter, seek, token) = (filter.as_deref(), seek.as_deref(), token.as_deref());
            service.get_customers(filter, seek, page.size, token, None, None, None, None, None, None).await
        }
    };
    call::request(client, send, move |decoded: Option<CustomerPage>, body| {
        let page = decode::whole(decoded, body)?;
        let next = asked.next(&page, &base_url);
        let customers = page.items.unwrap_or_default().into_iter().zip(decode::items(body)?);
        let listed = |(customer, json): (_, &RawValue)| ListedCustomer {
            customer,
            raw: Bytes::copy_from_slice(json.get().as_bytes()),
        };
        Ok(Page { customers: customers.map(listed).collect(), next })
    })
}

impl ListedCustomer {
    /// The partner's name for the customer, which may differ from the organization's `display_name`.
    #[must_use]
    pub fn company_name(&self) -> Option<&str> {
        paging::text(self.company_profile.as_ref()?.company_name.as_ref())
    }

    /// The customer's initial domain.
    #[must_use]
    pub fn domain(&self) -> Option<&str> {
        paging::text(self.company_profile.as_ref()?.domain.as_ref())
    }

    /// The customer's JSON as received, including fields that the contract does not know.
    #[must_use]
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// Returns the model.
    #[must_use]
    pub fn into_inner(self) -> Customer {
        self.customer
    }
}

impl Deref for ListedCustomer {
    type Target = Customer;

    fn deref(&self) -> &Customer {
        &self.customer
    }
}

impl fmt::Debug for ListedCustomer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListedCustomer").field("customer", &self.customer).finish_non_exhaustive()
    }
}

impl fmt::Debug for Customers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Customers").field("pages", &self.asked.len()).finish_non_exhaustive()
    }
}
