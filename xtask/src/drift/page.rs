//! Compares documentation pages with the contract: structured parts item by item, the rest by digest.

use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Deserializer, Value};
use sha2::{Digest, Sha256};

use super::message::{self, Message};
use super::operation;
use super::page_text::{self, Section};
use super::{Page, Report, Reviewed};
use crate::contract::{Operation, elements, members, operations};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Pages in HTML, Markdown or plain text: files or URLs; by default, the URLs that the contract names.
    pages: Vec<String>,
}

/// Headers of HTTP itself, which the contract does not describe.
const STANDARD_HEADERS: &str = "accept authorization cache-control connection content-length content-type date expect \
                                host server transfer-encoding user-agent";

pub(super) fn compare(contract: &Value, reviewed: &Reviewed, arguments: &Arguments) -> Result<Vec<Report>> {
    let mut pages = arguments.pages.clone();
    if pages.is_empty() {
        let urls = operations(contract).into_iter().filter_map(|known| known.node["externalDocs"]["url"].as_str());
        pages = urls.map(str::to_owned).collect();
    }
    let reports = pages.into_iter().map(|page| {
        let report = fetch(&page).and_then(|text| check(contract, reviewed, &page, &text));
        let failed = |error| Report { checked: page, error: Some(format!("{error:#}")), ..Report::default() };
        report.unwrap_or_else(failed)
    });
    Ok(reports.collect())
}

fn fetch(page: &str) -> Result<String> {
    if !page.contains("://") {
        return std::fs::read_to_string(page).context("cannot read the file");
    }
    let options = ["--fail", "--silent", "--show-error", "--location", "--max-time", "30", "--header"];
    let mut curl = Command::new("curl");
    let output = curl.args(options).args(["Accept-Language: en-US", page]).output().context("cannot start curl")?;
    let message = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "cannot fetch the page; save it and pass the file: {}", message.trim());
    String::from_utf8(output.stdout).context("the page is not UTF-8")
}

fn check(contract: &Value, reviewed: &Reviewed, page: &str, text: &str) -> Result<Report> {
    let headings: Vec<&str> = reviewed.values().flat_map(|page| page.sections.keys()).map(String::as_str).collect();
    let sections = page_text::read(text, &headings);
    let Some(title) = sections.first().map(|section| &section.heading) else { bail!("the page is empty") };
    let messages = sections.iter().flat_map(|section| message::read(section.lines.iter().map(String::as_str)));
    let messages: Vec<Message> = messages.collect();
    let request = messages.iter().find_map(|message| message.request.as_ref());
    let has_title = |known: &&Operation<'_>| known.node["externalDocs"]["description"] == title.as_str();
    let is_called = |known: &&Operation<'_>| request.is_some_and(|request| operation::matches(known, request));
    let known = operations(contract);
    let Some(operation) = known.iter().find(has_title).or_else(|| known.iter().find(is_called)) else {
        let shows = request.map_or("no HTTP request".to_owned(), |(method, url)| format!("{method} {url}"));
        bail!("not the page of an operation of the contract: its title is \"{title}\", and it shows {shows}");
    };
    let id = operation::id(operation);
    let mut others = known.iter().filter(|known| operation::id(known) != id);
    ensure!(others.all(|other| other.node["externalDocs"]["url"] != page), "it is the page of {id} now");
    let is_complete = request.is_some() && messages.iter().any(|message| message.status.is_some());
    ensure!(is_complete, "the page \"{title}\" shows no HTTP request with its response; it may be cut");
    let mut found = roles(operation, &sections);
    for message in &messages {
        found.extend(sample(contract, operation, message)?);
    }
    found.extend(changed(&sections, reviewed.get(id).unwrap_or(&Page::default())));
    Ok(Report::new(format!("{page} ({id})"), id, reviewed, found))
}

/// The sections whose text differs from the reviewed one.
fn changed(sections: &[Section], known: &Page) -> Vec<String> {
    let is_there = |heading: &&String| sections.iter().any(|section| section.heading == **heading);
    let gone = known.sections.keys().filter(|heading| !is_there(heading));
    let mut found: Vec<String> = gone.map(|heading| format!("section \"{heading}\" is gone")).collect();
    for Section { heading, lines } in sections {
        // Marks and spaces differ between the forms of a page, letters and digits do not.
        let letters = lines.iter().flat_map(|line| line.chars()).filter(|letter| letter.is_alphanumeric());
        let hash = Sha256::digest(letters.flat_map(char::to_lowercase).collect::<String>());
        let digest: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        if known.sections.get(heading) != Some(&digest) {
            let text: String = lines.iter().map(|line| format!("\n  | {line}")).collect();
            found.push(format!("section \"{heading}\" is not as reviewed:{text}\n  digest: \"{digest}\""));
        }
    }
    found
}

/// The parts of a sample request or response that are not in the contract.
fn sample(contract: &Value, operation: &Operation<'_>, message: &Message) -> Result<Vec<String>> {
    let is_standard = |name: &str| STANDARD_HEADERS.split(' ').any(|known| known.eq_ignore_ascii_case(name));
    let headers = message.headers.iter().map(|(name, _)| name).filter(|name| !is_standard(name));
    let Some(status) = message.status else {
        let headers = headers.filter(|name| !operation::has_header(contract, operation, name));
        let mut found: Vec<_> = headers.map(|name| format!("request header {name} is not in the contract")).collect();
        if let Some((method, url)) = message.request.as_ref().filter(|request| !operation::matches(operation, request))
        {
            let (known, path) = operation::request(operation);
            found.push(format!("{method} {url} is {known} {path} in the contract"));
        }
        return Ok(found);
    };
    let Some(response) = operation::response(contract, operation, status) else {
        return Ok(vec![format!("response {status} is not in the contract")]);
    };
    let is_known = |name: &str| members(&response["headers"]).any(|(known, _)| known.eq_ignore_ascii_case(name));
    let headers = headers.filter(|name| !is_known(name));
    let mut found: Vec<_> = headers.map(|name| format!("response header {name} is not in the contract")).collect();
    match Deserializer::from_str(&message.body).into_iter::<Value>().next() {
        Some(Ok(body)) => found.extend(operation::differences(contract, response, &body, false, true)?),
        _ => found.push(format!("the body of response {status} is not JSON")),
    }
    Ok(found)
}

/// Role names on one side only. On the page they are the list items and first cells of the sections about roles.
fn roles(operation: &Operation<'_>, sections: &[Section]) -> Vec<String> {
    let mut listed = Vec::new();
    for Section { lines, .. } in sections.iter().filter(|section| section.heading.to_lowercase().contains("role")) {
        let items = lines.iter().filter_map(|line| line.strip_prefix(['-', '*', '•', '·']));
        // The first row of a table names its columns.
        let rows = lines.windows(2).filter(|rows| rows.iter().all(|row| row.contains('|')));
        let cells = rows.filter_map(|rows| rows[1].split('|').next());
        listed.extend(items.chain(cells).map(str::trim).filter(|name| name.contains(char::is_alphabetic)));
    }
    let known = elements(&operation.node["x-partner-center-gdap-roles"]["any-of"]);
    let known: Vec<&str> = known.filter_map(|role| role["name"].as_str()).collect();
    let unknown = listed.iter().filter(|name| !known.contains(name));
    let unknown = unknown.map(|name| format!("role \"{name}\" is not in the contract"));
    let gone = known.iter().filter(|name| !listed.contains(name));
    unknown.chain(gone.map(|name| format!("role \"{name}\" is not on the page"))).collect()
}
