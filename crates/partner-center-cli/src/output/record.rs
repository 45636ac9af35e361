//! One customer's organization, with every field that the service sent.

use partner_center::Response;
use partner_center::models::Organization;
use partner_center::uuid::Uuid;
use serde_json::{Map, Value, json};

/// A customer and its organization.
pub(crate) struct Record {
    customer: Uuid,
    response: Response<Organization>,
}

/// The name of the customer's tenant id in every output; the service sends no id.
pub(crate) const ID: &str = "customerTenantId";

impl Record {
    pub(crate) fn new(customer: Uuid, response: Response<Organization>) -> Self {
        Self { customer, response }
    }

    /// The bytes as the service sent them.
    pub(crate) fn raw(&self) -> &[u8] {
        self.response.raw()
    }

    /// The id, then the fields in the service's order, unknown ones included.
    pub(crate) fn to_json(&self) -> Value {
        let mut object = Map::new();
        object.insert(ID.to_owned(), json!(self.customer));
        // Whatever the service calls so, it is not what was asked for.
        object.extend(self.fields().into_iter().filter(|(name, _)| name != ID));
        Value::Object(object)
    }

    fn fields(&self) -> Map<String, Value> {
        let body = self.raw();
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        match serde_json::from_slice(body) {
            Ok(Value::Array(elements)) => match elements.into_iter().next() {
                Some(Value::Object(fields)) => fields,
                _ => Map::new(),
            },
            // Another shape than the documented one: what the SDK made of it.
            _ => match json!(*self.response) {
                Value::Object(fields) => fields,
                _ => Map::new(),
            },
        }
    }

    /// The known fields, in the order of the columns.
    pub(crate) const COLUMNS: [&'static str; 8] =
        [ID, "displayName", "street", "city", "state", "postalCode", "countryLetterCode", "technicalNotificationMails"];

    /// The values of [`COLUMNS`](Self::COLUMNS).
    pub(crate) fn cells(&self) -> [String; 8] {
        let organization = &*self.response;
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        let mails = organization.technical_notification_mails.iter().flatten().cloned().collect::<Vec<_>>();
        [
            self.customer.to_string(),
            text(&organization.display_name),
            text(&organization.street),
            text(&organization.city),
            text(&organization.state),
            text(&organization.postal_code),
            text(&organization.country_letter_code),
            mails.join(" "),
        ]
    }
}
