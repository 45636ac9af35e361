//! The calls about one customer.

use uuid::Uuid;

use crate::call::Call;
use crate::client::Client;
use crate::decode;
use crate::error::{Error, ErrorKind};
use crate::models::Organization;
use crate::request::{CallOptions, Request};
use crate::response::Response;

/// One customer of the partner, by its tenant id; [`Client::customer`] makes it.
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
    /// The customer's tenant id.
    #[must_use]
    pub fn tenant_id(&self) -> Uuid {
        self.tenant_id
    }

    /// Gets the customer's organization: address, display name and technical contacts.
    ///
    /// Needs a GDAP relationship with the role Global Reader or Directory Writers; app+user tokens are the recommended
    /// kind ([source](https://learn.microsoft.com/partner-center/developer/get-customer-organization)).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotExactlyOne`](crate::ErrorKind::NotExactlyOne) if the service's array does not hold exactly one,
    /// and the errors of [`organizations`](Self::organizations).
    pub fn organization(&self) -> Request<Organization> {
        let Self { client, tenant_id } = self.clone();
        Request::new(move |options| organizations(client, tenant_id, options, exactly_one))
    }

    /// Gets the array of organizations as the service sends it; every documented response holds one.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`](crate::ErrorKind) but `NotExactlyOne`.
    pub fn organizations(&self) -> Request<Vec<Organization>> {
        let Self { client, tenant_id } = self.clone();
        Request::new(move |options| organizations(client, tenant_id, options, Ok))
    }

    /// Gets the names of the customer's domains, the initial one included.
    ///
    /// Needs a GDAP relationship with the role Global Reader, Directory Writers or Domain Name Administrator
    /// ([source](https://learn.microsoft.com/partner-center/developer/get-customer-custom-domain)).
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`](crate::ErrorKind) but `NotExactlyOne`.
    pub fn custom_domains(&self) -> Request<Vec<String>> {
        let Self { client, tenant_id } = self.clone();
        Request::new(move |options| async move {
            let call = Call::new(client, options)?;
            let (client, headers) = (call.generated(), call.headers());
            let send = || {
                client.get_customer_custom_domains(
                    &tenant_id,
                    headers.contract_version,
                    headers.correlation_id,
                    headers.application_name,
                    headers.request_id,
                    headers.validate_mfa,
                    None,
                )
            };
            call.run(send, |decoded, response| decode::whole(decoded, &response.body())).await
        })
    }
}

/// Gets the organization of a customer.
pub(crate) async fn organization(
    client: Client,
    customer: Uuid,
    options: CallOptions,
) -> Result<Response<Organization>, Error> {
    organizations(client, customer, options, exactly_one).await
}

async fn organizations<T>(
    client: Client,
    customer: Uuid,
    options: CallOptions,
    select: impl Fn(Vec<Organization>) -> Result<T, Error>,
) -> Result<Response<T>, Error> {
    let call = Call::new(client, options)?;
    let (client, headers) = (call.generated(), call.headers());
    let send = || {
        client.get_customer_organization(
            &customer,
            headers.contract_version,
            headers.correlation_id,
            headers.application_name,
            headers.request_id,
            headers.validate_mfa,
            None,
        )
    };
    call.run(send, |decoded, response| select(decode::elements(decoded, &response.body())?)).await
}

fn exactly_one<T>(mut elements: Vec<T>) -> Result<T, Error> {
    match (elements.pop(), elements.len()) {
        (Some(element), 0) => Ok(element),
        (None, _) => Err(Error::new(ErrorKind::NotExactlyOne, "the array is empty")),
        (Some(_), others) => Err(Error::new(ErrorKind::NotExactlyOne, format!("the array holds {}", others + 1))),
    }
}
