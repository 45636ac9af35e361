//! The credential to use: that of the environment, else the stored sign-in.

use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use partner_center::auth::{self, ClientSecret, Credential, CredentialError, ExposeSecret, RefreshToken};

use super::record::{Kind, StoredSignIn};
use super::secret_store;
use crate::environment::variable;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::{Setting, Settings, Source};
use crate::terminal::warn;

/// A token of its own needs neither a tenant nor an application.
pub(super) const ACCESS_TOKEN: &str = "PARTNER_CENTER_ACCESS_TOKEN";
const REFRESH_TOKEN: &str = "PARTNER_CENTER_REFRESH_TOKEN";
const REFRESH_TOKEN_FILE: &str = "PARTNER_CENTER_REFRESH_TOKEN_FILE";
const CERTIFICATE_PATH: &str = "AZURE_CLIENT_CERTIFICATE_PATH";

/// What there is to sign in with.
pub(crate) enum Found {
    /// The variable that decided, and its credential.
    Environment(&'static str, Arc<dyn Credential>),
    /// A stored sign-in, the place of its secret, and its credential unless the secret is gone.
    Kept(StoredSignIn, String, Option<Arc<dyn Credential>>),
    Nothing,
}

/// Warns if a variable takes precedence over the stored sign-in.
pub(crate) fn warn_of_variable(what_it_does: &str, without: &str) -> Result<(), Failure> {
    if let Some(name) = auth::credential_variable()? {
        warn(&format!("{name} is set and {what_it_does}; unset it to {without}"));
    }
    Ok(())
}

/// The tenant and the application that sign in, as far as they are known, each with where it comes from.
pub(crate) struct Identity {
    pub(crate) tenant: Option<Setting<String>>,
    pub(crate) client_id: Option<Setting<String>>,
}

/// The identity of what `find` returns. A credential of the environment uses only the environment and a stored sign-in
/// only itself; the config file's values are for `login`.
pub(crate) fn identity(settings: &Settings) -> Result<Identity, Failure> {
    let of_environment = |setting: &Option<Setting<String>>| {
        setting.clone().filter(|setting| matches!(setting.source, Source::Environment(_)))
    };
    Ok(match auth::credential_variable()? {
        Some(ACCESS_TOKEN) => Identity { tenant: None, client_id: None },
        Some(_) => {
            Identity { tenant: of_environment(&settings.tenant), client_id: of_environment(&settings.client_id) }
        }
        None => match StoredSignIn::read(settings)? {
            Some(StoredSignIn { tenant, client_id, .. }) => {
                let kept = |value| Some(Setting { value, source: Source::SignIn });
                Identity { tenant: kept(tenant), client_id: kept(client_id) }
            }
            None => Identity { tenant: settings.tenant.clone(), client_id: settings.client_id.clone() },
        },
    })
}

/// Looks in the environment, then for a stored sign-in.
pub(crate) async fn find(settings: &Settings) -> Result<Found, Failure> {
    if let Some(name) = auth::credential_variable()? {
        if name != ACCESS_TOKEN {
            check_files()?;
        }
        return Ok(Found::Environment(name, auth::from_env_with(warn_of_store)?));
    }
    let Some(record) = StoredSignIn::read(settings)? else { return Ok(Found::Nothing) };
    if record.authority != settings.authority.value {
        return Err(Failure::usage(
            format!(
                "the profile {} is signed in at {}, but the authority is now {} ({})",
                settings.profile.value, record.authority, settings.authority.value, settings.authority.source
            ),
            "Pass another profile with --profile, or run `partner-center login` again; a sign-in is sent to its own authority only.",
        ));
    }
    let place = secret_store::place(settings, &record);
    let Some(secret) = secret_store::load(settings, &record).await? else {
        return Ok(Found::Kept(record, place, None));
    };
    let (tenant, client_id) = (&record.tenant, &record.client_id);
    let credential: Arc<dyn Credential> = match record.kind {
        Kind::User => {
            let store = secret_store::open(settings, &record);
            Arc::new(RefreshToken::new(tenant, client_id, store).on_store_failure(warn_of_store))
        }
        Kind::Application => Arc::new(ClientSecret::new(tenant, client_id, secret.expose_secret())),
    };
    Ok(Found::Kept(record, place, Some(credential)))
}

/// Rejects a file that the credential of the environment could not use.
fn check_files() -> Result<(), Failure> {
    // The file is created from the initial refresh token.
    let token_file = if variable(REFRESH_TOKEN)?.is_none() { Some(REFRESH_TOKEN_FILE) } else { None };
    for name in token_file.into_iter().chain([CERTIFICATE_PATH]) {
        let Some(path) = variable(name)? else { continue };
        let what = match File::open(&path).and_then(|mut file| file.read(&mut [0])) {
            Err(error) => format!("the file {path} ({name}) cannot be read: {error}"),
            Ok(0) => format!("the file {path} ({name}) is empty"),
            Ok(_) => continue,
        };
        return Err(Failure::usage(what, "Check the path and the file's permissions."));
    }
    Ok(())
}

/// The calls go on, and the next command begins with the old refresh token.
fn warn_of_store(error: &CredentialError) {
    warn(&format!("{error}; a sign-in that is not renewed expires after 90 days"));
}

impl Found {
    /// Where it comes from, human-readable.
    pub(crate) fn origin(&self) -> String {
        match self {
            Self::Environment(variable, _) => format!("environment {variable}"),
            Self::Kept(_, place, Some(_)) => place.clone(),
            Self::Kept(_, place, None) => format!("none; the secret is no longer in {place}"),
            Self::Nothing => "none".to_owned(),
        }
    }

    /// The credential, or an error that says how to get one.
    pub(crate) fn credential(self) -> Result<Arc<dyn Credential>, Failure> {
        let what = match self {
            Self::Environment(_, credential) | Self::Kept(_, _, Some(credential)) => return Ok(credential),
            Self::Kept(_, place, None) => format!("signed out: the secret of the sign-in is no longer in {place}"),
            Self::Nothing => "not signed in, and the environment contains no credential".to_owned(),
        };
        let help = "Run `partner-center login`, or set the environment variables of a credential.";
        Err(Failure::new(Exit::SignIn, what, help))
    }
}
