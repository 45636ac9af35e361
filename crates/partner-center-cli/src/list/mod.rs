//! Reads lists of customers in the formats that other programs write.

mod entries;
mod row;

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

pub(crate) use self::entries::CustomerList;
use crate::arguments::ListOptions;
use crate::failure::Failure;
use crate::terminal::{notify, warn};
use crate::text;

/// The number of unreadable lines that are shown one by one.
const SHOWN: usize = 10;

/// Reads the list in a file, or with `-` on standard input, and warns of the lines that name no customer.
pub(crate) fn read(path: &Path, options: &ListOptions) -> Result<CustomerList, Failure> {
    let is_standard_input = path.as_os_str() == "-";
    let name = if is_standard_input { "on standard input".to_owned() } else { path.display().to_string() };
    if is_standard_input && io::stdin().is_terminal() {
        let keys = if cfg!(windows) { "Ctrl-Z" } else { "Ctrl-D" };
        notify(&format!("reading the list from standard input; end it with {keys}"));
    }
    let mut bytes = Vec::new();
    let read = match is_standard_input {
        true => io::stdin().lock().read_to_end(&mut bytes),
        false => File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)),
    };
    read.map_err(|error| {
        Failure::file(&error, format!("the list {name} cannot be read"), "Check the path in --from.")
    })?;
    let text = text::decode(&bytes);
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(Failure::usage(format!("the list {name} is an Excel workbook"), "Save it as CSV."));
    }
    if text.contains('\0') {
        return Err(Failure::usage(format!("the list {name} is not text"), "Save it as CSV, or as text in UTF-8."));
    }
    let list = entries::parse(&text, options.column.as_deref())
        .map_err(|(why, help)| Failure::usage(format!("the list {name} {why}"), help))?;
    list.unreadable.iter().take(SHOWN).for_each(|line| warn(line));
    if list.unreadable.len() > SHOWN {
        warn(&format!("{} more lines of the list name no customer", list.unreadable.len() - SHOWN));
    }
    // Most likely the wrong file, or a failed command before the pipe.
    if list.customers.is_empty() {
        let help = "Pass one tenant id per line, or a table whose header or --column names their column; the portal \
                    shows them as Microsoft ID.";
        let why = match &list.column {
            _ if text.trim().is_empty() => "is empty".to_owned(),
            Some(_) if list.unreadable.is_empty() => "has a header and no customers".to_owned(),
            Some(column) => format!("contains no tenant id in the column {column}"),
            None => "names no customer".to_owned(),
        };
        return Err(Failure::usage(format!("the list {name} {why}"), help));
    }
    Ok(list)
}
