//! One line of a file, and the customer back from the line.

use partner_center::Error;
use partner_center::uuid::Uuid;
use serde_json::{Value, json};

use crate::arguments::FileFormat;
use crate::help;
use crate::output::record::{ID, Listed, Record};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Organizations,
    Failures,
}

/// A line of an earlier run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) customer: Uuid,
    pub(super) failure: Option<FailureLine>,
    /// The line itself, of a failure.
    pub(super) text: String,
}

/// What a line of the failures file says beside the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FailureLine {
    /// The word for the kind of the error.
    pub(super) kind: String,
    pub(super) help: String,
    pub(super) is_retryable: bool,
}

pub(super) const FAILURE_COLUMNS: [&str; 12] = [
    "companyName",
    "domain",
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

impl From<&Error> for FailureLine {
    fn from(error: &Error) -> Self {
        Self { kind: error.kind().as_str().to_owned(), help: help::of(error), is_retryable: error.is_retryable() }
    }
}

/// A failure with everything that support asks for.
pub(super) fn failure(customer: Uuid, listed: Listed, error: &Error) -> Record {
    let FailureLine { kind, help, is_retryable } = error.into();
    let mut fields = json!({
        "kind": kind,
        "status": error.status().map(|status| status.as_u16()),
        "code": error.code(),
        "message": format!("{error:#}"),
        "help": help,
        "requestId": error.request_id(),
        "correlationId": error.correlation_id(),
        "receivedCorrelationId": error.received_correlation_id(),
        "attempts": error.attempts(),
        "isRetryable": is_retryable,
    });
    if let Value::Object(fields) = &mut fields {
        fields.retain(|_, value| !value.is_null());
    }
    Record::new(customer, listed, fields, Vec::new())
}

/// The customer of a line; `None` where it is not a line of such a file.
pub(super) fn read(line: &str, content: Content, format: FileFormat) -> Option<Line> {
    let (customer, failure) = if format.is_csv() {
        let record = csv_reader(line, format).records().next()?.ok()?;
        let cell = |name| {
            let index = std::iter::once(ID).chain(FAILURE_COLUMNS).position(|column| column == name)?;
            record.get(index).map(str::to_owned)
        };
        let failure = || {
            Some(FailureLine {
                kind: cell("kind")?,
                help: cell("help")?,
                is_retryable: cell("isRetryable")?.parse().ok()?,
            })
        };
        (cell(ID)?, if content == Content::Failures { Some(failure()?) } else { None })
    } else {
        let line = if format == FileFormat::Json { line.strip_prefix(',').unwrap_or(line) } else { line };
        let object: Value = serde_json::from_str(line).ok()?;
        let text = |name: &str| object[name].as_str().map(str::to_owned);
        // The service may send a field `kind` one day; both together are of a failure.
        let failure = text("kind").zip(object["isRetryable"].as_bool()).map(|(kind, is_retryable)| FailureLine {
            kind,
            help: text("help").unwrap_or_default(),
            is_retryable,
        });
        (text(ID)?, failure)
    };
    let text = failure.as_ref().map_or_else(String::new, |_| line.to_owned());
    let is_right = failure.is_some() == (content == Content::Failures);
    is_right.then_some(Line { customer: customer.parse().ok()?, failure, text })
}

fn csv_reader(line: &str, format: FileFormat) -> csv::Reader<&[u8]> {
    let mut reader = csv::ReaderBuilder::new();
    reader.has_headers(false).delimiter(format.delimiter()).buffer_capacity(line.len() + 1).from_reader(line.as_bytes())
}

/// Whether a line that was torn somewhere may be one of these: it begins with the id, as far as it goes.
pub(super) fn is_begun(torn: &[u8], format: FileFormat) -> bool {
    let torn = if format == FileFormat::Json { torn.strip_prefix(b",").unwrap_or(torn) } else { torn };
    let before = if format.is_csv() { "\"".to_owned() } else { format!("{{\"{ID}\":\"") };
    let Some(rest) = torn.strip_prefix(before.as_bytes()) else { return before.as_bytes().starts_with(torn) };
    let id = &rest[..rest.len().min(36)];
    let is_id = id.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    is_id && rest.get(36).is_none_or(|byte| *byte == b'"')
}
