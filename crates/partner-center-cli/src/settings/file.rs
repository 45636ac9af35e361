//! The config file.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::num::NonZeroU32;
use std::path::Path;

use serde::Deserialize;

use crate::arguments::CloudName;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::text;

/// All of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// The profile that is used where none is named.
    pub(super) profile: Option<String>,
    #[serde(default)]
    pub(super) profiles: BTreeMap<String, Profile>,
}

/// One table `[profiles.NAME]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Profile {
    pub(super) cloud: Option<CloudName>,
    pub(super) base_url: Option<String>,
    pub(super) authority: Option<String>,
    pub(super) tenant: Option<String>,
    pub(super) client_id: Option<String>,
    /// In seconds.
    pub(super) timeout: Option<NonZeroU32>,
}

/// The file's content; nothing where there is no file.
pub(super) fn read(path: &Path) -> Result<Config, Failure> {
    let text = match std::fs::read(path) {
        Ok(bytes) => text::decode(&bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Config::default()),
        Err(error) => {
            let what = format!("the config file {} cannot be read: {error}", path.display());
            return Err(Failure::new(Exit::File, what, "Make it readable, or remove it."));
        }
    };
    toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        Failure::usage(
            format!("the config file {} is wrong in line {line}: {}", path.display(), error.message()),
            "Correct the line; the keys of a profile are cloud, base-url, authority, tenant, client-id and timeout.",
        )
    })
}
