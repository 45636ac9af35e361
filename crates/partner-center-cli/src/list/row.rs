//! Which customer a row of a list names.

use std::collections::BTreeSet;

use partner_center::uuid::Uuid;

/// Spreadsheets of different countries divide their cells by different characters.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];
/// A quoted cell with more line breaks is taken for a quotation mark that is not closed.
const MAX_LINES: usize = 20;
/// Names of the column with the tenant id, the best first.
const NAMES: [&str; 7] =
    ["customertenantid", "customerid", "microsoftid", "tenantid", "customertenant", "tenant", "id"];

/// Why a row names no customer.
pub(super) const NO_ID: &str = "contains no tenant id";
const BLANK: &str = "has no value in the tenant id column";
const SEVERAL: &str = "contains several tenant ids (name their column with --column)";

/// The line with the names of the columns.
pub(super) struct Header {
    pub(super) line: String,
    place: Place,
}

/// Where the tenant id is in a row.
enum Place {
    Cell {
        delimiter: u8,
        index: usize,
        cells: usize,
    },
    /// In a table as PowerShell prints it: the number of characters before it.
    Offset(usize),
}

impl Header {
    /// The header, if the line is one: it names a column of tenant ids, by `column` if given.
    pub(super) fn read(line: &str, next: &str, column: Option<&str>) -> Option<Self> {
        if !ids(line).is_empty() {
            return None;
        }
        let header = |place| Some(Self { line: line.to_owned(), place });
        for delimiter in DELIMITERS {
            let record = records(line, delimiter).into_iter().next()?;
            if let Some(index) = position(record.iter(), column) {
                return header(Place::Cell { delimiter, index, cells: record.len() });
            }
        }
        if !(next.contains("--") && is_rule(next)) {
            return None;
        }
        let name = line.split_whitespace().nth(position(line.split_whitespace(), column)?)?;
        header(Place::Offset(line[..line.find(name)?].chars().count()))
    }
}

/// Whether the line only divides: cells without content, or the rule below a printed header.
pub(super) fn is_rule(line: &str) -> bool {
    line.chars().all(|character| matches!(character, ',' | ';' | '"' | '-' | ' ' | '\t'))
}

/// The place of the tenant id's name among names of columns or fields.
pub(super) fn position<'a>(names: impl Iterator<Item = &'a str> + Clone, column: Option<&str>) -> Option<usize> {
    let place = |wanted: &str| names.clone().position(|name| normal(name) == wanted);
    match column {
        Some(column) => place(&normal(column)),
        None => NAMES.into_iter().find_map(place),
    }
}

fn normal(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The customer of the first row of some lines, and how many lines the row takes: more than one where a quoted cell
/// contains line breaks.
pub(super) fn read(
    lines: &[&str],
    header: Option<&Header>,
    is_column_given: bool,
) -> (Result<Uuid, &'static str>, usize) {
    let first = lines.first().copied().unwrap_or_default();
    // Most lists contain nothing else.
    if let Some(customer) = id(first) {
        return (Ok(customer), 1);
    }
    if let Some(length) = quoted_lines(lines) {
        let joined = lines[..length].join("\n");
        let alone: BTreeSet<Uuid> = lines[..length].iter().flat_map(|line| ids(line)).collect();
        // A quotation mark that is not closed must not swallow the customers below.
        if DELIMITERS.iter().any(|delimiter| records(&joined, *delimiter).len() == 1) && ids(&joined) == alone {
            return (named(&joined, header, is_column_given), length);
        }
    }
    (named(first, header, is_column_given), 1)
}

fn named(row: &str, header: Option<&Header>, is_column_given: bool) -> Result<Uuid, &'static str> {
    match header.map(|header| &header.place) {
        Some(Place::Cell { delimiter, index, cells }) => {
            let record = records(row, *delimiter).into_iter().next().unwrap_or_default();
            let cell = record.get(*index).filter(|_| record.len() == *cells);
            match cell.map(|cell| (id(cell), cell.trim())) {
                Some((Some(customer), _)) => return Ok(customer),
                Some((None, "")) => return Err(BLANK),
                Some((None, _)) if is_column_given => return Err(NO_ID),
                _ => {}
            }
        }
        Some(Place::Offset(offset)) => {
            let at = row.char_indices().nth(*offset).map_or("", |(start, _)| &row[start..]);
            if let Some(customer) = at.split_whitespace().next().and_then(id) {
                return Ok(customer);
            }
        }
        None => {}
    }
    let ids = ids(row);
    match (ids.first(), ids.len()) {
        (Some(id), 1) => Ok(*id),
        (Some(_), _) => Err(SEVERAL),
        (None, _) => Err(NO_ID),
    }
}

/// How many lines it takes until the quotation marks of the first are closed; `None` where they are, or stay open.
fn quoted_lines(lines: &[&str]) -> Option<usize> {
    let is_odd = |line: &&str| line.matches('"').count() % 2 == 1;
    lines.first().filter(|line| is_odd(line))?;
    let more = lines.iter().take(MAX_LINES).skip(1).position(is_odd)?;
    Some(more + 2)
}

/// The cells that are GUIDs, in any of their spellings, whichever character divides the cells.
fn ids(row: &str) -> BTreeSet<Uuid> {
    let mut ids = BTreeSet::new();
    let found = DELIMITERS.iter().filter(|delimiter| row.as_bytes().contains(delimiter));
    // The reader also takes quotation marks off where nothing is divided.
    let used = found.chain(&DELIMITERS[..1]);
    for record in used.flat_map(|delimiter| records(row, *delimiter)) {
        for cell in &record {
            if let Some(commented) = cell.split_once('#').and_then(|(before, _)| id(before)) {
                // The rest is a comment, with whatever ids it holds.
                ids.insert(commented);
                break;
            }
            ids.extend(id(cell));
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

pub(super) fn id(cell: &str) -> Option<Uuid> {
    Uuid::parse_str(cell.trim().trim_matches(['"', '\'']).trim()).ok()
}
