//! `partner-center status`: who is signed in, without asking the service.

use partner_center::auth::AccessToken;
use serde_json::{Value, json};

use super::credential::{self, ACCESS_TOKEN, Found};
use super::record::{Kind, StoredSignIn};
use super::token_identity::TokenIdentity;
use crate::arguments::ReportFormat;
use crate::environment::variable;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::report;
use crate::settings::Settings;
use crate::terminal::warn;

pub(crate) async fn run(settings: &Settings, format: ReportFormat) -> Result<Exit, Failure> {
    let found = credential::find(settings).await?;
    let is_signed_in = !matches!(found, Found::Nothing | Found::Kept(_, _, None));
    let mut rows = vec![
        row("profile", settings.profile.value.as_str()),
        row("signed in", is_signed_in),
        row("credential", found.origin()),
    ];
    let used = credential::identity(settings)?;
    let token = match &found {
        Found::Environment(name, _) => {
            if StoredSignIn::read(settings)?.is_some() {
                credential::warn_of_variable("takes precedence over the stored sign-in", "use that one")?;
            }
            // This is the only variable whose token has claims.
            let token = variable(name)?.filter(|_| *name == ACCESS_TOKEN);
            token.map(|token| TokenIdentity::of(&AccessToken::without_expiry(token))).unwrap_or_default()
        }
        Found::Kept(record, ..) => {
            rows.push(row("kind", if record.kind == Kind::User { "app+user" } else { "app-only" }));
            record.token.clone()
        }
        Found::Nothing => TokenIdentity::default(),
    };
    if !matches!(found, Found::Nothing) {
        let tenant = used.tenant.map(|tenant| tenant.value);
        let client_id = used.client_id.map(|client_id| client_id.value);
        let warning = token.warning(tenant.as_deref(), settings);
        if let Some(warning) = &warning {
            warn(warning);
        }
        if format == ReportFormat::Json {
            rows.push(row("warning", warning));
        }
        let known = [
            ("user", token.user),
            ("tenant", tenant),
            ("tenant id", token.tenant_id),
            ("application", token.application.or(client_id)),
        ];
        rows.extend(known.into_iter().filter_map(|(what, value)| Some(row(what, value?))));
    }
    rows.push(row("authority", settings.authority.value.as_str()));
    rows.push(row("base-url", settings.base_url.value.as_str()));
    report::print(&rows, &["what", "value"], format)?;
    Ok(if is_signed_in { Exit::Success } else { Exit::SignIn })
}

fn row(what: &str, value: impl Into<Value>) -> Value {
    json!({ "what": what, "value": value.into() })
}
