//! Which credential signs in: the environment's, else the kept sign-in.

use std::sync::Arc;

use partner_center::auth::{self, ClientSecret, Credential, ExposeSecret, RefreshToken};

use super::keeper;
use super::record::{Kind, Place, Record};
use crate::environment::{self, ACCESS_TOKEN};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::{Setting, Settings, Source};
use crate::terminal::warn;

/// What there is to sign in with.
pub(crate) enum Found {
    /// The variable that decided, and what it led to.
    Environment(&'static str, Arc<dyn Credential>),
    Kept(Record, Arc<dyn Credential>),
    Nothing,
}

/// Says that a variable goes before the kept sign-in, where one does.
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

/// Whose sign-in `find` leads to. A credential of the environment reads nothing but the environment, a kept sign-in
/// goes by itself, and what stands in the config file is for `login`.
pub(crate) fn identity(settings: &Settings) -> Result<Identity, Failure> {
    let of_environment = |setting: &Option<Setting<String>>| {
        setting.clone().filter(|setting| matches!(setting.source, Source::Environment(_)))
    };
    Ok(match auth::credential_variable()? {
        Some(ACCESS_TOKEN) => Identity { tenant: None, client_id: None },
        Some(_) => {
            Identity { tenant: of_environment(&settings.tenant), client_id: of_environment(&settings.client_id) }
        }
        None => match Record::read(settings)? {
            Some(Record { tenant, client_id, .. }) => {
                let kept = |value| Some(Setting { value, source: Source::SignIn });
                Identity { tenant: kept(tenant), client_id: kept(client_id) }
            }
            None => Identity { tenant: settings.tenant.clone(), client_id: settings.client_id.clone() },
        },
    })
}

/// Looks into the environment, then for a kept sign-in.
pub(crate) async fn find(settings: &Settings) -> Result<Found, Failure> {
    if let Some(name) = auth::credential_variable()? {
        environment::check_credential(name)?;
        return Ok(Found::Environment(name, auth::from_env()?));
    }
    let Some(record) = Record::read(settings)? else { return Ok(Found::Nothing) };
    if record.authority != settings.authority.value {
        return Err(Failure::usage(
            format!(
                "the profile {} is signed in at {}, and the authority is now {} ({})",
                settings.profile.value, record.authority, settings.authority.value, settings.authority.source
            ),
            "Name another profile with --profile, or run `partner-center login` again; a sign-in is sent to nobody else.",
        ));
    }
    let store = keeper::store(settings, &record);
    let (tenant, client_id) = (&record.tenant, &record.client_id);
    let credential: Arc<dyn Credential> = match record.kind {
        Kind::User => Arc::new(RefreshToken::new(tenant, client_id, store).on_store_failure(|error| {
            warn(&format!("the new sign-in cannot be kept, and the old one ends one day: {error}"));
        })),
        Kind::Application => {
            let secret = store.load().await?.ok_or_else(|| {
                Failure::new(Exit::SignIn, "the client secret is gone from its place", "Run `partner-center login`.")
            })?;
            Arc::new(ClientSecret::new(tenant, client_id, secret.expose_secret()))
        }
    };
    Ok(Found::Kept(record, credential))
}

impl Found {
    /// Where it comes from, for people.
    pub(crate) fn origin(&self) -> String {
        match self {
            Self::Environment(variable, _) => format!("environment {variable}"),
            Self::Kept(record, _) if record.kept_in == Place::Keyring => "kept in the system's keyring".to_owned(),
            Self::Kept(..) => "kept in a file".to_owned(),
            Self::Nothing => "none".to_owned(),
        }
    }

    /// The credential, or what to do to have one.
    pub(crate) fn credential(self) -> Result<Arc<dyn Credential>, Failure> {
        match self {
            Self::Environment(_, credential) | Self::Kept(_, credential) => Ok(credential),
            Self::Nothing => Err(Failure::new(
                Exit::SignIn,
                "nobody is signed in",
                "Run `partner-center login`, or set the environment variables of a credential.",
            )),
        }
    }
}
