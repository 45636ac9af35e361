//! One line of a file, and the customer back from the line.

use partner_center::Error;
use partner_center::uuid::Uuid;
use serde_json::{Map, Value, json};

use crate::failure::Failure;
use crate::help;
use crate::output::csv;
use crate::output::file_format::FileFormat;
use crate::output::record::ID;
use crate::terminal::escape_json;

/// What a file's lines are about.
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

/// The fields of a failure, in the order of the columns.
pub(super) const FAILURE_COLUMNS: [&str; 11] = [
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

impl From<&Error> for FailureLine {
    fn from(error: &Error) -> Self {
        Self { kind: error.kind().as_str().to_owned(), help: help::of(error), is_retryable: error.is_retryable() }
    }
}

/// A failure with everything that support asks for.
pub(super) fn failure(customer: Uuid, error: &Error, format: FileFormat) -> Result<String, Failure> {
    let FailureLine { kind, help, is_retryable } = error.into();
    let values: [Value; 11] = [
        json!(customer),
        json!(kind),
        json!(error.status().map(|status| status.as_u16())),
        json!(error.code()),
        json!(format!("{error:#}")),
        json!(help),
        json!(error.request_id()),
        json!(error.correlation_id()),
        json!(error.received_correlation_id()),
        json!(error.attempts()),
        json!(is_retryable),
    ];
    if format.is_csv() {
        let cells = values.map(|value| match value {
            Value::String(text) => text,
            Value::Null => String::new(),
            other => other.to_string(),
        });
        return csv::line(cells, format.delimiter());
    }
    let fields = FAILURE_COLUMNS.into_iter().map(str::to_owned).zip(values);
    let known: Map<_, _> = fields.filter(|(_, value)| !value.is_null()).collect();
    Ok(escape_json(&Value::Object(known).to_string()) + "\n")
}

/// The customer of a line; `None` where it is not a line of such a file.
pub(super) fn read(line: &str, content: Content, format: FileFormat) -> Option<Line> {
    let (customer, failure) = if format.is_csv() {
        let record = csv_reader(line, format).records().next()?.ok()?;
        let cell = |name| record.get(FAILURE_COLUMNS.iter().position(|column| *column == name)?).map(str::to_owned);
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

fn csv_reader(line: &str, format: FileFormat) -> ::csv::Reader<&[u8]> {
    let mut reader = ::csv::ReaderBuilder::new();
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
