//! The list of customers to fetch, and the two files that the lines go to.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use partner_center::Error;
use partner_center::uuid::Uuid;
use same_file::Handle;

use super::earlier::Earlier;
use super::journal::Journal;
use super::lines::{self, Content, Line};
use super::summary::Summary;
use crate::arguments::columns::{LISTED_ORGANIZATION, ORGANIZATION, names};
use crate::arguments::{Export, FileFormat, RetryFailed};
use crate::failure::Failure;
use crate::list::{self, CustomerList};
use crate::output;
use crate::output::record::{Listed, Record};

pub(super) struct Plan<'a> {
    arguments: &'a Export,
    /// `None` where the service has it.
    pub(super) list: Option<CustomerList>,
    organizations: Journal,
    /// `None` where failures are shown on standard error alone.
    failures: Option<Journal>,
    /// What earlier runs wrote.
    done: Earlier,
    failed: Earlier,
}

impl<'a> Plan<'a> {
    /// Reads the list and both files, which no error changes.
    pub(super) fn make(arguments: &'a Export) -> Result<Self, Failure> {
        let format = format(arguments)?;
        let from = arguments.list.from.as_deref();
        let list = from.map(|from| list::read(from, &arguments.list)).transpose()?;
        let header = format.header(&columns(arguments));
        let organizations = Journal::open(&arguments.to, Content::Organizations, format, header)?;
        if arguments.resume && !organizations.is_file() {
            return Err(Failure::usage("this output cannot be resumed", "Pass --to with the file to continue."));
        }
        let beside = || organizations.is_file().then(|| beside(&arguments.to));
        let mut failures = None;
        if let Some(path) = arguments.failures.clone().or_else(beside) {
            keep_apart(&organizations, "--failures", Handle::from_path(&path).ok(), "--to")?;
            // Lines of the same kind, and never an array.
            let format = if format == FileFormat::Json { FileFormat::Ndjson } else { format };
            failures = Some(Journal::open(&path, Content::Failures, format, format.header(&lines::FAILURE_COLUMNS))?);
        }
        for (journal, name) in std::iter::once(&organizations).chain(&failures).zip(["--to", "--failures"]) {
            keep_apart(journal, name, from.and_then(handle), "--from")?;
        }
        organizations.lock()?;
        failures.as_ref().map_or(Ok(()), Journal::lock)?;

        let (mut done, mut failed) = (Earlier::default(), Earlier::default());
        if arguments.resume {
            done = organizations.earlier()?;
            failed = failures.as_ref().map_or_else(|| Ok(Earlier::default()), Journal::earlier)?;
        } else if !arguments.force {
            for journal in std::iter::once(&organizations).chain(&failures) {
                require_empty(journal)?;
            }
        }
        Ok(Self { arguments, list, organizations, failures, done, failed })
    }

    /// What earlier runs did, and for which customers; without the failures to retry.
    pub(super) fn settled(&mut self) -> (Summary, HashSet<Uuid>) {
        let listed: Option<HashSet<_>> = self.list.as_ref().map(|list| list.customers.iter().collect());
        let is_listed = |line: &&Line| listed.as_ref().is_none_or(|listed| listed.contains(&line.customer));
        // Failures of customers of another list are kept.
        let is_retried = |line: &Line| is_listed(&line) && is_retried(line, self.arguments.retry_failed);
        if self.failed.lines.iter().any(is_retried) {
            self.failed.lines.retain(|line| !is_retried(line));
            // The file is written again. A customer whose line a crash loses meanwhile is fetched again.
            self.failed.length = 0;
        }
        let (mut summary, mut settled) = (Summary::default(), HashSet::new());
        for line in self.done.lines.iter().chain(&self.failed.lines).filter(is_listed) {
            match &line.failure {
                _ if !settled.insert(line.customer) => {}
                Some(failure) => summary.add_failure(failure.clone()),
                None => summary.done_earlier += 1,
            }
        }
        if let Some(list) = &self.list {
            (summary.unreadable, summary.repeated) = (list.unreadable.len(), list.repeated);
        }
        (summary, settled)
    }

    /// Changes the files, for the first time.
    pub(super) fn begin(&mut self) -> Result<(), Failure> {
        self.organizations.begin(std::mem::take(&mut self.done))?;
        let failed = std::mem::take(&mut self.failed);
        self.failures.as_mut().map_or(Ok(()), |failures| failures.begin(failed))
    }

    pub(super) fn write_organization(&mut self, record: &Record) -> Result<(), Failure> {
        self.organizations.write(record, &columns(self.arguments))
    }

    /// Writes a failure to its file, or returns it where it has to be shown.
    pub(super) fn write_failure(
        &mut self,
        customer: Uuid,
        listed: Listed,
        error: &Error,
    ) -> Result<Option<Failure>, Failure> {
        let Some(journal) = &mut self.failures else { return Ok(Some(Failure::about(customer, error))) };
        journal.write(&lines::failure(customer, listed, error), &lines::FAILURE_COLUMNS)?;
        Ok(None)
    }

    pub(super) fn finish(&mut self) -> Result<(), Failure> {
        self.organizations.finish()?;
        self.failures.as_mut().map_or(Ok(()), Journal::finish)
    }

    pub(super) fn failures_path(&self) -> Option<&Path> {
        self.failures.as_ref().map(|failures| &*failures.path)
    }

    /// Whether a later run can continue where this one stops.
    pub(super) fn is_resumable(&self) -> bool {
        self.organizations.is_file()
    }
}

fn is_retried(line: &Line, which: Option<RetryFailed>) -> bool {
    match which {
        None => false,
        Some(RetryFailed::All) => true,
        Some(RetryFailed::Retryable) => line.failure.as_ref().is_some_and(|failure| failure.is_retryable),
    }
}

/// The format asked for, else that of the file's extension.
fn format(arguments: &Export) -> Result<FileFormat, Failure> {
    let Export { to, layout, .. } = arguments;
    let format = match (arguments.format, to.extension().map(OsStr::to_string_lossy)) {
        (Some(format), _) => format,
        (None, Some(extension)) => FileFormat::from_str(&extension, true).map_err(|_| {
            Failure::usage(
                format!("cannot tell the format from the extension of {}", to.display()),
                "Use .csv, .ndjson, .jsonl or .json, or pass --format.",
            )
        })?,
        (None, None) if layout.excel || !layout.columns.is_empty() => FileFormat::Csv,
        (None, None) => FileFormat::Ndjson,
    };
    output::check(layout, format.is_csv(), false)?;
    Ok(if layout.excel { FileFormat::Excel } else { format })
}

/// The columns asked for, or all that are known.
fn columns(arguments: &Export) -> Vec<&'static str> {
    names(match (&arguments.layout.columns[..], &arguments.list.from) {
        ([], Some(_)) => &ORGANIZATION,
        ([], None) => &LISTED_ORGANIZATION,
        (asked_for, _) => asked_for,
    })
}

fn require_empty(journal: &Journal) -> Result<(), Failure> {
    if journal.is_empty()? {
        return Ok(());
    }
    Err(Failure::usage(
        format!("{} exists", journal.path.display()),
        "Pass --resume to continue it, or --force to replace it.",
    ))
}

/// The list and the two outputs must be three files, whatever names lead to them.
fn keep_apart(journal: &Journal, one: &str, other: Option<Handle>, name: &str) -> Result<(), Failure> {
    match other.is_some_and(|other| journal.is(&other)) {
        true => Err(Failure::usage(format!("{one} and {name} are the same file"), "Choose another file.")),
        false => Ok(()),
    }
}

fn handle(list: &Path) -> Option<Handle> {
    match list.as_os_str() == "-" {
        true => Handle::stdin().ok(),
        // To open a pipe again would wait for another writer.
        false => list.is_file().then(|| Handle::from_path(list).ok()).flatten(),
    }
}

/// `customers.ndjson.failures` beside `customers.ndjson`.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".failures");
    name.into()
}
