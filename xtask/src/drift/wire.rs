//! Compares captured responses with their schemas: JSON bodies, HTTP messages or HAR files.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use serde_json::Value;

use super::message::{self, Message};
use super::operation;
use super::{Report, Reviewed};
use crate::contract::{Operation, operations};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// JSON bodies, HTTP messages with their heads, or HAR files of a browser or proxy.
    #[arg(required = true)]
    files: Vec<PathBuf>,

    /// The operation that was called, where the capture does not show the request.
    #[arg(long, value_name = "ID")]
    operation: Option<String>,

    /// Show values too, which are customers' data.
    #[arg(long)]
    values: bool,
}

pub(super) fn compare(contract: &Value, reviewed: &Reviewed, arguments: &Arguments) -> Result<Vec<Report>> {
    let mut called = operations(contract);
    let ids = called.iter().map(|known| operation::id(known)).collect::<Vec<_>>().join(", ");
    called.retain(|known| arguments.operation.as_ref().is_none_or(|id| id == operation::id(known)));
    let mut responses = Vec::new();
    for file in &arguments.files {
        let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        responses.extend(read(&bytes).with_context(|| format!("cannot read {} as a capture", file.display()))?);
    }
    let has_requests = responses.iter().all(|response| response.request.is_some());
    ensure!(has_requests || called.len() == 1, "the capture shows no request; pass --operation, one of {ids}");
    let mut reports = Vec::new();
    for operation in &called {
        let is_own = |response: &&Message| {
            response.request.as_ref().is_none_or(|request| operation::matches(operation, request))
        };
        let own: Vec<&Message> = responses.iter().filter(is_own).collect();
        if !own.is_empty() {
            let found = differences(contract, operation, &own, arguments.values)?.into_iter().collect();
            let checked = format!("{} of {} responses ({})", own.len(), responses.len(), operation::id(operation));
            reports.push(Report::new(checked, operation::id(operation), reviewed, found));
        }
    }
    ensure!(!reports.is_empty(), "none of the {} responses belongs to {ids}", responses.len());
    Ok(reports)
}

fn differences(
    contract: &Value,
    operation: &Operation<'_>,
    responses: &[&Message],
    has_values: bool,
) -> Result<BTreeSet<String>> {
    let (mut found, mut absent, mut present) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for Message { status, headers, body, .. } in responses {
        let status = status.unwrap_or_default();
        let Some(response) = operation::response(contract, operation, status) else {
            found.insert(format!("response {status} is not in the contract"));
            continue;
        };
        let body = body.trim_start_matches('\u{feff}').trim();
        let is_encoded = headers.iter().any(|(name, _)| name.to_ascii_lowercase().ends_with("-encoding"));
        match serde_json::from_str(body) {
            Ok(body) => {
                found.extend(operation::differences(contract, response, &body, false, has_values)?);
                // Errors come in several shapes, each without the fields of the others.
                if status < 300 {
                    absent.extend(operation::differences(contract, response, &body, true, has_values)?);
                    add_fields("missing field ", &body, &mut present);
                }
            }
            // Gateways send errors without a body, as text or as HTML.
            Err(_) if status >= 300 && (body.is_empty() || !is_encoded) => {}
            Err(_) if body.is_empty() || is_encoded => {
                bail!("the body of a response {status} is missing, compressed or chunked; save it whole and decoded")
            }
            Err(_) => found.extend([format!("the body of response {status} is not JSON")]),
        }
    }
    // A field that may be left out is missing where no response has it.
    found.extend(absent.into_iter().filter(|field| field.starts_with("missing") && !present.contains(field)));
    Ok(found)
}

/// Adds the location of each field, with `*` for the elements of an array.
fn add_fields(at: &str, value: &Value, fields: &mut BTreeSet<String>) {
    match value {
        Value::Array(elements) => elements.iter().for_each(|element| add_fields(&format!("{at}/*"), element, fields)),
        Value::Object(members) => members.iter().for_each(|(name, member)| {
            fields.insert(format!("{at}/{name}"));
            add_fields(&format!("{at}/{name}"), member, fields);
        }),
        _ => {}
    }
}

/// The responses of a capture, each with its request where the capture has it.
fn read(bytes: &[u8]) -> Result<Vec<Message>> {
    let text = std::str::from_utf8(bytes).context("it is not UTF-8")?.trim_start_matches('\u{feff}');
    let Ok(json) = serde_json::from_str::<Value>(text) else {
        let (mut responses, mut request) = (Vec::new(), None);
        for message in message::read(text.lines()) {
            request = message.request.clone().or(request);
            // Statuses below 200 announce the response that counts.
            if message.status >= Some(200) {
                responses.push(Message { request: request.take(), ..message });
            }
        }
        ensure!(!responses.is_empty(), "it is not JSON, not a HAR file and not an HTTP message with a response");
        return Ok(responses);
    };
    match json.pointer("/log/entries").and_then(Value::as_array) {
        Some(entries) => Ok(entries.iter().filter_map(exchange).collect()),
        None => Ok(vec![Message { status: Some(200), body: text.to_owned(), ..Message::default() }]),
    }
}

/// An entry of a HAR file; the status is 0 where there was no response.
fn exchange(entry: &Value) -> Option<Message> {
    let text = |pointer: &str| entry.pointer(pointer)?.as_str().map(str::to_owned);
    let status = entry.pointer("/response/status")?.as_u64().filter(|status| *status > 0)?;
    let mut body = text("/response/content/text").unwrap_or_default();
    if text("/response/content/encoding").is_some_and(|encoding| encoding == "base64") {
        body = String::from_utf8(BASE64.decode(body).unwrap_or_default()).unwrap_or_default();
    }
    let request = Some((text("/request/method")?, text("/request/url")?));
    Some(Message { request, status: u16::try_from(status).ok(), headers: Vec::new(), body })
}
