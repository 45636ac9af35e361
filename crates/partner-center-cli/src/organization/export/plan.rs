//! Which customers to fetch, and the two files that the lines go to.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use partner_center::Error;
use partner_center::uuid::Uuid;
use same_file::Handle;

use super::earlier::Earlier;
use super::journal::Journal;
use super::lines::{self, Content, FailureLine, Line};
use crate::arguments::{Export, ExportFormat, RetryFailed};
use crate::failure::Failure;
use crate::organization::list::{CustomerList, Source};
use crate::output::file_format::FileFormat;
use crate::output::not_csv;
use crate::output::record::{Record, columns};

/// What is to be done, and what was done earlier.
pub(super) struct Plan<'a> {
    /// The customers without a line in either file.
    pub(super) customers: Vec<Uuid>,
    pub(super) done_earlier: u64,
    /// The failures of earlier runs that are not retried.
    pub(super) failed_earlier: Vec<FailureLine>,
    pub(super) unreadable: usize,
    pub(super) repeated: usize,
    arguments: &'a Export,
    organizations: Journal,
    /// `None` where failures are shown on standard error alone.
    failures: Option<Journal>,
}

impl<'a> Plan<'a> {
    /// Reads the list and prepares both files; on any error neither has changed.
    pub(super) fn make(arguments: &'a Export, source: &Source) -> Result<Self, Failure> {
        let not_resumable = || Failure::usage("this output cannot be resumed", "Pass --to with the file to continue.");
        if arguments.resume && arguments.to.as_os_str() == "-" {
            return Err(not_resumable());
        }
        let format = format(arguments)?;
        let list = source.read(&arguments.list)?;
        let header = format.header(columns(&arguments.layout.columns))?;
        let mut organizations = Journal::open(&arguments.to, Content::Organizations, format, header)?;
        if arguments.resume && !organizations.is_file() {
            return Err(not_resumable());
        }
        let beside = || organizations.is_file().then(|| beside(&arguments.to));
        let mut failures = None;
        if let Some(path) = arguments.failures.clone().or_else(beside) {
            keep_apart(&organizations, "--failures", Handle::from_path(&path).ok(), "--to")?;
            failures = Some(open_failures(&path, format)?);
        }
        for (journal, name) in std::iter::once(&organizations).chain(&failures).zip(["--to", "--failures"]) {
            keep_apart(journal, name, handle(source), "--from")?;
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
        // From here on the files change.
        organizations.begin(&done)?;
        if let Some(failures) = &mut failures {
            failures.begin(&failed)?;
            let listed: HashSet<Uuid> = list.customers.iter().copied().collect();
            // Failures of customers of another list are kept.
            let is_retried = |line: &Line| listed.contains(&line.customer) && is_retried(line, arguments.retry_failed);
            if failed.lines.iter().any(is_retried) {
                failures.drop_lines(is_retried)?;
                failed.lines.retain(|line| !is_retried(line));
            }
        }
        Ok(Self::of(list, done, failed, arguments, organizations, failures))
    }

    fn of(
        list: CustomerList,
        done: Earlier,
        failed: Earlier,
        arguments: &'a Export,
        organizations: Journal,
        failures: Option<Journal>,
    ) -> Self {
        let done: HashSet<Uuid> = done.lines.iter().map(|line| line.customer).collect();
        let mut failed: HashMap<Uuid, FailureLine> =
            failed.lines.into_iter().filter_map(|line| Some((line.customer, line.failure?))).collect();
        let (mut done_earlier, mut failed_earlier, mut customers) = (0, Vec::new(), list.customers);
        customers.retain(|customer| {
            if done.contains(customer) {
                done_earlier += 1;
                return false;
            }
            let failure = failed.remove(customer);
            let is_new = failure.is_none();
            failed_earlier.extend(failure);
            is_new
        });
        let (unreadable, repeated) = (list.unreadable.len(), list.repeated);
        Self { customers, done_earlier, failed_earlier, unreadable, repeated, arguments, organizations, failures }
    }

    pub(super) fn write_organization(&mut self, record: &Record) -> Result<(), Failure> {
        let columns = columns(&self.arguments.layout.columns);
        let line = self.organizations.format().line(record, columns, self.organizations.is_at_start())?;
        self.organizations.write(&line)
    }

    /// Writes a failure to its file, or returns it where it has to be shown.
    pub(super) fn write_failure(&mut self, customer: Uuid, error: &Error) -> Result<Option<Failure>, Failure> {
        let Some(journal) = &mut self.failures else { return Ok(Some(Failure::of_customer(customer, error))) };
        journal.write(&lines::failure(customer, error, journal.format())?)?;
        Ok(None)
    }

    pub(super) fn finish(&mut self) -> Result<(), Failure> {
        self.organizations.finish()?;
        self.failures.as_mut().map_or(Ok(()), Journal::finish)
    }

    pub(super) fn failures_path(&self) -> Option<&Path> {
        self.failures.as_ref().map(Journal::path)
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

/// The format asked for, or that of the file's ending.
fn format(arguments: &Export) -> Result<FileFormat, Failure> {
    let ending = arguments.to.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let excel = arguments.layout.excel;
    Ok(match (arguments.format, ending.as_deref()) {
        (Some(ExportFormat::Csv) | None, _) if excel => FileFormat::Excel,
        (Some(_), _) if excel => return Err(not_csv()),
        (Some(ExportFormat::Csv), _) | (None, Some("csv")) => FileFormat::Csv,
        (Some(ExportFormat::Json), _) | (None, Some("json")) => FileFormat::Json,
        (Some(ExportFormat::Ndjson) | None, _) => FileFormat::Ndjson,
    })
}

/// The failures' file has lines of the same kind, and is never an array.
fn open_failures(path: &Path, format: FileFormat) -> Result<Journal, Failure> {
    let format = if format == FileFormat::Json { FileFormat::Ndjson } else { format };
    let header = if format.is_csv() { format.csv_header(lines::FAILURE_COLUMNS)? } else { String::new() };
    Journal::open(path, Content::Failures, format, header)
}

fn require_empty(journal: &Journal) -> Result<(), Failure> {
    if journal.is_empty()? {
        return Ok(());
    }
    Err(Failure::usage(
        format!("{} exists", journal.path().display()),
        "Pass --resume to continue it, or --force to replace it.",
    ))
}

/// The list and the two outputs must be three files, whatever names lead to them.
fn keep_apart(journal: &Journal, one: &str, other: Option<Handle>, name: &str) -> Result<(), Failure> {
    match other.is_some_and(|other| journal.is(&other)) {
        true => Err(Failure::usage(format!("{one} is the file of {name}"), "Choose another file.")),
        false => Ok(()),
    }
}

fn handle(source: &Source) -> Option<Handle> {
    match source {
        Source::StandardInput => Handle::stdin().ok(),
        // To open a pipe again would wait for another writer.
        Source::File(path) => path.is_file().then(|| Handle::from_path(path).ok()).flatten(),
    }
}

/// `customers.ndjson.failures` beside `customers.ndjson`.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".failures");
    name.into()
}
