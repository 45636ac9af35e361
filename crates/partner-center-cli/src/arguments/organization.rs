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
    /// Fetch the organizations of some customers
    ///
    /// If some customers fail, the exit code is 1; if all fail, it is that of the first failure.
    #[command(after_long_help = examples(&[
        "partner-center organization get CUSTOMER_TENANT_ID",
        "partner-center organization get ID_1 ID_2 --format csv",
        "partner-center organization get --from ids.txt --columns city,state",
    ]))]
    Get(Get),
    /// Fetch the organizations of all customers, or of those in a list, at the pace the service allows
    ///
    /// Without --from it fetches every customer that the service lists, and each line has the name and the domain of the
    /// list too. Failures go to a second file, FILE.failures. Ctrl-C finishes the calls in flight, and --resume continues
    /// with the customers that have no line yet.
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
    /// The file for the organizations; - is standard output
    #[arg(long, default_value = "-", value_name = "FILE")]
    pub(crate) to: PathBuf,
    /// The file for the failures; FILE.failures by default
    #[arg(long, value_name = "FILE")]
    pub(crate) failures: Option<PathBuf>,
    /// The format; by default, that of the file extension (.ndjson, .jsonl, .json, .csv), else NDJSON
    #[arg(long, short = 'o', visible_alias = "output", value_name = "FORMAT")]
    pub(crate) format: Option<FileFormat>,
    #[command(flatten)]
    pub(crate) layout: Layout,
    /// Write the lines in the order of the list
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

/// Where the customers' tenant ids are.
#[derive(Args, Debug)]
pub(crate) struct ListOptions {
    /// A list of tenant ids: lines, CSV, JSON or an earlier export; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// The column of the tenant ids; by default, found by name (CustomerId, Microsoft ID, ...)
    #[arg(long, requires = "from", value_name = "NAME")]
    pub(crate) column: Option<String>,
}

/// What tables and CSV look like.
#[derive(Args, Debug)]
pub(crate) struct Layout {
    /// The columns of a table or CSV after the tenant id
    #[arg(long, value_delimiter = ',', value_name = "NAMES", value_parser = columns::parser(&columns::ORGANIZATION))]
    pub(crate) columns: Vec<Column>,
    /// CSV that Excel opens in columns and with every character in any language: UTF-16, divided by tabs
    ///
    /// Windows PowerShell 5.1 changes the encoding of what > redirects: there use `organization export --to`.
    #[arg(long)]
    pub(crate) excel: bool,
}

/// The formats of what is shown at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// An object for one customer, an array for several
    Json,
    /// One JSON object per line
    Ndjson,
    /// Comma-separated values with a header
    Csv,
    /// The bytes of the response
    Raw,
}

/// The formats of a file that grows line by line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FileFormat {
    /// One JSON object per line, with every field of the response
    #[value(alias = "jsonl")]
    Ndjson,
    /// The same as an array
    Json,
    /// Comma-separated values with a header
    Csv,
    /// CSV in UTF-16 with a byte order mark, divided by tabs: the one form that Excel opens in columns in every locale.
    #[value(skip)]
    Excel,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RetryFailed {
    /// Failures that may pass, such as timeouts
    Retryable,
    /// Every failure, for use after the cause is fixed
    All,
}
