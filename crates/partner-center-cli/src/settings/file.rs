//! The config file.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::num::NonZeroU32;
use std::path::Path;

use partner_center::auth::replace_file;
use serde::Deserialize;
use toml_edit::DocumentMut;

use crate::arguments::CloudName;
use crate::failure::Failure;
use crate::text;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
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
    let text = text(path)?;
    toml_edit::de::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        Failure::usage(
            format!("the config file {} is invalid in line {line}: {}", path.display(), error.message()),
            "Correct the line; the keys of a profile are cloud, base-url, authority, tenant, client-id and timeout.",
        )
    })
}

fn text(path: &Path) -> Result<String, Failure> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(text::decode(&bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        Err(error) => {
            let what = format!("the config file {} cannot be read", path.display());
            Err(Failure::file(&error, what, "Make it readable, or remove it."))
        }
    }
}

/// Sets the default profile in a valid file; the rest of the file is unchanged.
pub(crate) fn set_profile(path: &Path, name: &str) -> Result<(), Failure> {
    let document = text(path)?.parse::<DocumentMut>().map_err(io::Error::other);
    let written = document.and_then(|mut document| {
        document["profile"] = toml_edit::value(name);
        path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        replace_file(path, document.to_string().as_bytes())
    });
    written.map_err(|error| {
        Failure::file(&error, format!("the config file {} cannot be written", path.display()), "Make it writable.")
    })
}
