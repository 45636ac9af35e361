//! A stored sign-in, without its secret.

use std::fs;
use std::io;
use std::path::PathBuf;

use partner_center::auth::replace_file;
use serde::{Deserialize, Serialize};

use super::token_identity::TokenIdentity;
use crate::failure::Failure;
use crate::settings::Settings;

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredSignIn {
    pub(crate) kind: Kind,
    pub(crate) tenant: String,
    pub(crate) client_id: String,
    /// Who issued it; the secret goes nowhere else.
    pub(crate) authority: String,
    pub(crate) kept_in: Place,
    /// The identity in the token that the sign-in returned.
    #[serde(flatten)]
    pub(crate) token: TokenIdentity,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    User,
    Application,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Place {
    Keyring,
    File,
}

const HELP: &str = "Make sure that you can read and write the folder, or name another with PARTNER_CENTER_CONFIG_DIR.";

impl StoredSignIn {
    /// The profile's sign-in, if there is one.
    pub(crate) fn read(settings: &Settings) -> Result<Option<Self>, Failure> {
        let path = file(settings, "json");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Failure::file(&error, format!("{} cannot be read", path.display()), HELP)),
        };
        serde_json::from_str(&text).map(Some).map_err(|error| {
            Failure::usage(format!("{} is damaged: {error}", path.display()), "Remove the file and sign in again.")
        })
    }

    /// Stores it, in place of the previous one.
    pub(crate) fn write(&self, settings: &Settings) -> Result<(), Failure> {
        let path = file(settings, "json");
        replace_file(&path, format!("{:#}\n", serde_json::json!(self)).as_bytes())
            .map_err(|error| Failure::file(&error, format!("{} cannot be written", path.display()), HELP))
    }

    /// Makes sure that the file can be replaced.
    pub(super) fn rewrite(settings: &Settings) -> Result<(), Failure> {
        let path = file(settings, "json");
        let written = fs::read(&path).map_or(Ok(()), |content| replace_file(&path, &content));
        written.map_err(|error| Failure::file(&error, format!("{} cannot be written", path.display()), HELP))
    }
}

/// Makes the folder of the sign-ins, for the user alone, and makes sure that a file can be written there, before anybody
/// signs in for nothing.
pub(super) fn make_folder(settings: &Settings) -> Result<(), Failure> {
    let folder = settings.folder.join("sign-ins");
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let made = builder.create(&folder).and_then(|()| tempfile::NamedTempFile::new_in(&folder));
    made.map_err(|error| Failure::file(&error, format!("{} cannot be written", folder.display()), HELP))?;
    Ok(())
}

/// A file of the profile; the profile's name has been checked.
pub(super) fn file(settings: &Settings, ending: &str) -> PathBuf {
    settings.folder.join("sign-ins").join(format!("{}.{ending}", settings.profile.value))
}

/// Removes a file, which need not exist.
pub(super) fn remove_file(path: PathBuf) -> Result<(), Failure> {
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Failure::file(&error, format!("{} cannot be removed", path.display()), HELP))
        }
        _ => Ok(()),
    }
}
