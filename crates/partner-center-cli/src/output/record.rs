//! One customer's organization, with every field of the response.

use clap::ValueEnum;
use partner_center::Response;
use partner_center::models::Organization;
use partner_center::uuid::Uuid;
use serde_json::{Map, Value, json};

use crate::arguments::Column;

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

    /// The body of the response.
    pub(crate) fn raw(&self) -> &[u8] {
        self.response.raw()
    }

    /// The id, then the fields in the service's order, unknown ones included.
    pub(crate) fn to_json(&self) -> Value {
        let mut object = Map::new();
        object.insert(ID.to_owned(), json!(self.customer));
        // A field of this name from the service is not the id of the request.
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
            // Another shape than the documented one: what the SDK decoded.
            _ => match json!(*self.response) {
                Value::Object(fields) => fields,
                _ => Map::new(),
            },
        }
    }

    /// The value of a field, on one line.
    pub(crate) fn cell(&self, column: Column) -> String {
        let organization = &*self.response;
        let text = match column {
            Column::DisplayName => &organization.display_name,
            Column::Street => &organization.street,
            Column::City => &organization.city,
            Column::State => &organization.state,
            Column::PostalCode => &organization.postal_code,
            Column::CountryLetterCode => &organization.country_letter_code,
            Column::TechnicalNotificationMails => {
                let mails = organization.technical_notification_mails.iter().flatten().cloned();
                return mails.collect::<Vec<_>>().join(" ");
            }
        };
        text.clone().unwrap_or_default()
    }
}

/// The columns asked for, or all.
pub(crate) fn columns(asked_for: &[Column]) -> &[Column] {
    if asked_for.is_empty() { Column::value_variants() } else { asked_for }
}

/// The header of CSV: the id and the names of the columns.
pub(crate) fn names(columns: &[Column]) -> Vec<String> {
    let name =
        |column: &Column| column.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
    std::iter::once(ID.to_owned()).chain(columns.iter().map(name)).collect()
}

/// The id and the values of the columns.
pub(crate) fn cells(record: &Record, columns: &[Column]) -> Vec<String> {
    std::iter::once(record.customer.to_string()).chain(columns.iter().map(|column| record.cell(*column))).collect()
}
