//! The data of one customer in a response, with every field that it has.

use partner_center::models::Organization;
use partner_center::uuid::Uuid;
use partner_center::{ListedCustomer, Response};
use serde_json::{Map, Value, json};

use crate::text::decode;

/// The customer's tenant id, then the fields in the service's order, unknown ones included.
pub(crate) struct Record {
    pub(crate) json: Value,
    /// The body of the response.
    pub(crate) raw: Vec<u8>,
}

/// The name of the customer's tenant id in every output; the service sends no id.
pub(crate) const ID: &str = "customerTenantId";

/// A customer's data in the service's list.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    pub(crate) company_name: Option<String>,
    pub(crate) domain: Option<String>,
}

impl From<&ListedCustomer> for Listed {
    fn from(customer: &ListedCustomer) -> Self {
        Self { company_name: customer.company_name().map(str::to_owned), domain: customer.domain().map(str::to_owned) }
    }
}

impl Record {
    /// The fields of an organization, after those that the list has.
    pub(crate) fn of_organization(customer: Uuid, listed: Listed, response: &Response<Organization>) -> Self {
        let raw = response.raw().to_vec();
        let value = match serde_json::from_str(&decode(&raw)) {
            Ok(Value::Array(elements)) => elements.into_iter().next(),
            // Another shape than the documented one: what the SDK decoded.
            _ => Some(json!(**response)),
        };
        Self::new(customer, listed, value.unwrap_or_default(), raw)
    }

    /// A customer of the list.
    pub(crate) fn of_listed(customer: &ListedCustomer) -> Self {
        let raw = customer.raw().to_vec();
        Self::new(customer.id, Listed::default(), serde_json::from_slice(&raw).unwrap_or_default(), raw)
    }

    pub(crate) fn of_domains(customer: Uuid, response: &Response<Vec<String>>) -> Self {
        let value = json!({ "customDomains": **response });
        Self::new(customer, Listed::default(), value, response.raw().to_vec())
    }

    pub(crate) fn new(customer: Uuid, listed: Listed, sent: Value, raw: Vec<u8>) -> Self {
        let mut fields = Map::from_iter([(ID.to_owned(), json!(customer))]);
        for (name, text) in [("companyName", listed.company_name), ("domain", listed.domain)] {
            fields.extend(text.map(|text| (name.to_owned(), text.into())));
        }
        if let Value::Object(sent) = sent {
            for (name, value) in sent {
                // A field of this name from the service is not the id of the request.
                fields.entry(name).or_insert(value);
            }
        }
        Self { json: fields.into(), raw }
    }

    /// The id and the values of these fields, as text.
    pub(crate) fn cells(&self, names: &[&str]) -> Vec<String> {
        // The list has name and domain of a customer in its company profile.
        let value = |name| self.json.get(name).unwrap_or(&self.json["companyProfile"][name]);
        std::iter::once(&ID).chain(names).map(|name| text(value(*name))).collect()
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Array(elements) => elements.iter().map(text).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}
