//! The calls about one customer.

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::models::Organization;
use crate::request::{CallOptions, Request};
use crate::response::Response;

/// One customer of the partner, by its tenant id; [`Client::customer`] makes it.
#[derive(Clone, Debug)]
pub struct Customer {
    client: Client,
    tenant_id: Uuid,
}

impl Customer {
    pub(crate) fn new(client: Client, tenant_id: Uuid) -> Self {
        Self { client, tenant_id }
    }

    /// The customer's tenant id.
    #[must_use]
    pub fn tenant_id(&self) -> Uuid {
        self.tenant_id
    }

    /// The customer's organization: address, display name and technical contacts.
    ///
    /// Needs a GDAP relationship with the role Global Reader or Directory Writers; app+user tokens are the recommended
    /// kind ([source](https://learn.microsoft.com/partner-center/developer/get-customer-organization)).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotExactlyOne`](crate::ErrorKind::NotExactlyOne) where the service's array does not hold exactly
    /// one, and whatever [`organizations`](Self::organizations) fails with.
    pub fn organization(&self) -> Request<Organization> {
        Request::new(self.client.clone(), self.tenant_id, |client, customer, options| {
            Box::pin(organization(client, customer, options))
        })
    }

    /// The array of organizations as the service gives it; every documented answer holds one.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`](crate::ErrorKind) but `NotExactlyOne`.
    pub fn organizations(&self) -> Request<Vec<Organization>> {
        Request::new(self.client.clone(), self.tenant_id, |client, customer, options| {
            Box::pin(fetch(client, customer, options, Ok))
        })
    }
}

/// The one organization of a customer.
pub(crate) fn organization(
    client: Client,
    customer: Uuid,
    options: CallOptions,
) -> impl Future<Output = Result<Response<Organization>, Error>> + Send {
    fetch(client, customer, options, Response::exactly_one)
}

async fn fetch<T>(
    client: Client,
    customer: Uuid,
    options: CallOptions,
    narrow: impl FnOnce(Response<Vec<Organization>>) -> Result<Response<T>, Error>,
) -> Result<Response<T>, Error> {
    let call = Call::new(client, Some(customer), options)?;
    let (client, headers) = (call.generated(), call.headers());
    let send = || {
        client.get_customer_organization(
            &customer,
            headers.contract_version,
            headers.correlation_id,
            headers.application_name,
            headers.request_id,
            headers.validate_mfa,
            headers.locale,
        )
    };
    let answer = call.perform(send).await;
    call.finish(answer, unwrapped, narrow)
}

/// The elements of an array that came in another form than the documented one: an object on its own, or the array as
/// `items` or `value` of an object.
///
/// An object without a single known field is no element: it may be an error that came with a status of success.
fn unwrapped<T: DeserializeOwned + Default + PartialEq>(body: &Bytes) -> Option<Vec<T>> {
    let json: Value = serde_json::from_slice(body).ok()?;
    let Value::Object(mut object) = json else { return None };
    for envelope in ["items", "value"] {
        if let Some(Value::Array(elements)) = object.get_mut(envelope).map(Value::take) {
            return elements.into_iter().map(|element| serde_json::from_value(element).ok()).collect();
        }
    }
    let element = serde_json::from_value(Value::Object(object)).ok()?;
    (element != T::default()).then(|| vec![element])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(body: &'static str) -> Option<Vec<Option<String>>> {
        let organizations = unwrapped::<Organization>(&Bytes::from_static(body.as_bytes()))?;
        Some(organizations.into_iter().map(|organization| organization.display_name).collect())
    }

    #[test]
    fn reads_an_object_on_its_own_and_in_either_envelope() {
        let contoso = Some(vec![Some("Contoso".to_owned())]);
        assert_eq!(names(r#"{"displayName": "Contoso"}"#), contoso);
        assert_eq!(names(r#"{"totalCount": 1, "items": [{"displayName": "Contoso"}]}"#), contoso);
        assert_eq!(names(r#"{"value": [{"displayName": "Contoso"}]}"#), contoso);
        assert_eq!(names(r#"{"items": []}"#), Some(vec![]));
    }

    #[test]
    fn takes_no_error_and_no_scalar_for_an_organization() {
        for body in [r#"{"code": 400072, "description": "x"}"#, "{}", "null", "7", r#""x""#, r#"{"items": 3}"#] {
            assert_eq!(names(body), None, "{body}");
        }
    }
}

#[cfg(test)]
mod properties {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// Any organization with at least one field.
    fn organization() -> impl Strategy<Value = Organization> {
        let mails = proptest::collection::vec("\\PC{0,9}", 0..3);
        let fields = ("\\PC{0,9}", proptest::option::of("\\PC{0,9}"), proptest::option::of(mails));
        fields.prop_map(|(name, city, mails)| {
            let mut organization = Organization::default();
            organization.display_name = Some(name);
            organization.city = city;
            organization.technical_notification_mails = mails;
            organization
        })
    }

    fn read(json: &Value) -> Option<Vec<Organization>> {
        unwrapped(&Bytes::from(json.to_string()))
    }

    proptest! {
        #[test]
        fn any_organization_is_read_from_every_envelope(one in organization(), other in organization(), unknown: u32) {
            let both = vec![one.clone(), other];
            prop_assert_eq!(read(&json!({ "items": both, "totalCount": unknown })), Some(both.clone()));
            prop_assert_eq!(read(&json!({ "unknown": unknown, "value": both })), Some(both));
            let mut object = json!(one);
            object["unknown"] = json!(unknown);
            prop_assert_eq!(read(&object), Some(vec![one]));
        }

        #[test]
        fn any_bytes_are_read_or_refused(body: Vec<u8>) {
            let _ = unwrapped::<Organization>(&Bytes::from(body));
        }

        #[test]
        fn any_text_that_is_nearly_json_is_read_or_refused(body in r#"[\[{]{1,3}("(items|value|city)":)?["\[{0-9a-z:,}\]]{0,20}"#) {
            let _ = unwrapped::<Organization>(&Bytes::from(body));
        }
    }
}
