//! Signing in, and where the sign-in is stored.

mod browser;
pub(crate) mod credential;
mod keyring;
pub(crate) mod login;
pub(crate) mod record;
mod secret_store;
pub(crate) mod status;
pub(crate) mod token_identity;

use self::record::StoredSignIn;
use crate::arguments::Logout;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::terminal::notify;

/// Rejects a profile that is not in the config file and has no sign-in.
pub(crate) fn check_profile(settings: &Settings) -> Result<(), Failure> {
    let profile = &settings.profile;
    if settings.has_profile() || StoredSignIn::read(settings)?.is_some() {
        return Ok(());
    }
    Err(Failure::usage(
        format!("not signed in: there is no profile {} ({})", profile.value, profile.source),
        format!("Run `partner-center login --profile {}`, or correct the name.", profile.value),
    ))
}

/// `partner-center logout`: forgets the sign-in of the profile.
pub(crate) async fn logout(settings: &Settings, arguments: &Logout) -> Result<Exit, Failure> {
    credential::warn_of_variable("still signs in", "be signed out")?;
    let Some(record) = StoredSignIn::read(settings)? else {
        notify(&format!("Not signed in with the profile {}.", settings.profile.value));
        return Ok(Exit::Success);
    };
    secret_store::remove(settings, &record, arguments.no_keyring).await?;
    record::remove_file(record::file(settings, "json"))?;
    notify(&format!(
        "Signed out of {}. The sign-in is still valid in Entra; an administrator can revoke it there.",
        record.tenant
    ));
    Ok(Exit::Success)
}
