//! One customer as one line of a file, and the customer back from the line.

use partner_center::uuid::Uuid;
use serde_json::Value;

use super::failures;
use crate::arguments::ExportFormat;
use crate::failure::Failure;
use crate::output::csv;
use crate::output::record::{ID, Record};

/// What a file's lines are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Organizations,
    Failures,
}

/// What a line tells again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) customer: Uuid,
    /// The kind of a failure.
    pub(super) kind: Option<String>,
}

/// The line that stands above all others, if the format has one.
pub(super) fn header(content: Content, format: ExportFormat) -> Result<Option<String>, Failure> {
    match format {
        ExportFormat::Ndjson => Ok(None),
        ExportFormat::Csv if content == Content::Failures => csv::line(failures::COLUMNS).map(Some),
        ExportFormat::Csv => csv::line(Record::COLUMNS).map(Some),
    }
}

pub(super) fn organization(record: &Record, format: ExportFormat) -> Result<String, Failure> {
    match format {
        ExportFormat::Ndjson => Ok(format!("{}\n", record.to_json())),
        ExportFormat::Csv => csv::line(record.cells()),
    }
}

/// What a line tells; `None` where it is no line of such a file.
pub(super) fn read(line: &str, content: Content, format: ExportFormat) -> Option<Line> {
    match format {
        ExportFormat::Ndjson => {
            let object: Value = serde_json::from_str(line).ok()?;
            let text = |name: &str| object[name].as_str().map(str::to_owned);
            // The service may send a field `kind` one day; both together are ours.
            let kind = text("kind").filter(|_| object["isRetryable"].is_boolean());
            let is_right = kind.is_some() == (content == Content::Failures);
            Some(Line { customer: text(ID)?.parse().ok()?, kind }).filter(|_| is_right)
        }
        // The header has told what the cells are; the first two are always quoted, and never need an escape.
        ExportFormat::Csv => {
            let mut cells = line.strip_prefix('"')?.split("\",\"");
            let customer = cells.next()?.trim_end_matches(['"', '\n']).parse().ok()?;
            let kind = cells.next().filter(|_| content == Content::Failures).map(str::to_owned);
            Some(Line { customer, kind })
        }
    }
}

/// Whether a line that was torn somewhere may be one of these: it begins with the id, as far as it goes.
pub(super) fn is_begun(torn: &[u8], format: ExportFormat) -> bool {
    let before = match format {
        ExportFormat::Ndjson => format!("{{\"{ID}\":\""),
        ExportFormat::Csv => "\"".to_owned(),
    };
    let Some(rest) = torn.strip_prefix(before.as_bytes()) else { return before.as_bytes().starts_with(torn) };
    let id = &rest[..rest.len().min(36)];
    let is_id = id.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    is_id && rest.get(36).is_none_or(|byte| *byte == b'"')
}
