//! Which customer a row of a list names.

use std::collections::BTreeSet;
use std::ops::Range;

use partner_center::uuid::Uuid;
use unicode_width::UnicodeWidthChar;

/// Programs and countries divide the cells of a row by different characters.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// A quoted cell with more line breaks is taken for a quotation mark that is not closed.
const MAX_LINES: usize = 20;
/// Names of the column with the tenant id, the best first.
const NAMES: &str = "customertenantid customerid microsoftid tenantid tenantguid directoryid directorytenantid \
                     aadtenantid guid customertenant aadtenant tenant id";

/// Names of columns with ids of something else than a customer.
const OTHERS: [&str; 4] = ["commerceid", "subscriptionid", "partnertenantid", "partnerid"];

/// The line with the names of the columns.
pub(super) struct Header {
    pub(super) line: String,
    /// The name of the column with the tenant ids, and its place.
    pub(super) name: String,
    index: usize,
    columns: usize,
    layout: Layout,
}

/// How rows are divided into cells.
enum Layout {
    Delimited(u8),
    /// In a table as PowerShell prints it: from where to where on the screen each column is.
    Printed(Vec<Range<usize>>),
}

impl Layout {
    fn cells(&self, row: &str) -> Vec<String> {
        match self {
            Self::Delimited(delimiter) => {
                let record = records(row, *delimiter).into_iter().next().unwrap_or_default();
                record.iter().map(str::to_owned).collect()
            }
            Self::Printed(columns) => columns.iter().map(|column| printed(row, column)).collect(),
        }
    }
}

impl Header {
    /// The header, if the line is one: it names a column of tenant ids, by `column` if given.
    pub(super) fn read(line: &str, next: &str, column: Option<&str>) -> Option<Self> {
        if has_id(line) {
            return None;
        }
        let mut layouts: Vec<_> = DELIMITERS.into_iter().map(Layout::Delimited).collect();
        if next.contains("--") && next.chars().all(|character| matches!(character, '-' | ' ')) {
            let starts = next.match_indices('-').map(|(at, _)| at).filter(|at| !next[..*at].ends_with('-'));
            let ends = starts.clone().skip(1).chain([usize::MAX]);
            layouts = vec![Layout::Printed(starts.zip(ends).map(|(start, end)| start..end).collect())];
        }
        layouts.into_iter().find_map(|layout| {
            let names = layout.cells(line);
            let index = position(names.iter().map(String::as_str), column)?;
            let name = names[index].trim().to_owned();
            Some(Self { line: line.to_owned(), name, index, columns: names.len(), layout })
        })
    }
}

/// Whether the line is a header with such an id.
pub(super) fn names_another_id(line: &str) -> bool {
    let mut names = line.split(|character| DELIMITERS.map(char::from).contains(&character));
    names.any(|name| name.split("  ").any(|name| OTHERS.contains(&&*normal(name))))
}

/// Whether the line is only a separator: cells without content, or the rule below a printed header.
pub(super) fn is_rule(line: &str) -> bool {
    line.bytes().all(|byte| DELIMITERS.contains(&byte) || matches!(byte, b'"' | b'-' | b' '))
}

/// The part of a line between two columns of the screen, on which East Asian characters are two wide.
fn printed(line: &str, columns: &Range<usize>) -> String {
    let mut next = 0;
    let is_within = |character: &char| {
        let at = next;
        next += character.width().unwrap_or_default();
        columns.contains(&at)
    };
    line.chars().filter(is_within).collect()
}

/// The place of the tenant id's name among names of columns or fields.
pub(super) fn position<'a>(names: impl Iterator<Item = &'a str> + Clone, column: Option<&str>) -> Option<usize> {
    let place = |wanted: &str| names.clone().position(|name| normal(name) == wanted);
    match column {
        Some(column) => place(&normal(column)),
        None => NAMES.split(' ').find_map(place),
    }
}

fn normal(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The customer of the first row of some lines, and how many lines the row takes: more than one where a quoted cell
/// contains line breaks.
pub(super) fn read(lines: &[&str], header: Option<&Header>) -> (Result<Uuid, String>, usize) {
    let is_odd = |line: &&str| line.matches('"').count() % 2 == 1;
    if !is_odd(&lines[0]) {
        return (named(lines[0], header), 1);
    }
    if let Some(more) = lines.iter().take(MAX_LINES).skip(1).position(is_odd) {
        let length = more + 2;
        let joined = lines[..length].join("\n");
        let alone: BTreeSet<Uuid> = lines[..length].iter().flat_map(|line| ids(line)).collect();
        // A quotation mark that is not closed must not swallow the customers below.
        if DELIMITERS.iter().any(|delimiter| records(&joined, *delimiter).len() == 1) && ids(&joined) == alone {
            return (named(&joined, header), length);
        }
    }
    (named(lines[0], header).map_err(|_| "has a quotation mark that is not closed".to_owned()), 1)
}

fn named(row: &str, header: Option<&Header>) -> Result<Uuid, String> {
    match header {
        Some(header) => match &header.layout.cells(row)[..] {
            // An unquoted comma in a name moves the cells behind it.
            cells if header.index > 0 && cells.len() > header.columns => {
                Err("has more cells than the header".to_owned())
            }
            cells => value(&header.name, cells.get(header.index).map_or("", String::as_str)),
        },
        None => {
            let ids = ids(row);
            let why = match (ids.first(), ids.len()) {
                (Some(id), 1) => return Ok(*id),
                (Some(_), _) => "contains several GUIDs, and neither a header nor --column says which to use",
                (None, _) if row.bytes().any(|byte| DELIMITERS.contains(&byte)) => "contains no tenant id",
                (None, _) => "is not a tenant id",
            };
            Err(why.to_owned())
        }
    }
}

/// The tenant id in the column or field of that name.
pub(super) fn value(name: &str, text: &str) -> Result<Uuid, String> {
    let what = if text.trim().is_empty() { "value" } else { "tenant id" };
    id(text).ok_or_else(|| format!("has no {what} in the column {name}"))
}

pub(super) fn has_id(row: &str) -> bool {
    !ids(row).is_empty()
}

/// The cells that are GUIDs, in any of their spellings, whichever character separates the cells.
fn ids(row: &str) -> BTreeSet<Uuid> {
    // Most lists contain nothing else.
    if let Some(id) = id(row) {
        return [id].into();
    }
    let mut ids = BTreeSet::new();
    let found = DELIMITERS.iter().filter(|delimiter| row.as_bytes().contains(delimiter));
    // The reader also takes quotation marks off where nothing is divided.
    let used = found.chain(&DELIMITERS[..1]);
    for record in used.flat_map(|delimiter| records(row, *delimiter)) {
        for cell in &record {
            ids.extend(id(cell));
            // The rest is a comment, with whatever ids it holds.
            if cell.contains('#') && id(cell).is_some() {
                break;
            }
        }
    }
    if ids.is_empty() {
        ids.extend(row.split_whitespace().filter_map(id));
    }
    ids
}

fn records(row: &str, delimiter: u8) -> Vec<csv::StringRecord> {
    let mut reader = csv::ReaderBuilder::new();
    reader.delimiter(delimiter).has_headers(false).flexible(true).buffer_capacity(row.len() + 1);
    reader.from_reader(row.as_bytes()).into_records().flatten().collect()
}

/// The GUID of a cell, which a comment may follow.
pub(super) fn id(cell: &str) -> Option<Uuid> {
    let cell = cell.split('#').next().unwrap_or_default();
    Uuid::parse_str(cell.trim().trim_matches(['"', '\'']).trim()).ok()
}
