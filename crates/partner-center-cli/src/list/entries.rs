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
        let (mut header, mut heading, mut is_first, mut at) = (None::<Header>, None, true, 0);
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
                heading = Some(line);
                // The lines above a header are titles.
                self.unreadable.clear();
                continue;
            }
            let (named, length) = row::read(&lines[at - 1..], header.as_ref(), column.is_some());
            at += length - 1;
            if named == Err(NO_ID) && is_above_all && is_heading(line) {
                heading = Some(line);
            } else {
                self.add(named, number, line);
            }
        }
        // Without a customer below it is no heading.
        if let Some(line) = heading.filter(|_| self.customers.is_empty() && self.unreadable.is_empty()) {
            self.add(Err(NO_ID), 1, line);
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

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "e220a839-7b1d-4daf-ae78-9e6aa1b965f4";
    const B: &str = "7d3a9f0c-52f4-4b0e-9c3e-6b1f2a8d4e55";
    const OTHER: &str = "11111111-2222-4333-8444-555555555555";

    fn read(text: impl AsRef<str>) -> (Vec<String>, Vec<usize>) {
        read_column(text, None)
    }

    fn read_column(text: impl AsRef<str>, column: Option<&str>) -> (Vec<String>, Vec<usize>) {
        let list = parse(text.as_ref(), column).expect("the column");
        let customers = list.customers.iter().map(ToString::to_string).collect();
        let number = |line: &String| line.split(' ').nth(1).and_then(|number| number.parse().ok());
        (customers, list.unreadable.iter().filter_map(number).collect())
    }

    fn both() -> (Vec<String>, Vec<usize>) {
        (vec![A.to_owned(), B.to_owned()], vec![])
    }

    #[test]
    fn every_spelling_of_a_list_is_read() {
        let (upper, braces) = (A.to_uppercase(), format!("{{{B}}}"));
        for list in [
            format!("{A}\n{B}"),
            format!("{A}\r\n{B}\r\n"),
            format!("{A}\r{B}\r"),
            format!("{A}\n\u{feff}{B}\n"),
            format!("# ours\n\n  {A}  # Contoso, formerly {B}\n\t\n{B}\n"),
            format!("customerTenantId\n{upper}\n{braces}\n"),
            format!("\"Microsoft ID\",\"Name\"\n\"{A}\",\"Contoso, Ltd\"\n'{B}',x\n"),
            format!("Name;Tenant\nContoso #1;{A}\nFabrikam;{upper}\nx;{B}"),
            format!("{A}\t{A}\n{B},5\" disks"),
            format!("{}\n{B}", A.replace('-', "")),
            format!("# \"ours\n{A}\n{B}"),
        ] {
            assert_eq!(read(&list), both(), "{list}");
        }
    }

    #[test]
    fn a_header_says_which_of_several_ids_is_the_customer() {
        for list in [
            format!("CommerceId,CustomerId,Name\n{OTHER},{A},x\n{OTHER},{B},\"y, z\"\n"),
            format!("sep=;\nCustomers of 2026;;\nKund\u{fc};Microsoft ID;Order\n;;\nx;{A};{OTHER}\ny;{B};{OTHER}\n"),
            format!("tenantId;customerTenantId\n{OTHER};{A}\n{OTHER};{B}\ntenantId;customerTenantId\n"),
            format!(
                "\nName    CommerceId{:27}CustomerId\n----    ----{:33}----\nx y     {OTHER} {A}\nz       {OTHER} {B}\n\n",
                "", ""
            ),
            format!("CommerceId : {OTHER}\nCustomerId : {A}\nName       :\n\nCommerceId : {OTHER}\nCustomerId : {B}\n"),
            format!("[{{\"id\":\"{A}\",\"x\":\"{OTHER}\"}},\"{B}\"]"),
            format!("{{\"customerTenantId\":\"{A}\",\"requestId\":\"{OTHER}\"}}\n{{\"customerTenantId\":\"{B}\"}}\n"),
        ] {
            assert_eq!(read(&list), both(), "{list}");
        }
        assert_eq!(read(format!("CommerceId,CustomerId\n{OTHER},\n{OTHER},{A}\n")), (vec![A.to_owned()], vec![2]));
    }

    #[test]
    fn a_named_column_is_the_only_one_that_counts() {
        let list = format!("CustomerId;Reseller\n{OTHER};{A}\n{OTHER};none\n{OTHER};{B}\n");
        assert_eq!(read_column(&list, Some("reseller")), (both().0, vec![3]));
        assert!(parse(&list, Some("nobody")).is_none());
        assert!(parse(&format!("{A}\n"), Some("CustomerId")).is_none());
    }

    #[test]
    fn a_line_break_within_quotes_is_of_the_same_line_and_an_odd_quote_swallows_nobody() {
        assert_eq!(read(format!("\"{A}\",\"Contoso\r\nLtd\"\nx\n{B}")), (both().0, vec![3]));
        assert_eq!(read(format!("{A},\"Contoso\n{B},\"Fabrikam\n")), both());
        assert_eq!(read(format!("{A},\"Contoso\n{B}\n")), both());
    }

    #[test]
    fn lines_without_an_id_are_reported_by_number_with_the_reason() {
        let list = format!("id\n{A}\nnot a guid\n{}\n\n{B}\nid\n", &A[1..]);
        assert_eq!(read(list), (both().0, vec![3, 4]));
        let list = parse(&format!("contoso.com\n{A}\n{A},{B}\nContoso,GB\n"), None).expect("no column");
        let said = list.unreadable;
        assert_eq!(said[0], "line 1 of the list is not a tenant id: contoso.com");
        assert!(said[1].contains("several tenant ids (name their column with --column)"), "{said:?}");
        assert_eq!(said[2], "line 4 of the list holds no tenant id: Contoso,GB");
    }

    #[test]
    fn a_line_of_two_customers_is_reported_instead_of_losing_one() {
        for list in [format!("{A},{B}\n{A}"), format!("{A};x\t{B}\n{A}"), format!("\"x\",\"{A}\",\"{B}\"\n{A}")] {
            assert_eq!(read(&list), (vec![A.to_owned()], vec![1]), "{list}");
        }
    }

    #[test]
    fn a_header_above_nobody_is_reported() {
        assert_eq!(read("Name,Tenant\n\n"), (vec![], vec![1]));
        assert_eq!(read("# nobody\n\n"), (vec![], vec![]));
    }

    #[test]
    fn each_customer_is_listed_once() {
        let list = parse(&format!("{A}\n{B}\n{}\n", A.to_uppercase()), None).expect("no column");
        assert_eq!((list.customers.len(), list.repeated), (2, 1));
    }
}
