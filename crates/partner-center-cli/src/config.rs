//! `partner-center config`: every setting, and where its value comes from.

use std::fmt::Display;

use serde::Serialize;
use serde_json::{Value, json};

use crate::arguments::ReportFormat;
use crate::environment::variable;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::report;
use crate::settings::Settings;
use crate::sign_in::credential;

/// Variables with secrets; only whether they are set is shown.
const SECRETS: [&str; 3] = ["PARTNER_CENTER_ACCESS_TOKEN", "PARTNER_CENTER_REFRESH_TOKEN", "AZURE_CLIENT_SECRET"];
const PATHS: [&str; 4] =
    ["PARTNER_CENTER_REFRESH_TOKEN_FILE", "AZURE_CLIENT_CERTIFICATE_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR"];

pub(crate) fn run(settings: &Settings, format: ReportFormat) -> Result<Exit, Failure> {
    let mut rows = vec![
        row("profile", &settings.profile.value, &settings.profile.source),
        row("cloud", settings.cloud.value, &settings.cloud.source),
        row("base-url", &settings.base_url.value, &settings.base_url.source),
        row("authority", &settings.authority.value, &settings.authority.source),
    ];
    for (name, address) in [("base-url", &settings.base_url.value), ("authority", &settings.authority.value)] {
        if let Some(proxy) = partner_center::environment_proxy(address)? {
            rows.push(row(&format!("proxy for {name}"), proxy, "environment"));
        }
    }
    let identity = credential::identity(settings)?;
    let known = [&settings.tenant, &settings.client_id];
    for ((name, used), known) in [("tenant", identity.tenant), ("client-id", identity.client_id)].iter().zip(known) {
        rows.push(match (used, known) {
            (Some(setting), _) => row(name, &setting.value, &setting.source),
            (None, Some(setting)) => row(name, &setting.value, format!("{}, for login only", setting.source)),
            (None, None) => row(name, "", "not set"),
        });
    }
    let timeout = format!("{} s", settings.timeout.value.as_secs_f64());
    rows.push(row("timeout", timeout, &settings.timeout.source));
    for name in SECRETS.iter().chain(&PATHS) {
        let Some(value) = variable(name)? else { continue };
        let shown = if SECRETS.contains(name) { "(secret)" } else { &value };
        rows.push(row(name, shown, format!("environment {name}")));
    }
    let file = settings.file();
    let exists = if file.exists() { "exists" } else { "does not exist" };
    rows.push(row("config file", file.display().to_string(), exists));
    report::print(&rows, &["setting", "value", "source"], format)?;
    Ok(Exit::Success)
}

fn row(setting: &str, value: impl Serialize, source: impl Display) -> Value {
    json!({ "setting": setting, "value": value, "source": source.to_string() })
}
