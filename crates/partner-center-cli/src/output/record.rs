//! What a response says about one customer, with every field that it has.

use partner_center::Response;
use partner_center::models::Organization;
use partner_center::uuid::Uuid;
use serde_json::{Map, Value, json};

use crate::arguments::Column;

/// The customer's tenant id, then the fields in the service's order, unknown ones included.
pub(crate) struct Record {
    json: Value,
    raw: Vec<u8>,
}

/// The name of the customer's tenant id in every output; the service sends no id.
pub(crate) const ID: &str = "customerTenantId";

impl Record {
    pub(crate) fn of_organization(customer: Uuid, response: &Response<Organization>) -> Self {
        let raw = response.raw().to_vec();
        let body = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&raw);
        let value = match serde_json::from_slice(body) {
            Ok(Value::Array(elements)) => elements.into_iter().next(),
            // Another shape than the documented one: what the SDK decoded.
            _ => Some(json!(**response)),
        };
        Self::new(customer, value.unwrap_or_default(), raw)
    }

    fn new(customer: Uuid, value: Value, raw: Vec<u8>) -> Self {
        let mut fields = Map::from_iter([(ID.to_owned(), json!(customer))]);
        if let Value::Object(sent) = value {
            // A field of this name from the service is not the id of the request.
            fields.extend(sent.into_iter().filter(|(name, _)| name != ID));
        }
        Self { json: fields.into(), raw }
    }

    /// The body of the response.
    pub(crate) fn raw(&self) -> &[u8] {
        &self.raw
    }

    pub(crate) fn json(&self) -> &Value {
        &self.json
    }

    /// The id and the values of the columns, as text.
    pub(crate) fn cells(&self, columns: &[Column]) -> Vec<String> {
        let names = std::iter::once(ID).chain(columns.iter().map(|column| column.name));
        names.map(|name| text(&self.json[name])).collect()
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
