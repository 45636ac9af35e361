//! The customers of a list's text: lines, CSV, JSON, or what PowerShell prints.

use std::collections::HashSet;

use partner_center::uuid::Uuid;
use serde_json::Value;

use super::row::{self, Header, NO_ID};
use crate::terminal::plain;

#[derive(Debug, Default)]
pub(crate) struct CustomerList {
    /// Each customer once, in the order of the list.
    pub(crate) customers: Vec<Uuid>,
    /// What is wrong with each line that names no customer, or several.
    pub(crate) unreadable: Vec<String>,
    /// How many lines name a customer again.
    pub(crate) repeated: usize,
    known: HashSet<Uuid>,
}

/// The customers of a text; `None` if no header names the column that was asked for.
pub(super) fn parse(text: &str, column: Option<&str>) -> Option<CustomerList> {
    let mut list = CustomerList::default();
    if text.trim_start().starts_with(['[', '{'])
        && let Ok(document) = serde_json::from_str::<Value>(text)
    {
        let elements = if let Value::Array(elements) = document { elements } else { vec![document] };
        for (index, element) in elements.iter().enumerate() {
            list.add(in_json(element, column), index + 1, &element.to_string());
        }
        return Some(list);
    }
    // Files that were joined each have their own byte order mark.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = text.split('\n').map(|line| line.trim_start_matches('\u{feff}').trim_end()).collect();
    let has_header = list.add_lines(&lines, column);
    (column.is_none() || has_header).then_some(list)
}

impl CustomerList {
    /// Adds the customers of lines; whether there is a header.
    fn add_lines(&mut self, lines: &[&str], column: Option<&str>) -> bool {
        let is_property_list = lines.iter().any(|line| property(line, column).is_some_and(|(is_id, _)| is_id));
        let (mut header, mut is_first, mut at) = (None::<Header>, true, 0);
        while at < lines.len() {
            let (line, number) = (lines[at], at + 1);
            let is_json = line.starts_with('{');
            at += 1;
            if row::is_rule(line) || line.trim_start().starts_with('#') || line.to_lowercase().starts_with("sep=") {
                continue;
            }
            if header.as_ref().is_some_and(|header| header.line == line) {
                continue;
            }
            let is_above_all = std::mem::take(&mut is_first);
            if let Some(object) = is_json.then(|| serde_json::from_str(line).ok()).flatten() {
                self.add(in_json(&object, column), number, line);
                continue;
            }
            if is_property_list && let Some((is_id, value)) = property(line, column) {
                if is_id {
                    self.add(row::id(value).ok_or(NO_ID), number, line);
                }
                continue;
            }
            if self.customers.is_empty()
                && let Some(found) = Header::read(line, lines.get(at).copied().unwrap_or_default(), column)
            {
                header = Some(found);
                // The lines above a header are titles.
                self.unreadable.clear();
                continue;
            }
            let (named, length) = row::read(&lines[at - 1..], header.as_ref(), column.is_some());
            at += length - 1;
            if named != Err(NO_ID) || !is_above_all || !is_heading(line) {
                self.add(named, number, line);
            }
        }
        header.is_some() || is_property_list || lines.iter().any(|line| line.starts_with('{'))
    }

    fn add(&mut self, named: Result<Uuid, &str>, number: usize, text: &str) {
        let why = match named {
            Ok(customer) if self.known.insert(customer) => return self.customers.push(customer),
            Ok(_) => return self.repeated += 1,
            Err(NO_ID) if !text.contains([',', ';', '\t', '{']) => "is not a tenant id",
            Err(why) => why,
        };
        let shown: String = plain(text).chars().take(60).collect();
        self.unreadable.push(format!("line {number} of the list {why}: {shown}"));
    }
}

fn in_json(value: &Value, column: Option<&str>) -> Result<Uuid, &'static str> {
    let id = match value {
        Value::String(text) => row::id(text),
        Value::Object(object) => row::position(object.keys().map(String::as_str), column)
            .and_then(|index| object.values().nth(index)?.as_str().and_then(row::id)),
        _ => None,
    };
    id.ok_or(NO_ID)
}

/// A line of PowerShell's `Format-List`, such as `CustomerId : …`: whether it is the tenant id's, and its value.
fn property<'a>(line: &'a str, column: Option<&str>) -> Option<(bool, &'a str)> {
    let (name, value) = line.split_once(" : ").or_else(|| Some((line.strip_suffix(" :")?, "")))?;
    let is_name = !name.contains([',', ';', '"', '\t']);
    is_name.then(|| (row::position(std::iter::once(name), column).is_some(), value))
}

/// Titles and names of columns have neither digits nor domains.
fn is_heading(line: &str) -> bool {
    let has_domain = line.split('.').skip(1).any(|rest| rest.starts_with(char::is_alphanumeric));
    !has_domain && !line.contains(|character: char| character.is_ascii_digit() || character == '\u{fffd}')
}
