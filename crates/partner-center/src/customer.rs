//! The calls about one customer.

use uuid::Uuid;

use crate::call;
use crate::client::Client;
use crate::decode;
use crate::error::{Error, ErrorKind};
use crate::models::Organization;
use crate::request::Request;

/// The calls about one customer, identified by its tenant id; created by [`Client::customer`].
///
/// A customer of the list, with its name and initial domain, is a [`models::Customer`](crate::models::Customer).
#[derive(Clone, Debug)]
pub struct Customer {
    client: Client,
    tenant_id: Uuid,
}

impl Client {
    /// The calls about one customer.
    ///
    /// The id is the customer's Microsoft Entra tenant id, which the portal shows as Microsoft ID on the customer's
    /// Account page ([source](https://learn.microsoft.com/partner-center/developer/get-customer-organization)).
    #[must_use]
    pub fn customer(&self, tenant_id: Uuid) -> Customer {
        Customer { client: self.clone(), tenant_id }
    }
}

impl Customer {
    /// Gets the customer's organization: address, display name and technical contacts.
    ///
    /// Needs a GDAP relationship with the role Global Reader or Directory Writers; app+user tokens are the recommended
    /// kind ([source](https://learn.microsoft.com/partner-center/developer/get-customer-organization)).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotExactlyOne`](crate::ErrorKind::NotExactlyOne) if the array does not contain exactly one, and the
    /// errors of [`organizations`](Self::organizations).
    pub fn organization(&self) -> Request<Organization> {
        self.get_organizations(exactly_one)
    }

    /// Gets the array of organizations as the service sends it; every documented response contains one.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`](crate::ErrorKind) but `NotExactlyOne`.
    pub fn organizations(&self) -> Request<Vec<Organization>> {
        self.get_organizations(Ok)
    }

    fn get_organizations<T: Send + 'static>(&self, select: fn(Vec<Organization>) -> Result<T, Error>) -> Request<T> {
        let id = self.tenant_id;
        call::request(
            &self.client,
            move |service| async move { service.get_customer_organization(&id, None, None, None, None, None, None).await },
            move |decoded, body| select(decode::elements(decoded, body)?),
        )
    }

    /// Gets the names of the customer's domains, including the initial one.
    ///
    /// Needs a GDAP relationship with the role Global Reader, Directory Writers or Domain Name Administrator
    /// ([source](https://learn.microsoft.com/partner-center/developer/get-customer-custom-domain)).
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`](crate::ErrorKind) but `NotExactlyOne`.
    pub fn custom_domains(&self) -> Request<Vec<String>> {
        let id = self.tenant_id;
        call::request(
            &self.client,
            move |service| async move { service.get_customer_custom_domains(&id, None, None, None, None, None, None).await },
            decode::whole,
        )
    }
}

fn exactly_one<T>(mut elements: Vec<T>) -> Result<T, Error> {
    match (elements.pop(), elements.len()) {
        (Some(element), 0) => Ok(element),
        (None, _) => Err(Error::new(ErrorKind::NotExactlyOne, "the array is empty")),
        (Some(_), others) => Err(Error::new(ErrorKind::NotExactlyOne, format!("the array contains {}", others + 1))),
    }
}
