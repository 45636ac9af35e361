//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use partner_center::uuid::Uuid;

use crate::exit;
use crate::output::Format;

/// Organizations of a partner's customers: address, display name and technical contacts.
#[derive(Debug, Parser)]
#[command(name = "partner-center", version = version(), max_term_width = 100, after_help = exit::HELP)]
#[command(propagate_version = false, subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: GlobalOptions,
    #[command(subcommand)]
    pub(crate) command: Command,
}

fn version() -> String {
    format!("{} (contract {})", env!("CARGO_PKG_VERSION"), partner_center::contract_version())
}

/// Options of every command. A flag goes before its environment variable, and that before the config file.
#[derive(Args, Debug)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalOptions {
    /// The profile of the config file, and of the sign-in [env: PARTNER_CENTER_PROFILE]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// The Microsoft cloud [env: PARTNER_CENTER_CLOUD]
    #[arg(long, global = true, value_name = "CLOUD")]
    pub(crate) cloud: Option<CloudName>,
    /// Where Partner Center is, without /v1 [env: PARTNER_CENTER_BASE_URL]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Who issues tokens, without the tenant [env: PARTNER_CENTER_AUTHORITY]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) authority: Option<String>,
    /// The correlation id of every call; a fresh one for each by default
    #[arg(long, global = true, value_name = "GUID")]
    pub(crate) correlation_id: Option<Uuid>,
    /// How long a call may take in all, in seconds [env: PARTNER_CENTER_TIMEOUT]
    #[arg(long, global = true, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) timeout: Option<u32>,
    /// Show every call to Partner Center and its attempts on standard error, without secrets
    #[arg(long, short, global = true)]
    pub(crate) verbose: bool,
    /// No colors [env: NO_COLOR]
    #[arg(long, global = true)]
    pub(crate) no_color: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CloudName {
    /// The public cloud
    Global,
    /// Azure Government
    UsGovernment,
    /// Azure operated by 21Vianet
    China,
}

impl CloudName {
    /// The name as it is written on the command line.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::UsGovernment => "us-government",
            Self::China => "china",
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Fetch organizations of customers
    #[command(subcommand, visible_alias = "org")]
    Organization(OrganizationCommand),
    /// Sign in and keep the sign-in for later commands
    Login(Login),
    /// Forget the sign-in of this profile
    Logout,
    /// Show who is signed in, and from where the credential comes
    Status {
        /// How to show it
        #[arg(long, short, default_value = "text", value_name = "FORMAT")]
        output: ReportFormat,
    },
    /// Find out why a call is refused
    Doctor(Doctor),
    /// Show every setting, and where its value comes from
    Config {
        /// How to show it
        #[arg(long, short, default_value = "text", value_name = "FORMAT")]
        output: ReportFormat,
    },
    /// Print the completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write those of all commands into a folder
    Man {
        /// The folder, which must exist
        #[arg(long, value_name = "FOLDER")]
        to: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum OrganizationCommand {
    /// Fetch the organizations of some customers
    Get(Get),
    /// Fetch the organizations of many customers into a file, at the pace the service allows
    Export(Export),
}

#[derive(Args, Debug)]
#[command(after_help = "\
They are fetched together. Where some failed the exit code is 1; where all failed it is that of the first failure.")]
pub(crate) struct Get {
    /// The customers' tenant ids, which the portal shows as Microsoft ID
    #[arg(required = true, value_name = "CUSTOMER_TENANT_ID")]
    pub(crate) customers: Vec<Uuid>,
    /// How to show them; a table on a terminal and JSON elsewhere by default
    #[arg(long, short, value_name = "FORMAT")]
    pub(crate) output: Option<Format>,
}

#[derive(Args, Debug)]
#[command(after_help = "\
The list holds one customer's tenant id a line; blank lines, comments (#), a header and further columns do no harm. \
Failures go to a second file, FILE.failures unless --failures names another. Ctrl-C finishes what is in flight, and \
--resume goes on.")]
pub(crate) struct Export {
    /// The list of customers; - is standard input
    #[arg(long, default_value = "-", value_name = "FILE")]
    pub(crate) from: PathBuf,
    /// Where the organizations go; - is standard output
    #[arg(long, default_value = "-", value_name = "FILE")]
    pub(crate) to: PathBuf,
    /// Where the failures go
    #[arg(long, value_name = "FILE")]
    pub(crate) failures: Option<PathBuf>,
    /// NDJSON keeps every field as the service sent it; CSV is for spreadsheets
    #[arg(long, default_value = "ndjson", value_name = "FORMAT")]
    pub(crate) format: ExportFormat,
    /// Go on where an earlier export into the same files stopped
    #[arg(long)]
    pub(crate) resume: bool,
    /// Ask again for the customers that failed earlier
    #[arg(long, requires = "resume")]
    pub(crate) retry_failed: bool,
    /// Replace files that exist
    #[arg(long, conflicts_with = "resume")]
    pub(crate) force: bool,
    /// How many calls are in flight at most
    #[arg(long, default_value_t = 32, value_name = "CALLS", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) concurrency: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// One JSON object a line
    Ndjson,
    /// Comma-separated values with a header
    Csv,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Without --with-secret a user signs in with a browser, on any device, by a code that is shown here; that is the \
recommended kind. An application that signs in for itself may be refused by the service.")]
pub(crate) struct Login {
    /// The application (client) id [env: AZURE_CLIENT_ID]
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// The partner's own tenant, its id or a domain [env: AZURE_TENANT_ID]
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,
    /// Sign in as an application with a client secret, read from a prompt or from standard input
    #[arg(long)]
    pub(crate) with_secret: bool,
    /// Keep the sign-in in a file even where there is a keyring
    #[arg(long)]
    pub(crate) no_keyring: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Doctor {
    /// A customer to try the call itself with
    #[arg(value_name = "CUSTOMER_TENANT_ID")]
    pub(crate) customer: Option<Uuid>,
    /// How to show it; JSON is for support tickets and holds no secret
    #[arg(long, short, default_value = "text", value_name = "FORMAT")]
    pub(crate) output: ReportFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// Lines for people
    Text,
    /// One JSON document
    Json,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Arguments::command().debug_assert();
    }
}
