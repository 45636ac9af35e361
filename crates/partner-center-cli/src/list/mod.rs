//! The list of customers, in whichever form other programs write it.

mod entries;
mod row;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

pub(crate) use self::entries::CustomerList;
use crate::arguments::ListOptions;
use crate::failure::Failure;
use crate::terminal::warn;
use crate::text;

/// The number of unreadable lines that are shown one by one.
const SHOWN: usize = 10;

/// Reads the list in a file, or with `-` on standard input, and warns of the lines that name no customer.
pub(crate) fn read(path: &Path, options: &ListOptions) -> Result<CustomerList, Failure> {
    let is_standard_input = path.as_os_str() == "-";
    let name = if is_standard_input { "on standard input".to_owned() } else { path.display().to_string() };
    let mut bytes = Vec::new();
    let read = match is_standard_input {
        true => io::stdin().lock().read_to_end(&mut bytes),
        false => File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)),
    };
    read.map_err(|error| {
        Failure::file(&error, format!("the list {name} cannot be read"), "Check the name in --from.")
    })?;
    let column = options.column.as_deref();
    let text = text::decode(&bytes);
    let list = entries::parse(&text, column).ok_or_else(|| {
        Failure::usage(
            format!("the list {name} has no column {}", column.unwrap_or_default()),
            "Check the name in --column; the list's header has the names.",
        )
    })?;
    list.unreadable.iter().take(SHOWN).for_each(|line| warn(line));
    if list.unreadable.len() > SHOWN {
        warn(&format!("{} more lines of the list name no customer", list.unreadable.len() - SHOWN));
    }
    // Most likely the wrong file, or a command before the pipe that failed.
    if list.customers.is_empty() {
        let why = if text.trim().is_empty() { "is empty" } else { "contains no tenant id" };
        return Err(Failure::usage(
            format!("the list {name} {why}"),
            "Pass a list with one customer's tenant id per line; the portal shows it as Microsoft ID.",
        ));
    }
    Ok(list)
}
