//! The command line of `partner-center customer`.

use clap::{Args, Subcommand};

use super::columns::{self, CUSTOMER};
use super::examples::examples;
use super::organization::{Get, Output};

#[derive(Debug, Subcommand)]
pub(crate) enum CustomerCommand {
    /// List the partner's customers: tenant id, name, initial domain and relationship
    ///
    /// If the list cannot be read to its end, the customers read so far are shown before the error.
    #[command(after_long_help = examples(&[
        "partner-center customer list --name contoso",
        "partner-center customer list --domain contoso.onmicrosoft.com",
        "partner-center customer list --columns companyName,domain",
        "partner-center customer list -o ndjson | jq -r .customerTenantId",
    ]))]
    List(List),
    /// Fetch the domains of one or more customers
    #[command(mut_arg("columns", |columns| columns.hide(true)), after_long_help = examples(&[
        "partner-center customer domains CUSTOMER_TENANT_ID",
        "partner-center customer domains --from ids.txt --format csv",
    ]))]
    Domains(Get),
}

#[derive(Args, Debug)]
#[command(mut_arg("columns", |columns| columns.value_parser(columns::parser(&CUSTOMER))))]
pub(crate) struct List {
    /// List only customers whose name starts with PREFIX, ignoring case
    #[arg(long, value_name = "PREFIX", conflicts_with = "domain")]
    pub(crate) name: Option<String>,
    /// List only customers whose initial domain starts with PREFIX; other domains are not searched
    #[arg(long, value_name = "PREFIX")]
    pub(crate) domain: Option<String>,
    #[command(flatten)]
    pub(crate) output: Output,
}
