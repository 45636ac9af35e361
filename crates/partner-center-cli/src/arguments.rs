//! The command line.

pub(crate) mod columns;
mod customer;
mod examples;
mod organization;
mod values;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use partner_center::uuid::Uuid;

pub(crate) use self::columns::Column;
pub(crate) use self::customer::{CustomerCommand, List};
use self::examples::examples;
pub(crate) use self::organization::{
    Export, FileFormat, Format, Get, Layout, ListOptions, OrganizationCommand, Output, RetryFailed,
};
pub(crate) use self::values::time;
use crate::exit;

/// Look up and export the customers of a Cloud Solution Provider: names, domains, addresses, technical contacts.
#[derive(Debug, Parser)]
#[command(name = "partner-center", bin_name = "partner-center", version = version(), max_term_width = 100)]
#[command(after_long_help = format!("{}\n\n{}", examples(&[
    "partner-center login --tenant contoso.onmicrosoft.com --client-id ID",
    "partner-center customer list --name contoso",
    "partner-center organization get CUSTOMER_TENANT_ID",
    "partner-center organization export --to all.csv",
    "partner-center doctor CUSTOMER_TENANT_ID",
]), exit::HELP))]
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

/// Options of every command. A flag overrides its environment variable, which overrides the config file.
#[derive(Args, Debug)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalOptions {
    /// The profile to use: its settings and its sign-in [env: PARTNER_CENTER_PROFILE]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// The Microsoft cloud [env: PARTNER_CENTER_CLOUD]
    #[arg(long, global = true, value_name = "CLOUD")]
    pub(crate) cloud: Option<CloudName>,
    /// The address of Partner Center, without /v1 [env: PARTNER_CENTER_BASE_URL]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// The address of the sign-in service, without the tenant [env: PARTNER_CENTER_AUTHORITY]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) authority: Option<String>,
    /// The correlation id of every call; by default, a new one for each
    #[arg(long, global = true, value_name = "GUID", value_parser = values::correlation_id)]
    pub(crate) correlation_id: Option<Uuid>,
    /// The time limit of a call with its retries, such as 30s or 2m [env: PARTNER_CENTER_TIMEOUT]
    #[arg(long, global = true, value_name = "TIME", value_parser = time)]
    pub(crate) timeout: Option<Duration>,
    /// Show every call to Partner Center and its attempts on standard error, without secrets
    #[arg(long, short, global = true)]
    pub(crate) verbose: bool,
    /// Disable colors [env: NO_COLOR]
    #[arg(long, global = true)]
    pub(crate) no_color: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CloudName {
    /// The public cloud
    Global,
    /// Azure Government
    UsGovernment,
    /// Azure operated by 21Vianet
    China,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List customers and their domains
    #[command(subcommand, after_long_help = examples(&[
        "partner-center customer list",
        "partner-center customer domains CUSTOMER_TENANT_ID",
    ]))]
    Customer(CustomerCommand),
    /// Fetch and export organizations of customers [alias: org]
    // Completions would offer a visible alias instead of the name.
    #[command(subcommand, alias = "org", after_long_help = examples(&[
        "partner-center organization get CUSTOMER_TENANT_ID",
        "partner-center organization export --to all.csv",
    ]))]
    Organization(OrganizationCommand),
    /// Sign in, and store the sign-in for later commands
    ///
    /// A user signs in with the browser on this machine. If there is none, such as in an SSH session, or with
    /// --device-code, a code is shown instead, which the user enters on any device; many tenants block device codes.
    /// With --with-secret, the application signs in without a user, and the service may deny access to it.
    ///
    /// In Entra, the application needs the redirect URI http://localhost under "Mobile and desktop applications", and
    /// "Allow public client flows" for device codes.
    #[command(after_long_help = examples(&[
        "partner-center login --tenant contoso.onmicrosoft.com --client-id ID",
        "partner-center login --profile fabrikam --device-code",
        "cat secret.txt | partner-center login --with-secret",
        "# PowerShell",
        "Get-Content secret.txt | partner-center login --with-secret",
    ]))]
    Login(Login),
    /// Remove the stored sign-in of the profile
    #[command(after_long_help = examples(&["partner-center logout", "partner-center logout --profile fabrikam"]))]
    Logout(Logout),
    /// Show who is signed in, and where the credential comes from
    #[command(after_long_help = examples(&[
        "partner-center status",
        "partner-center status --profile fabrikam --output json",
    ]))]
    Status(ReportOptions),
    /// Find out why a call fails
    #[command(after_long_help = examples(&[
        "partner-center doctor",
        "partner-center doctor CUSTOMER_TENANT_ID",
        "partner-center doctor CUSTOMER_TENANT_ID --output json",
    ]))]
    Doctor(Doctor),
    /// Show every setting, and where its value comes from
    #[command(after_long_help = examples(&[
        "partner-center config",
        "partner-center config --profile fabrikam --output json",
    ]))]
    Config(ReportOptions),
    /// Show the profiles, or set the default one
    #[command(subcommand, after_long_help = examples(&[
        "partner-center profile list",
        "partner-center profile use fabrikam",
    ]))]
    Profile(ProfileCommand),
    /// Print the completion script for a shell
    #[command(after_long_help = examples(&[
        "# bash, in ~/.bashrc",
        "source <(partner-center completions bash)",
        "# zsh, in ~/.zshrc after compinit",
        "source <(partner-center completions zsh)",
        "# fish, in ~/.config/fish/config.fish",
        "partner-center completions fish | source",
        "# PowerShell, in $PROFILE",
        "partner-center completions powershell | Out-String | Invoke-Expression",
        "# elvish, in ~/.config/elvish/rc.elv",
        "eval (partner-center completions elvish | slurp)",
    ]))]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write those of all commands into a folder
    #[command(after_long_help = examples(&[
        "partner-center man | man -l -",
        "partner-center man --to ~/.local/share/man/man1",
    ]))]
    Man {
        /// The folder, which must exist
        #[arg(long, value_name = "FOLDER")]
        to: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProfileCommand {
    /// List the profiles in the config file and those with a stored sign-in
    #[command(after_long_help = examples(&["partner-center profile list", "partner-center profile list --output json"]))]
    List(ReportOptions),
    /// Set the default profile
    #[command(after_long_help = examples(&["partner-center profile use fabrikam"]))]
    Use {
        /// The profile
        #[arg(value_name = "PROFILE")]
        name: String,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Login {
    /// The application (client) id [env: AZURE_CLIENT_ID]
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// The partner's own tenant: its id or a domain [env: AZURE_TENANT_ID]
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,
    /// Show a code that the user enters on any device to sign in
    #[arg(long)]
    pub(crate) device_code: bool,
    /// How long to wait for the user, such as 90s or 10m [default: 5m, or as long as the device code is valid]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) max_time: Option<Duration>,
    /// Sign in as an application with a client secret, read from a prompt or from standard input
    #[arg(long, conflicts_with = "device_code")]
    pub(crate) with_secret: bool,
    /// Store the sign-in in a file even if there is a keyring
    #[arg(long)]
    pub(crate) no_keyring: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Logout {
    /// Leave the secret in the keyring; for machines where the keyring is not available
    #[arg(long)]
    pub(crate) no_keyring: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Doctor {
    /// The customer for the test call
    #[arg(value_name = "CUSTOMER_TENANT_ID", value_parser = values::tenant_id)]
    pub(crate) customer: Option<Uuid>,
    /// The format of the report; JSON is for support tickets and contains no secret
    #[arg(long, short, default_value = "text", value_name = "FORMAT")]
    pub(crate) output: ReportFormat,
}

#[derive(Args, Debug)]
pub(crate) struct ReportOptions {
    /// The format of the report
    #[arg(long, short, default_value = "text", value_name = "FORMAT")]
    pub(crate) output: ReportFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// Human-readable text
    Text,
    /// One JSON document
    Json,
}
