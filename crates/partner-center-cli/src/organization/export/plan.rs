//! Whom to ask for, and the two files that the answers go to.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use partner_center::Error;
use partner_center::uuid::Uuid;

use super::journal::{Existing, Journal};
use super::lines::{self, Content};
use super::{failures, input};
use crate::arguments::{Export, ExportFormat};
use crate::failure::Failure;
use crate::output::record::Record;
use crate::terminal::{plain, warn};

/// What is to be done, and what was done earlier.
pub(super) struct Plan {
    /// Who has no line in any of the files yet.
    pub(super) customers: Vec<Uuid>,
    pub(super) done_earlier: u64,
    pub(super) failed_earlier: u64,
    pub(super) unreadable: usize,
    pub(super) repeated: usize,
    format: ExportFormat,
    organizations: Journal,
    /// `None` where failures are told on standard error alone.
    failures: Option<Journal>,
}

/// So many lines without a tenant id are told one by one.
const TOLD: usize = 10;

impl Plan {
    pub(super) fn make(arguments: &Export) -> Result<Self, Failure> {
        let is_file = arguments.to.as_os_str() != "-";
        if arguments.resume && !is_file {
            return Err(Failure::usage("standard output cannot be resumed", "Name the file to go on with by --to."));
        }
        let input = input::read(&arguments.from)?;
        tell_unreadable(&input.unreadable);
        let existing = match (arguments.resume, arguments.force) {
            (true, _) => Existing::GoOn,
            (_, true) => Existing::Replace,
            _ => Existing::Refuse,
        };
        let format = arguments.format;
        let failures_path = arguments.failures.clone().or_else(|| is_file.then(|| beside(&arguments.to)));
        if failures_path.as_ref() == Some(&arguments.to) {
            return Err(Failure::usage("--failures names the file of --to", "Name two files."));
        }
        let (organizations, done) = Journal::open(&arguments.to, Content::Organizations, format, existing)?;
        let existing = if arguments.retry_failed { Existing::Replace } else { existing };
        let (failures, failed) = match failures_path {
            Some(path) => {
                let (journal, failed) = Journal::open(&path, Content::Failures, format, existing)?;
                (Some(journal), failed)
            }
            None => (None, HashSet::new()),
        };
        let (mut done_earlier, mut failed_earlier) = (0, 0);
        let mut customers = input.customers;
        customers.retain(|customer| {
            let (is_done, has_failed) = (done.contains(customer), failed.contains(customer));
            done_earlier += u64::from(is_done);
            failed_earlier += u64::from(has_failed && !is_done);
            !is_done && !has_failed
        });
        Ok(Self {
            customers,
            done_earlier,
            failed_earlier,
            unreadable: input.unreadable.len(),
            repeated: input.repeated,
            format,
            organizations,
            failures,
        })
    }

    pub(super) fn write_organization(&mut self, record: &Record) -> Result<(), Failure> {
        self.organizations.write(&lines::organization(record, self.format)?)
    }

    pub(super) fn write_failure(&mut self, customer: Uuid, error: &Error) -> Result<(), Failure> {
        match &mut self.failures {
            Some(journal) => journal.write(&failures::line(customer, error, self.format)?),
            None => {
                Failure::of_customer(customer, error).print();
                Ok(())
            }
        }
    }

    pub(super) fn finish(&self) -> Result<(), Failure> {
        self.organizations.finish()?;
        self.failures.as_ref().map_or(Ok(()), Journal::finish)
    }

    pub(super) fn failures_path(&self) -> Option<&Path> {
        self.failures.as_ref().map(Journal::path)
    }

    /// Whether a later run can go on where this one stops.
    pub(super) fn is_resumable(&self) -> bool {
        self.organizations.is_file()
    }
}

/// `customers.ndjson.failures` beside `customers.ndjson`.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".failures");
    name.into()
}

fn tell_unreadable(lines: &[(usize, String)]) {
    for (number, text) in lines.iter().take(TOLD) {
        let shown: String = plain(text).chars().take(60).collect();
        warn(&format!("line {number} of the list holds no tenant id: {shown}"));
    }
    if lines.len() > TOLD {
        warn(&format!("{} more lines of the list hold no tenant id", lines.len() - TOLD));
    }
}
