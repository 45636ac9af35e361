//! `partner-center status`: who is signed in, without asking anybody.

use serde_json::{Value, json};

use super::credential::{self, Found};
use super::record::{Kind, Place, Record, file};
use crate::arguments::ReportFormat;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::report;
use crate::settings::Settings;

pub(crate) async fn run(settings: &Settings, format: ReportFormat) -> Result<Exit, Failure> {
    let mut rows = vec![row("profile", &settings.profile.value)];
    let exit = match credential::find(settings).await? {
        Found::Environment(variable, _) => {
            rows.push(row("credential", &format!("environment {variable}")));
            if Record::read(settings)?.is_some() {
                credential::warn_of_variable("goes before the kept sign-in", "use that one")?;
            }
            Exit::Success
        }
        Found::Kept(record, _) => {
            let place = match record.kept_in {
                Place::Keyring => "the system's keyring".to_owned(),
                Place::File => format!("file {}", file(settings, "secret").display()),
            };
            let kind = match record.kind {
                Kind::User => "a user (app+user)",
                Kind::Application => "the application alone (app-only)",
            };
            rows.push(row("credential", &place));
            rows.push(row("signed in", kind));
            rows.push(row("tenant", &record.tenant));
            rows.push(row("client-id", &record.client_id));
            Exit::Success
        }
        Found::Nothing => {
            rows.push(row("credential", "none; run `partner-center login`"));
            Exit::SignIn
        }
    };
    rows.push(row("authority", &settings.authority.value));
    rows.push(row("base-url", &settings.base_url.value));
    report::print(&rows, &["what", "value"], format)?;
    Ok(exit)
}

fn row(what: &str, value: &str) -> Value {
    json!({ "what": what, "value": value })
}
