//! `partner-center profile`: lists the profiles, and sets the default one.

use serde_json::json;

use crate::arguments::{ProfileCommand, ReportFormat};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::report;
use crate::settings::{self, Settings, Source};
use crate::sign_in::record::StoredSignIn;
use crate::terminal::{notify, warn};

pub(crate) fn run(settings: &Settings, command: &ProfileCommand) -> Result<Exit, Failure> {
    match command {
        ProfileCommand::List(report) => list(settings, report.output),
        ProfileCommand::Use { name } => choose(settings, name),
    }
}

fn list(settings: &Settings, format: ReportFormat) -> Result<Exit, Failure> {
    let rows: Vec<_> = settings::profiles()
        .into_iter()
        .map(|name| {
            let is_current = name == settings.profile.value;
            let mut settings = settings.clone();
            settings.profile.value.clone_from(&name);
            // A sign-in that is damaged is reported where it is used.
            let sign_in = StoredSignIn::read(&settings).ok().flatten();
            let (tenant, user) = sign_in.map_or((None, None), |record| (Some(record.tenant), record.token.user));
            json!({ "profile": name, "current": is_current, "tenant": tenant, "user": user })
        })
        .collect();
    report::print(&rows, &["profile", "current", "tenant", "user"], format)?;
    Ok(Exit::Success)
}

fn choose(settings: &Settings, name: &str) -> Result<Exit, Failure> {
    if !settings::profiles().contains(name) {
        return Err(Failure::usage(
            format!("there is no profile {name}"),
            format!("Run `partner-center profile list`, or create it with `partner-center login --profile {name}`."),
        ));
    }
    settings::file::set_profile(&settings.file(), name)?;
    notify(&format!("Commands use the profile {name} from now on."));
    if let Source::Environment(variable) = settings.profile.source {
        warn(&format!("{variable} is set and takes precedence; unset it to use the profile {name}"));
    }
    Ok(Exit::Success)
}
