//! Signing in, and where the sign-in is kept.

pub(crate) mod credential;
mod keeper;
pub(crate) mod login;
mod record;
pub(crate) mod status;

use self::record::Record;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::terminal::tell;

/// `partner-center logout`: forgets the sign-in of the profile.
pub(crate) async fn logout(settings: &Settings) -> Result<Exit, Failure> {
    let Some(record) = Record::read(settings)? else {
        tell(&format!("Nobody is signed in with the profile {}.", settings.profile.value));
        return Ok(Exit::Fine);
    };
    keeper::forget(settings, record.kept_in).await?;
    Record::remove(settings)?;
    tell(&format!(
        "Signed out of {}. Entra still knows the sign-in; an administrator can revoke it there.",
        record.tenant
    ));
    Ok(Exit::Fine)
}
