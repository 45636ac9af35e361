//! Creates the SDK's client from the settings.

use std::time::Duration;

use partner_center::Client;
use partner_center::auth::Credential;

use crate::failure::Failure;
use crate::settings::Settings;
use crate::sign_in::credential;

/// Named in `User-Agent` and `MS-PartnerCenter-Application`.
const APPLICATION: &str = "partner-center-cli";

/// A client with the credential of the environment, or else the stored sign-in.
pub(crate) async fn signed_in(settings: &Settings) -> Result<Client, Failure> {
    with(credential::find(settings).await?.credential()?, settings, settings.timeout.value)
}

pub(crate) fn with(
    credential: impl Credential + 'static,
    settings: &Settings,
    timeout: Duration,
) -> Result<Client, Failure> {
    Ok(Client::builder()
        .credential(credential)
        .cloud(settings.cloud.value.into())
        .base_url(&settings.base_url.value)
        .authority(&settings.authority.value)
        .timeout(timeout)
        .application_name(APPLICATION)
        .build()?)
}
