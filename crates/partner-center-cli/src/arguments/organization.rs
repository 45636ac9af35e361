//! The command line of `partner-center organization`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use partner_center::uuid::Uuid;

use super::columns::{self, Column, LISTED_ORGANIZATION};
use super::examples::examples;
use super::values::{tenant_id, time};

#[derive(Debug, Subcommand)]
pub(crate) enum OrganizationCommand {
    /// Fetch the organizations of one or more customers
    ///
    /// If some customers fail, the exit code is 1; if all fail, it is that of the first failure.
    #[command(after_long_help = examples(&[
        "partner-center organization get CUSTOMER_TENANT_ID",
        "partner-center organization get ID_1 ID_2 --format csv",
        "partner-center organization get --from ids.txt --columns city,state",
    ]))]
    Get(Get),
    /// Export the organizations of all customers, or of those in a list, as fast as the service allows
    ///
    /// Without --from, every customer that the service lists is fetched, and each line also has the name and the domain
    /// from that list. Failures are written to a second file, FILE.failures. Ctrl-C finishes the calls in flight;
    /// --resume continues with the customers that have no line yet.
    #[command(after_long_help = examples(&[
        "partner-center organization export --to all.ndjson",
        "partner-center org export --to all.ndjson --resume",
        "partner-center org export --from ids.csv --to some.csv --excel",
        "partner-center org export --from ids.txt | jq -r .displayName",
    ]))]
    Export(Export),
}

#[derive(Args, Debug)]
#[command(group(ArgGroup::new("which").args(["customers", "from"]).required(true)))]
#[command(mut_arg("column", |column| column.conflicts_with("customers")))]
pub(crate) struct Get {
    /// The customers' tenant ids, which the portal shows as Microsoft ID
    #[arg(value_name = "CUSTOMER_TENANT_ID", value_parser = tenant_id)]
    pub(crate) customers: Vec<Uuid>,
    #[command(flatten)]
    pub(crate) list: ListOptions,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// The format of the output.
#[derive(Args, Debug)]
pub(crate) struct Output {
    /// The format; by default, a table on a terminal, and elsewhere JSON or, with --columns or --excel, CSV
    #[arg(long, short = 'o', visible_alias = "output", value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    #[command(flatten)]
    pub(crate) layout: Layout,
}

#[derive(Args, Debug)]
#[command(mut_arg("columns", |columns| columns.value_parser(columns::parser(&LISTED_ORGANIZATION))))]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) list: ListOptions,
    /// The file for the organizations, or - for standard output
    #[arg(long, default_value = "-", value_name = "FILE")]
    pub(crate) to: PathBuf,
    /// The file for the failures; by default, FILE.failures
    #[arg(long, value_name = "FILE")]
    pub(crate) failures: Option<PathBuf>,
    /// The format; by default, that of the file extension (.ndjson, .jsonl, .json, .csv), else NDJSON
    #[arg(long, short = 'o', visible_alias = "output", value_name = "FORMAT")]
    pub(crate) format: Option<FileFormat>,
    #[command(flatten)]
    pub(crate) layout: Layout,
    /// Write the lines in the order of the list; slow calls then hold up others
    #[arg(long)]
    pub(crate) ordered: bool,
    /// Continue an earlier export into the same files
    #[arg(long)]
    pub(crate) resume: bool,
    /// Retry customers that failed earlier
    #[arg(long, requires = "resume", value_name = "WHICH", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "retryable")]
    pub(crate) retry_failed: Option<RetryFailed>,
    /// Overwrite existing files
    #[arg(long, conflicts_with = "resume")]
    pub(crate) force: bool,
    /// The maximum number of calls in flight
    #[arg(long, default_value_t = 8, value_name = "CALLS", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) concurrency: u16,
    /// Stop after this time, such as 90s, 30m or 2h; --resume continues
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) max_time: Option<Duration>,
    /// Show neither progress nor a summary
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// Where the tenant ids of the customers come from.
#[derive(Args, Debug)]
pub(crate) struct ListOptions {
    /// A file with tenant ids (lines, CSV, JSON or an earlier export), or - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// The column with the tenant ids; by default, detected by name (CustomerId, Microsoft ID, ...)
    #[arg(long, requires = "from", value_name = "NAME")]
    pub(crate) column: Option<String>,
}

/// What tables and CSV look like.
#[derive(Args, Debug)]
pub(crate) struct Layout {
    /// The columns to show after the tenant id, in a table or CSV
    #[arg(long, value_delimiter = ',', value_name = "NAMES", value_parser = columns::parser(&columns::ORGANIZATION))]
    pub(crate) columns: Vec<Column>,
    /// Write CSV that Excel opens correctly in every locale: UTF-16, separated by tabs
    ///
    /// Windows PowerShell 5.1 changes the encoding of redirected output; use `organization export --to` there.
    #[arg(long)]
    pub(crate) excel: bool,
}

/// The output formats of `get` and `list`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Human-readable table
    Table,
    /// An object for one customer, an array for several
    Json,
    /// One JSON object per line
    Ndjson,
    /// Comma-separated values with a header
    Csv,
    /// The response body, unchanged
    Raw,
}

/// The output formats of an export, which is written line by line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FileFormat {
    /// One JSON object per line, with every field of the response
    #[value(alias = "jsonl")]
    Ndjson,
    /// The same as an array
    Json,
    /// Comma-separated values with a header
    Csv,
    /// CSV in UTF-16 with a byte order mark, separated by tabs: only this opens in columns in Excel in every locale.
    #[value(skip)]
    Excel,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RetryFailed {
    /// Temporary failures, such as timeouts
    Retryable,
    /// Every failure, once the cause is fixed
    All,
}
