//! Which customers to fetch, and the two files that the lines go to.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use partner_center::Error;
use partner_center::uuid::Uuid;
use same_file::Handle;

use super::earlier::Earlier;
use super::journal::Journal;
use super::lines::{self, Content, Line};
use super::summary::Summary;
use crate::arguments::columns::ORGANIZATION;
use crate::arguments::{Export, ExportFormat, RetryFailed};
use crate::failure::Failure;
use crate::list;
use crate::output::file_format::FileFormat;
use crate::output::not_csv;
use crate::output::record::Record;

/// What is to be done, and what was done earlier.
pub(super) struct Plan<'a> {
    /// The customers of the list without a line in either file.
    pub(super) customers: Vec<Uuid>,
    /// What earlier runs did.
    pub(super) summary: Summary,
    arguments: &'a Export,
    organizations: Journal,
    /// `None` where failures are shown on standard error alone.
    failures: Option<Journal>,
}

impl<'a> Plan<'a> {
    /// Reads the list and prepares both files; on any error neither has changed.
    pub(super) fn make(arguments: &'a Export) -> Result<Self, Failure> {
        let not_resumable = || Failure::usage("this output cannot be resumed", "Pass --to with the file to continue.");
        if arguments.resume && arguments.to.as_os_str() == "-" {
            return Err(not_resumable());
        }
        let format = format(arguments)?;
        let from = arguments.list.from.as_deref().unwrap_or(Path::new("-"));
        let mut list = list::read(from, &arguments.list)?;
        let header = format.header(arguments.layout.columns_or(&ORGANIZATION))?;
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
            keep_apart(journal, name, handle(from), "--from")?;
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
        let listed: HashSet<Uuid> = list.customers.iter().copied().collect();
        if let Some(failures) = &mut failures {
            failures.begin(&failed)?;
            // Failures of customers of another list are kept.
            let is_retried = |line: &Line| listed.contains(&line.customer) && is_retried(line, arguments.retry_failed);
            if failed.lines.iter().any(is_retried) {
                failed.lines.retain(|line| !is_retried(line));
                failures.replace_lines(failed.lines.iter().map(|line| &*line.text))?;
            }
        }
        let earlier = done.lines.into_iter().chain(failed.lines).filter(|line| listed.contains(&line.customer));
        let (mut summary, mut settled) = (Summary::default(), HashSet::new());
        for line in earlier.filter(|line| settled.insert(line.customer)) {
            match line.failure {
                Some(failure) => summary.add_failure(failure),
                None => summary.done_earlier += 1,
            }
        }
        (summary.unreadable, summary.repeated) = (list.unreadable.len(), list.repeated);
        list.customers.retain(|customer| !settled.contains(customer));
        Ok(Self { customers: list.customers, summary, arguments, organizations, failures })
    }

    pub(super) fn write_organization(&mut self, record: &Record) -> Result<(), Failure> {
        let columns = self.arguments.layout.columns_or(&ORGANIZATION);
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
