//! The list of customers, in whichever form other programs write it.

mod entries;
mod row;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use self::entries::ColumnNotFound;
pub(super) use self::entries::CustomerList;
use crate::arguments::ListOptions;
use crate::failure::Failure;
use crate::terminal::warn;
use crate::text;

/// Where the customers come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    File(PathBuf),
    StandardInput,
}

/// The number of unreadable lines that are shown one by one.
const SHOWN: usize = 10;

impl Source {
    pub(super) fn of(path: &Path) -> Self {
        if path.as_os_str() == "-" { Self::StandardInput } else { Self::File(path.to_owned()) }
    }

    fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::StandardInput => "on standard input".to_owned(),
        }
    }

    /// Reads the list and warns of the lines that name no customer.
    pub(super) fn read(&self, options: &ListOptions) -> Result<CustomerList, Failure> {
        let mut bytes = Vec::new();
        let read = match self {
            Self::StandardInput => io::stdin().lock().read_to_end(&mut bytes),
            Self::File(path) => File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)),
        };
        read.map_err(|error| {
            Failure::file(&error, format!("the list {} cannot be read", self.name()), "Check the name in --from.")
        })?;
        let column = options.column.as_deref();
        let list = entries::parse(&text::decode(&bytes), column).map_err(|ColumnNotFound| {
            Failure::usage(
                format!("the list {} has no column {}", self.name(), column.unwrap_or_default()),
                "Check the name in --column; the list's header has the names.",
            )
        })?;
        for line in list.unreadable.iter().take(SHOWN) {
            warn(&line.to_string());
        }
        if list.unreadable.len() > SHOWN {
            warn(&format!("{} more lines of the list name no customer", list.unreadable.len() - SHOWN));
        }
        // Most likely the wrong file, or a command before the pipe that failed.
        if list.customers.is_empty() {
            let why = if list.unreadable.is_empty() { "is empty" } else { "holds no tenant id" };
            return Err(Failure::usage(
                format!("the list {} {why}", self.name()),
                "Pass a list with one customer's tenant id per line; the portal shows it as Microsoft ID.",
            ));
        }
        Ok(list)
    }
}
