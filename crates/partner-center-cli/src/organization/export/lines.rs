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

/// Whom a line is about; `None` where it is no line of such a file.
pub(super) fn customer(line: &[u8], format: ExportFormat) -> Option<Uuid> {
    let line = std::str::from_utf8(line).ok()?;
    match format {
        ExportFormat::Ndjson => {
            let object: Value = serde_json::from_str(line).ok()?;
            object[ID].as_str()?.parse().ok()
        }
        // The id is the first cell, always quoted, and never needs an escape.
        ExportFormat::Csv => line.strip_prefix('"')?.split_once('"')?.0.parse().ok(),
    }
}
