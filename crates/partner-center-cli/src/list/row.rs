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

/// The line with the names of the columns.
pub(super) struct Header {
    pub(super) line: String,
    /// The name of the column with the tenant ids.
    pub(super) name: String,
    place: Place,
}

/// Where the tenant id is in a row.
enum Place {
    Cell {
        delimiter: u8,
        index: usize,
        cells: usize,
    },
    /// In a table as PowerShell prints it: between these columns of the screen.
    Printed(Range<usize>),
}

impl Header {
    /// The header, if the line is one: it names a column of tenant ids, by `column` if given.
    pub(super) fn read(line: &str, next: &str, column: Option<&str>) -> Option<Self> {
        if has_id(line) {
            return None;
        }
        let header = |name: &str, place| Some(Self { line: line.to_owned(), name: name.trim().to_owned(), place });
        if next.contains("--") && next.chars().all(|character| matches!(character, '-' | ' ')) {
            let starts = next.match_indices('-').map(|(at, _)| at).filter(|at| !next[..*at].ends_with('-'));
            let ends = starts.clone().skip(1).chain([usize::MAX]);
            let columns: Vec<_> =
                starts.zip(ends).map(|(start, end)| (printed(line, start..end), start..end)).collect();
            let (name, range) = &columns[position(columns.iter().map(|(name, _)| name.as_str()), column)?];
            return header(name, Place::Printed(range.clone()));
        }
        DELIMITERS.into_iter().find_map(|delimiter| {
            let record = records(line, delimiter).into_iter().next()?;
            let index = position(record.iter(), column)?;
            header(&record[index], Place::Cell { delimiter, index, cells: record.len() })
        })
    }
}

/// Whether the line only divides: cells without content, or the rule below a printed header.
pub(super) fn is_rule(line: &str) -> bool {
    line.bytes().all(|byte| DELIMITERS.contains(&byte) || matches!(byte, b'"' | b'-' | b' '))
}

/// The part of a line between two columns of the screen, on which East Asian characters are two wide.
fn printed(line: &str, columns: Range<usize>) -> String {
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
    let first = lines.first().copied().unwrap_or_default();
    if let Some(length) = quoted_lines(lines) {
        let joined = lines[..length].join("\n");
        let alone: BTreeSet<Uuid> = lines[..length].iter().flat_map(|line| ids(line)).collect();
        // A quotation mark that is not closed must not swallow the customers below.
        if DELIMITERS.iter().any(|delimiter| records(&joined, *delimiter).len() == 1) && ids(&joined) == alone {
            return (named(&joined, header), length);
        }
    }
    let is_open = first.matches('"').count() % 2 == 1;
    let named = named(first, header);
    (named.map_err(|why| if is_open { "has a quotation mark that is not closed".to_owned() } else { why }), 1)
}

fn named(row: &str, header: Option<&Header>) -> Result<Uuid, String> {
    match header {
        Some(Header { name, place: Place::Printed(columns), .. }) => {
            value(name, printed(row, columns.clone()).split_whitespace().next().unwrap_or_default())
        }
        Some(Header { name, place: Place::Cell { delimiter, index, cells }, .. }) => {
            let record = records(row, *delimiter).into_iter().next().unwrap_or_default();
            match record.get(*index) {
                // An unquoted comma in a name moves the cells behind it.
                _ if *index > 0 && record.len() > *cells => Err("has more cells than the header".to_owned()),
                cell => value(name, cell.unwrap_or_default()),
            }
        }
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

/// How many lines it takes until the quotation marks of the first are closed; `None` where they are, or stay open.
fn quoted_lines(lines: &[&str]) -> Option<usize> {
    let is_odd = |line: &&str| line.matches('"').count() % 2 == 1;
    lines.first().filter(|line| is_odd(line))?;
    let more = lines.iter().take(MAX_LINES).skip(1).position(is_odd)?;
    Some(more + 2)
}

pub(super) fn has_id(row: &str) -> bool {
    !ids(row).is_empty()
}

/// The cells that are GUIDs, in any of their spellings, whichever character divides the cells.
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
