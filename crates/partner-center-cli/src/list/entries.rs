//! The customers of a list's text: lines, CSV, JSON, or what PowerShell prints.

use std::collections::HashSet;
use std::slice;

use partner_center::uuid::Uuid;
use serde_json::Value;

use super::row::{self, Header};
use crate::terminal::plain;

#[derive(Debug, Default)]
pub(crate) struct CustomerList {
    /// Each customer once, in the order of the list.
    pub(crate) customers: Vec<Uuid>,
    /// What is wrong with each line that names no customer, or several.
    pub(crate) unreadable: Vec<String>,
    /// How many lines name a customer again.
    pub(crate) repeated: usize,
    /// The column of the tenant ids, if it has a name.
    pub(super) column: Option<String>,
    known: HashSet<Uuid>,
}

/// The customers of a text; or why it cannot be read, and what to do.
pub(super) fn parse(text: &str, column: Option<&str>) -> Result<CustomerList, (String, &'static str)> {
    let mut list = CustomerList { column: column.map(str::to_owned), ..CustomerList::default() };
    // Files that were joined each have their own byte order mark.
    let text = text.replace('\u{feff}', "").replace("\r\n", "\n").replace('\r', "\n");
    let has_column = if is_json(&text) {
        list.add_json(&text, column)?
    } else {
        let lines: Vec<&str> = text.split('\n').map(str::trim_end).collect();
        list.add_lines(&lines, column)?
    };
    match column.filter(|_| !has_column) {
        Some(column) => Err((format!("has no column {column}"), "Check the name in --column.")),
        None => Ok(list),
    }
}

impl CustomerList {
    /// Adds the customers of one document or more, such as a line each; whether any has the field.
    fn add_json(&mut self, text: &str, column: Option<&str>) -> Result<bool, (String, &'static str)> {
        let (mut has_field, mut number) = (false, 0);
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        // A line that is cut off or damaged costs only itself.
        let is_ndjson = lines.len() > 1 && lines.iter().all(|line| line.starts_with('{'));
        let parts = if is_ndjson { lines } else { vec![text] };
        let documents = parts.iter().flat_map(|part| {
            serde_json::Deserializer::from_str(part).into_iter::<Value>().map(move |document| (part, document))
        });
        for (part, document) in documents {
            let document = match document {
                Ok(document) => document,
                Err(error) => {
                    let what = if error.is_eof() { "is JSON that ends early" } else { "is not valid JSON" };
                    if !is_ndjson {
                        return Err((format!("{what} ({error})"), "Save the list again, as JSON, NDJSON or CSV."));
                    }
                    number += 1;
                    self.add(Err(what.to_owned()), &format!("element {number}"), part);
                    continue;
                }
            };
            // Services wrap their lists in an object.
            let list = ["items", "value"].iter().find_map(|name| document.get(*name)?.as_array());
            for element in list.or(document.as_array()).map_or(slice::from_ref(&document), Vec::as_slice) {
                let fields = element.as_object().into_iter().flatten();
                let index = row::position(fields.clone().map(|(name, _)| name.as_str()), column);
                let named = match index.and_then(|index| fields.clone().nth(index)) {
                    Some((name, value)) => row::value(name, &value.to_string()),
                    None if element.is_object() => Err(format!("has no field {}", column.unwrap_or("of a tenant id"))),
                    None => row::id(&element.to_string()).ok_or_else(|| "is not a tenant id".to_owned()),
                };
                (has_field, number) = (has_field || index.is_some(), number + 1);
                self.add(named, &format!("element {number}"), &element.to_string());
            }
        }
        Ok(has_field)
    }

    /// Adds the customers of lines; whether the column is found.
    fn add_lines(&mut self, lines: &[&str], column: Option<&str>) -> Result<bool, (String, &'static str)> {
        let is_property_list = lines.iter().any(|line| property(line, column).is_some_and(|(is_id, ..)| is_id));
        // Unlike a plain list, with one tenant id on a line.
        let is_table = lines.iter().find(|line| row::has_id(line) && !line.trim_start().starts_with('#'));
        let is_table = is_table.is_some_and(|line| row::id(line).is_none());
        let (mut header, mut is_first, mut at) = (None::<Header>, true, 0);
        while at < lines.len() {
            let (line, number) = (lines[at], at + 1);
            at += 1;
            // Below a header, and before an id, it belongs to a name.
            let is_comment = line.trim_start().starts_with('#')
                && (line.starts_with("#TYPE ") || header.is_none() && !(is_table && row::has_id(line)));
            let is_repeated = header.as_ref().is_some_and(|header| header.line == line);
            if is_comment || is_repeated || row::is_rule(line) || line.to_lowercase().starts_with("sep=") {
                continue;
            }
            // Above a plain list there is one title at most.
            let is_above_all = std::mem::take(&mut is_first) || is_table && self.unreadable.is_empty();
            if is_property_list && let Some((is_id, name, value)) = property(line, column) {
                if is_id {
                    self.add(row::value(name, value), &format!("line {number}"), line);
                }
                continue;
            }
            if self.customers.is_empty()
                && let Some(found) = Header::read(line, lines.get(at).copied().unwrap_or_default(), column)
            {
                self.column = Some(found.name.clone());
                header = Some(found);
                // The lines above a header are titles.
                self.unreadable.clear();
                continue;
            }
            if is_above_all && header.is_none() && self.customers.is_empty() && is_heading(line) {
                if column.is_none() && row::names_another_id(line) {
                    let what = format!("has no column with tenant ids: {}", plain(line.trim()));
                    return Err((what, "Name the column in --column."));
                }
                continue;
            }
            let (named, length) = row::read(&lines[at - 1..], header.as_ref());
            at += length - 1;
            self.add(named, &format!("line {number}"), line);
        }
        Ok(header.is_some() || is_property_list)
    }

    fn add(&mut self, named: Result<Uuid, String>, place: &str, text: &str) {
        let why = match named {
            Ok(customer) if self.known.insert(customer) => return self.customers.push(customer),
            Ok(_) => return self.repeated += 1,
            Err(why) => why,
        };
        let shown: String = plain(text.trim()).chars().take(60).collect();
        self.unreadable.push(format!("{place} of the list {why}: {shown}"));
    }
}

/// A GUID in braces, or a title in brackets, is no JSON.
fn is_json(text: &str) -> bool {
    let inside = text.trim_start().strip_prefix(['[', '{']);
    inside.is_some_and(|inside| inside.trim_start().starts_with(['[', '{', '"', ']', '}']))
}

/// A line of PowerShell's `Format-List`, such as `CustomerId : …`: whether it is the tenant id's, its name and value.
fn property<'a>(line: &'a str, column: Option<&str>) -> Option<(bool, &'a str, &'a str)> {
    let (name, value) = line.split_once(" : ").or_else(|| Some((line.strip_suffix(" :")?, "")))?;
    let is_name = !name.contains([',', ';', '"', '\t']);
    is_name.then(|| (row::position(std::iter::once(name), column).is_some(), name.trim(), value))
}

/// Titles and names of columns have words, and nothing that could be a domain or an id with a mistake.
fn is_heading(line: &str) -> bool {
    let has_domain = line.split('.').skip(1).any(|rest| rest.starts_with(char::is_alphabetic));
    let has_digit = |word: &str| word.contains(|character: char| character.is_ascii_digit());
    let mut words = line.split([' ', '\t', ',', ';', '|', '"']);
    let has_id = words.clone().any(|word| word.len() > 15 && has_digit(word));
    !has_domain && !has_id && words.any(|word| word.starts_with(char::is_alphabetic) && !has_digit(word))
}
