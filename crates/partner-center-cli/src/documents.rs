//! Completions and manual pages, generated from the definition of the command line.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use clap::{Arg, Command, CommandFactory};
use clap_complete::Shell;
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Shells};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::arguments::Arguments;
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::settings;
use crate::terminal::print;

/// The variable with which a completion script requests candidates.
const COMPLETE: &str = "PARTNER_CENTER_COMPLETE";

const ENVIRONMENT: [(&str, &str); 20] = [
    ("PARTNER_CENTER_PROFILE", "The profile, as --profile."),
    ("PARTNER_CENTER_CLOUD", "The Microsoft cloud, as --cloud."),
    ("PARTNER_CENTER_BASE_URL", "The address of Partner Center, as --base-url."),
    ("PARTNER_CENTER_AUTHORITY", "The address of the sign-in service, as --authority."),
    ("PARTNER_CENTER_TIMEOUT", "The time limit of a call, as --timeout."),
    ("PARTNER_CENTER_CONFIG_DIR", "The folder of config.toml and of the sign-ins."),
    ("PARTNER_CENTER_ACCESS_TOKEN", "An access token to use instead of a sign-in."),
    ("PARTNER_CENTER_REFRESH_TOKEN", "A refresh token to sign in with."),
    ("PARTNER_CENTER_REFRESH_TOKEN_FILE", "A file with a refresh token, which is kept up to date."),
    ("AZURE_TENANT_ID", "The partner's tenant, as --tenant of login."),
    ("AZURE_CLIENT_ID", "The application's id, as --client-id of login."),
    ("AZURE_CLIENT_SECRET", "A client secret to sign in with."),
    ("AZURE_CLIENT_CERTIFICATE_PATH", "A PEM file with a certificate and its key to sign in with."),
    ("HTTPS_PROXY", "The proxy of every call."),
    ("ALL_PROXY", "The same, where HTTPS_PROXY is not set."),
    ("NO_PROXY", "Hosts that are reached without the proxy."),
    ("SSL_CERT_FILE", "A PEM file of root certificates to trust instead of the system's."),
    ("SSL_CERT_DIR", "A folder of such files."),
    ("BROWSER", "On Linux, the browser that login opens."),
    ("NO_COLOR", "Disables colors, as --no-color."),
];

const FILES: [(&str, &str); 4] = [
    (
        "~/.config/partner-center/config.toml",
        "Settings and profiles; on other systems `partner-center config` shows the path.",
    ),
    ("~/.config/partner-center/sign-ins/", "The sign-ins of the profiles."),
    ("FILE", "An export, one customer per line."),
    ("FILE.failures", "The customers that could not be fetched, with the reason and both ids."),
];

fn command() -> Command {
    let profiles = || settings::profiles().into_iter().map(CompletionCandidate::new).collect::<Vec<_>>();
    let completed = move |argument: Arg| argument.add(ArgValueCandidates::new(profiles));
    Arguments::command().mut_arg("profile", completed).mut_subcommand("profile", |command| {
        command.mut_subcommand("use", |command| command.mut_arg("name", completed))
    })
}

/// If a completion script asks, prints the candidates and exits.
pub(crate) fn complete() {
    CompleteEnv::with_factory(command).var(COMPLETE).complete();
}

pub(crate) fn completions(shell: Shell) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    let shells = Shells::builtins();
    let name = "partner-center";
    if let Some(completer) = shells.completer(&shell.to_string()) {
        completer.write_registration(COMPLETE, name, name, name, &mut script)?;
    }
    print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Success)
}

/// Prints the main page, or writes one page for each command into `folder`.
pub(crate) fn man(folder: Option<&Path>) -> Result<Exit, Failure> {
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    let Some(folder) = folder else {
        let mut text = Vec::new();
        page(&command, &mut text)?;
        print(&String::from_utf8_lossy(&text))?;
        return Ok(Exit::Success);
    };
    fs::read_dir(folder).and_then(|_| pages(&command, folder)).map_err(|error| {
        Failure::file(&error, format!("{} cannot be written", folder.display()), "Pass a folder that exists.")
    })?;
    Ok(Exit::Success)
}

fn pages(command: &Command, folder: &Path) -> io::Result<()> {
    let mut file = File::create(folder.join(Man::new(command.clone()).get_filename()))?;
    page(command, &mut file)?;
    command.get_subcommands().try_for_each(|command| pages(command, folder))
}

fn page(command: &Command, out: &mut impl Write) -> io::Result<()> {
    // The name of a subcommand is too long for both corners of a line of 80 columns.
    let man = Man::new(command.clone()).title("PARTNER-CENTER").manual("Partner Center");
    // An empty date would be left out, and the source be taken for it.
    let man = man.date(" ").source(concat!("partner-center ", env!("CARGO_PKG_VERSION")));
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    man.render_options_section(out)?;
    if command.has_subcommands() {
        man.render_subcommands_section(out)?;
    }
    let after = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    let examples = after.split("\n\n").find_map(|part| part.strip_prefix("Examples:\n")).unwrap_or_default();
    let mut roff = Roff::new();
    roff.control("SH", ["EXAMPLES"]).control("nf", []);
    examples.lines().for_each(|line| _ = roff.text([roman(line.trim_start())]));
    roff.control("fi", []);
    let codes = exit::HELP.lines().filter_map(|line| line.strip_prefix("  ")?.split_once(' ')).collect();
    for (title, rows) in [("ENVIRONMENT", ENVIRONMENT.to_vec()), ("FILES", FILES.to_vec()), ("EXIT STATUS", codes)] {
        roff.control("SH", [title]);
        for (name, text) in rows {
            roff.control("TP", []).text([bold(name)]).text([roman(text.trim())]);
        }
    }
    roff.to_writer(out)
}
