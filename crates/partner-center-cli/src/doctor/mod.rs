//! `partner-center doctor`: why a call fails, one line per check.

mod check;
mod issuer;
mod reach;
mod token;

use partner_center::Error;
use partner_center::auth::{ExposeSecret, StaticToken};
use partner_center::uuid::Uuid;

use self::check::{Check, Report, patience};
use crate::arguments::Doctor;
use crate::client;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::sign_in::credential::{self, Found};
use crate::terminal::notify;
use crate::throttle_notice::ThrottleNotice;

pub(crate) async fn run(settings: &Settings, arguments: &Doctor) -> Result<Exit, Failure> {
    let mut report = Report::new(arguments.output);
    report.add(Check::good(
        "configuration",
        format!("profile {} ({}), {}", settings.profile.value, settings.profile.source, file(settings)),
    ))?;
    let found = credential::find(settings).await;
    let origin = found.as_ref().map(Found::origin).unwrap_or_default();
    let credential = match found.and_then(Found::credential) {
        Ok(credential) => {
            report.add(Check::good("credential", origin))?;
            Some(credential)
        }
        Err(failure) => {
            report.add(Check::of_failure("credential", failure))?;
            None
        }
    };
    let [authority, service] = reach::both(settings).await;
    report.add(authority.check)?;
    report.add(service.check)?;
    report.add(reach::clock(service.clock.or(authority.clock)))?;

    let Some(credential) = credential else { return report.end() };
    if let Some(reason) = authority.obstacle.or(service.obstacle) {
        report.add(Check::not_tried("token", &reason))?;
        return report.end();
    }
    let Some(token) = token::obtain(settings, credential.as_ref(), &mut report).await? else { return report.end() };
    let Some(customer) = arguments.customer else { return report.end() };
    // Reuses the same token: a second sign-in would show nothing new.
    let token = StaticToken::new(token.secret().expose_secret());
    let client = client::with(token, settings, patience(settings))?;
    let call = client.customer(customer).organization().correlation_id(settings.correlation_id);
    let mut notice = ThrottleNotice::new();
    report.add(match notice.during(|| client.throttled_for(), notify, call.into_future()).await {
        Ok(organization) => Check::good(
            "call",
            format!("{customer} is {}", organization.display_name.as_deref().unwrap_or("without a name")),
        )
        .correlation_id(organization.correlation_id())
        .field("status", organization.status().as_u16()),
        Err(error) => failed(customer, &error),
    })?;
    report.end()
}

fn failed(customer: Uuid, error: &Error) -> Check {
    Check::of_failure("call", Failure::about(customer, error))
        .field("status", error.status().map(|status| status.as_u16()))
        .field("code", error.code())
        .field("kind", error.kind().as_str())
}

fn file(settings: &Settings) -> String {
    let file = settings.file();
    match file.exists() {
        true => format!("config file {}", file.display()),
        false => "no config file".to_owned(),
    }
}
