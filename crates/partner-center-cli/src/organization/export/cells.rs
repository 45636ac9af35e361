//! Which customer an entry of the list names.

use std::collections::BTreeSet;

use partner_center::uuid::Uuid;

/// What an entry of the list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// Blank, or a comment.
    Nothing,
    Customer(Uuid),
    /// It names more than one, and nothing tells which is meant.
    Several,
    Unknown,
}

/// Spreadsheets of different countries divide their cells by different characters.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];
/// A cell with more line breaks is taken for a quote that nobody closed.
const LONGEST: usize = 20;

/// The first entry of some lines, and how many lines it takes: more than one where a quoted cell holds line breaks.
pub(super) fn entry(lines: &[&str]) -> (Entry, usize) {
    let first = lines.first().copied().unwrap_or_default();
    if first.is_empty() || first.starts_with('#') {
        return (Entry::Nothing, 1);
    }
    // By far the most lists hold nothing else.
    if let Some(customer) = id(first) {
        return (Entry::Customer(customer), 1);
    }
    if let Some(length) = quoted_lines(lines) {
        let joined = lines[..length].join("\n");
        let alone: BTreeSet<Uuid> = lines[..length].iter().flat_map(|line| ids(line)).collect();
        // A quote that nobody closed must not swallow the customers below.
        if DELIMITERS.iter().any(|delimiter| records(&joined, *delimiter).len() == 1) && ids(&joined) == alone {
            return (of(&alone), length);
        }
    }
    (of(&ids(first)), 1)
}

fn of(ids: &BTreeSet<Uuid>) -> Entry {
    match (ids.first(), ids.len()) {
        (Some(id), 1) => Entry::Customer(*id),
        (Some(_), _) => Entry::Several,
        (None, _) => Entry::Unknown,
    }
}

/// How many lines it takes until the quotes of the first are closed; `None` where they are, or stay open.
fn quoted_lines(lines: &[&str]) -> Option<usize> {
    let is_odd = |line: &&str| line.matches('"').count() % 2 == 1;
    lines.first().filter(|line| is_odd(line))?;
    let more = lines.iter().take(LONGEST).skip(1).position(is_odd)?;
    Some(more + 2)
}

/// The cells that are GUIDs, in any of their spellings, whichever character divides the cells.
fn ids(entry: &str) -> BTreeSet<Uuid> {
    let mut ids = BTreeSet::new();
    let found = DELIMITERS.iter().filter(|delimiter| entry.as_bytes().contains(delimiter));
    // Quotes are the reader's business even where nothing is divided.
    let used = found.chain(&DELIMITERS[..1]);
    for record in used.flat_map(|delimiter| records(entry, *delimiter)) {
        for cell in &record {
            if let Some(commented) = cell.split_once('#').and_then(|(before, _)| id(before)) {
                // The rest is a comment, with whatever ids it holds.
                ids.insert(commented);
                break;
            }
            ids.extend(id(cell));
        }
    }
    ids
}

fn records(entry: &str, delimiter: u8) -> Vec<csv::StringRecord> {
    let mut reader = csv::ReaderBuilder::new();
    reader.delimiter(delimiter).has_headers(false).flexible(true).buffer_capacity(entry.len() + 1);
    reader.from_reader(entry.as_bytes()).into_records().flatten().collect()
}

fn id(cell: &str) -> Option<Uuid> {
    Uuid::parse_str(cell.trim().trim_matches(['"', '\'']).trim()).ok()
}
