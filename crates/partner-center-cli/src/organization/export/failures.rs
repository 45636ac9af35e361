//! A customer that could not be fetched, with everything that support asks for.

use partner_center::Error;
use partner_center::uuid::Uuid;
use serde_json::{Map, Value, json};

use crate::arguments::ExportFormat;
use crate::failure::Failure;
use crate::help;
use crate::output::csv;
use crate::output::record::ID;

/// The fields, in the order of the columns.
pub(super) const COLUMNS: [&str; 11] = [
    ID,
    "kind",
    "status",
    "code",
    "message",
    "help",
    "requestId",
    "correlationId",
    "receivedCorrelationId",
    "attempts",
    "isRetryable",
];

pub(super) fn line(customer: Uuid, error: &Error, format: ExportFormat) -> Result<String, Failure> {
    let values: [Value; 11] = [
        json!(customer),
        json!(error.kind().as_str()),
        json!(error.status().map(|status| status.as_u16())),
        json!(error.code()),
        json!(format!("{error:#}")),
        json!(help::of(error)),
        json!(error.request_id()),
        json!(error.correlation_id()),
        json!(error.received_correlation_id()),
        json!(error.attempts()),
        json!(error.is_retryable()),
    ];
    match format {
        ExportFormat::Ndjson => {
            let fields = COLUMNS.into_iter().map(str::to_owned).zip(values);
            let known = fields.filter(|(_, value)| !value.is_null());
            Ok(format!("{}\n", Value::Object(known.collect::<Map<_, _>>())))
        }
        ExportFormat::Csv => csv::line(values.map(|value| match value {
            Value::String(text) => text,
            Value::Null => String::new(),
            other => other.to_string(),
        })),
    }
}
