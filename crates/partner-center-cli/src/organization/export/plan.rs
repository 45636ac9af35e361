//! Whom to ask for, and the two files that the answers go to.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use partner_center::Error;
use partner_center::uuid::Uuid;
use same_file::Handle;

use super::input::{self, Input};
use super::journal::Journal;
use super::lines::{self, Content};
use super::{earlier::Earlier, failures};
use crate::arguments::{Export, ExportFormat};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::record::Record;

/// What is to be done, and what was done earlier.
pub(super) struct Plan {
    /// Who has no line in any of the files yet.
    pub(super) customers: Vec<Uuid>,
    pub(super) done_earlier: u64,
    pub(super) failed_earlier: u64,
    /// The exit code of the first failure that was written earlier.
    pub(super) first_earlier: Option<Exit>,
    pub(super) unreadable: usize,
    pub(super) repeated: usize,
    format: ExportFormat,
    organizations: Journal,
    /// `None` where failures are told on standard error alone.
    failures: Option<Journal>,
}

const STANDARD: &str = "-";

impl Plan {
    /// Reads the list and makes both files ready; where anything is wrong, neither has changed.
    pub(super) fn make(arguments: &Export) -> Result<Self, Failure> {
        let not_resumable = || Failure::usage("this output cannot be resumed", "Name the file to go on with by --to.");
        if arguments.resume && arguments.to.as_os_str() == STANDARD {
            return Err(not_resumable());
        }
        let input = input::read(&arguments.from)?;
        let format = arguments.format;
        let mut organizations = Journal::open(&arguments.to, Content::Organizations, format)?;
        if arguments.resume && !organizations.is_file() {
            return Err(not_resumable());
        }
        let beside = || organizations.is_file().then(|| beside(&arguments.to));
        let failures_path = arguments.failures.clone().or_else(beside);
        let mut failures = failures_path.map(|path| Journal::open(&path, Content::Failures, format)).transpose()?;
        keep_apart(arguments, &organizations, failures.as_ref())?;
        organizations.lock()?;
        failures.as_ref().map_or(Ok(()), Journal::lock)?;

        let journals = || std::iter::once(&organizations).chain(&failures);
        let (mut done, mut failed) = (Earlier::default(), Earlier::default());
        if arguments.resume {
            done = organizations.earlier()?;
            failed = failures.as_ref().map_or_else(|| Ok(Earlier::default()), Journal::earlier)?;
        } else if !arguments.force {
            for journal in journals() {
                refuse_content(journal)?;
            }
        }
        // From here on nothing is refused any more.
        organizations.begin(done.length)?;
        if let Some(failures) = &mut failures {
            failures.begin(failed.length)?;
            let retried: HashSet<Uuid> = input.customers.iter().copied().collect();
            // Failures of customers of another list stay.
            if arguments.retry_failed && failed.lines.iter().any(|line| retried.contains(&line.customer)) {
                failures.drop_lines(|customer| retried.contains(&customer))?;
                failed.lines.retain(|line| !retried.contains(&line.customer));
            }
        }
        Ok(Self::of(input, &done, &failed, format, organizations, failures))
    }

    fn of(
        input: Input,
        done: &Earlier,
        failed: &Earlier,
        format: ExportFormat,
        organizations: Journal,
        failures: Option<Journal>,
    ) -> Self {
        let done: HashSet<Uuid> = done.lines.iter().map(|line| line.customer).collect();
        let failed: HashMap<Uuid, Option<&str>> =
            failed.lines.iter().map(|line| (line.customer, line.kind.as_deref())).collect();
        let (mut done_earlier, mut failed_earlier, mut first_earlier) = (0, 0, None);
        let mut customers = input.customers;
        customers.retain(|customer| {
            let is_done = done.contains(customer);
            done_earlier += u64::from(is_done);
            let Some(kind) = failed.get(customer).filter(|_| !is_done) else { return !is_done };
            failed_earlier += 1;
            first_earlier = first_earlier.or_else(|| kind.and_then(Exit::of_word));
            false
        });
        Self {
            customers,
            done_earlier,
            failed_earlier,
            first_earlier,
            unreadable: input.unreadable.len(),
            repeated: input.repeated,
            format,
            organizations,
            failures,
        }
    }

    pub(super) fn write_organization(&mut self, record: &Record) -> Result<(), Failure> {
        self.organizations.write(&lines::organization(record, self.format)?)
    }

    /// Writes a failure down, or gives it back where it has to be told.
    pub(super) fn write_failure(&mut self, customer: Uuid, error: &Error) -> Result<Option<Failure>, Failure> {
        let Some(journal) = &mut self.failures else { return Ok(Some(Failure::of_customer(customer, error))) };
        journal.write(&failures::line(customer, error, self.format)?)?;
        Ok(None)
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

fn refuse_content(journal: &Journal) -> Result<(), Failure> {
    if journal.is_empty()? {
        return Ok(());
    }
    Err(Failure::usage(
        format!("{} exists", journal.path().display()),
        "Give --resume to go on with it, or --force to replace it.",
    ))
}

/// The list and the two outputs must be three files, whatever names lead to them.
fn keep_apart(arguments: &Export, organizations: &Journal, failures: Option<&Journal>) -> Result<(), Failure> {
    let same = |one, other| Failure::usage(format!("{one} is the file of {other}"), "Name another file.");
    if failures.and_then(Journal::handle).is_some_and(|failures| organizations.is(&failures)) {
        return Err(same("--failures", "--to"));
    }
    let list = match arguments.from.as_os_str() == OsStr::new(STANDARD) {
        true => Handle::stdin(),
        // To open a pipe again would wait for another writer.
        false if arguments.from.is_file() => Handle::from_path(&arguments.from),
        false => return Ok(()),
    };
    let Ok(list) = list else { return Ok(()) };
    if organizations.is(&list) {
        return Err(same("--to", "--from"));
    }
    match failures.is_some_and(|failures| failures.is(&list)) {
        true => Err(same("--failures", "--from")),
        false => Ok(()),
    }
}

/// `customers.ndjson.failures` beside `customers.ndjson`.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".failures");
    name.into()
}
