//! `partner-center`: the customers of a Cloud Solution Provider from the command line.

mod arguments;
mod client;
mod config;
mod customer;
mod doctor;
mod documents;
mod environment;
mod exit;
mod export;
mod failure;
mod fetch;
mod help;
mod list;
mod output;
mod profile;
mod settings;
mod sign_in;
mod signals;
mod terminal;
mod text;
mod throttle_notice;
mod trace;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};
use partner_center::Customer;
use partner_center::auth::finish_redemptions;
use partner_center::models::Organization;

use crate::arguments::{Arguments, Command, CustomerCommand, OrganizationCommand, columns};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::fetch::About;
use crate::output::record::{Listed, Record};
use crate::settings::Settings;

const DOMAINS: About<Vec<String>> =
    About { call: Customer::custom_domains, record: Record::of_domains, columns: &columns::DOMAINS };
const ORGANIZATIONS: About<Organization> = About {
    call: Customer::organization,
    record: |customer, response| Record::of_organization(customer, Listed::default(), response),
    columns: &columns::ORGANIZATION,
};

fn main() -> ExitCode {
    documents::complete();
    // Usage errors and help are printed before the options are known.
    let has_no_color = std::env::args_os().any(|argument| argument == "--no-color");
    if has_no_color {
        anstream::ColorChoice::Never.write_global();
        // The progress bar asks for standard output's colors, though it is shown on standard error.
        console::set_colors_enabled(false);
        console::set_colors_enabled_stderr(false);
    }
    let color = if has_no_color { clap::ColorChoice::Never } else { clap::ColorChoice::Auto };
    let matches = Arguments::command().color(color).get_matches();
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let exit = run(arguments).unwrap_or_else(|failure| {
        failure.print();
        failure.exit
    });
    ExitCode::from(exit as u8)
}

fn run(arguments: Arguments) -> Result<Exit, Failure> {
    let global = arguments.global;
    match arguments.command {
        Command::Completions { shell } => return documents::completions(shell),
        Command::Man { to } => return documents::man(to.as_deref()),
        _ => {}
    }
    if global.verbose {
        trace::start();
    }
    let settings = Settings::resolve(&global)?;
    // A misspelled name would lead to unintended addresses.
    if !matches!(arguments.command, Command::Login(_) | Command::Profile(_)) {
        sign_in::check_profile(&settings)?;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = runtime.block_on(async {
        let outcome = match arguments.command {
            Command::Customer(CustomerCommand::List(list)) => customer::list(&settings, &list).await,
            Command::Customer(CustomerCommand::Domains(domains)) => fetch::run(&settings, &domains, DOMAINS).await,
            Command::Organization(OrganizationCommand::Get(get)) => fetch::run(&settings, &get, ORGANIZATIONS).await,
            Command::Organization(OrganizationCommand::Export(export)) => export::run(&settings, &export).await,
            Command::Login(login) => sign_in::login::run(settings, &login).await,
            Command::Logout(logout) => sign_in::logout(&settings, &logout).await,
            Command::Status(report) => sign_in::status::run(&settings, report.output).await,
            Command::Doctor(doctor) => signals::or_signal(doctor::run(&settings, &doctor)).await,
            Command::Config(report) => config::run(&settings, report.output),
            Command::Profile(command) => profile::run(&settings, &command),
            Command::Completions { .. } | Command::Man { .. } => Ok(Exit::Success),
        };
        // The refresh token that comes of one is the only one that is still good.
        finish_redemptions().await;
        outcome
    });
    // A prompt or a keyring that still blocks a thread must not keep the process alive.
    runtime.shutdown_background();
    outcome
}
