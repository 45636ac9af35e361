//! Settings, and where each comes from: a flag overrides the environment, which overrides the config file.

mod address;
mod file;

use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum;
use partner_center::Cloud;
use partner_center::uuid::Uuid;

use self::file::Profile;
use crate::arguments::{CloudName, GlobalOptions};
use crate::environment::variable;
use crate::failure::Failure;

/// A value and where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) source: Source,
}

/// Where a value comes from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Flag(&'static str),
    Environment(&'static str),
    File(PathBuf),
    /// What `login` kept.
    SignIn,
    Default,
}

/// What all commands go by.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) profile: Setting<String>,
    pub(crate) cloud: Setting<CloudName>,
    pub(crate) base_url: Setting<String>,
    pub(crate) authority: Setting<String>,
    pub(crate) tenant: Option<Setting<String>>,
    pub(crate) client_id: Option<Setting<String>>,
    pub(crate) timeout: Setting<Duration>,
    pub(crate) correlation_id: Option<Uuid>,
    pub(crate) verbose: bool,
    /// Whether the profile has a table in the config file.
    is_in_file: bool,
    /// The folder of the config file and of the sign-ins.
    pub(crate) folder: PathBuf,
}

/// The environment variable that names another folder for the config file.
pub(crate) const FOLDER: &str = "PARTNER_CENTER_CONFIG_DIR";
const DEFAULT_PROFILE: &str = "default";
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(180);

impl Settings {
    /// Reads the environment and the config file.
    pub(crate) fn resolve(global: &GlobalOptions) -> Result<Self, Failure> {
        let folder = folder()?;
        let path = folder.join("config.toml");
        let mut config = file::read(&path)?;
        let named = pick("--profile", global.profile.clone(), "PARTNER_CENTER_PROFILE", config.profile, &path)?;
        let profile = named.unwrap_or_else(|| Setting::default(DEFAULT_PROFILE.to_owned()));
        check_name(&profile)?;
        let in_file = config.profiles.remove(&profile.value);
        let is_in_file = in_file.is_some();
        let Profile { cloud, base_url, authority, tenant, client_id, timeout } = in_file.unwrap_or_default();

        let from_variable = parsed("PARTNER_CENTER_CLOUD", "global, us-government or china", |name| {
            CloudName::from_str(name, true).ok()
        })?;
        let cloud = choose("--cloud", global.cloud, "PARTNER_CENTER_CLOUD", from_variable, cloud, &path);
        let cloud = cloud.unwrap_or_else(|| Setting::default(CloudName::Global));
        let addresses = Cloud::from(cloud.value);
        let base_url = pick("--base-url", global.base_url.clone(), "PARTNER_CENTER_BASE_URL", base_url, &path)?;
        let authority = pick("--authority", global.authority.clone(), "PARTNER_CENTER_AUTHORITY", authority, &path)?;
        let seconds = parsed("PARTNER_CENTER_TIMEOUT", "a whole number of seconds, 1 or more", |text| {
            text.parse().ok().filter(|seconds| *seconds > 0)
        })?;
        let timeout = timeout.map(NonZeroU32::get);
        let timeout = choose("--timeout", global.timeout, "PARTNER_CENTER_TIMEOUT", seconds, timeout, &path);
        Ok(Self {
            base_url: address::normal(
                "base-url",
                base_url.unwrap_or_else(|| Setting::default(addresses.base_url().to_owned())),
            )?,
            authority: address::normal(
                "authority",
                authority.unwrap_or_else(|| Setting::default(addresses.authority().to_owned())),
            )?,
            cloud,
            tenant: pick("--tenant", None, "AZURE_TENANT_ID", tenant, &path)?,
            client_id: pick("--client-id", None, "AZURE_CLIENT_ID", client_id, &path)?,
            timeout: timeout.map_or_else(
                || Setting::default(DEFAULT_TIMEOUT),
                |setting| setting.map(|seconds| Duration::from_secs(seconds.into())),
            ),
            correlation_id: global.correlation_id,
            verbose: global.verbose,
            profile,
            is_in_file,
            folder,
        })
    }

    /// Whether the config file has the profile, or it is the default one.
    pub(crate) fn has_profile(&self) -> bool {
        self.is_in_file || self.profile.value == DEFAULT_PROFILE
    }

    /// The config file, which need not exist.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.join("config.toml")
    }

    /// Writes into the config file which profile is used where none is named.
    pub(crate) fn set_profile(&self, name: &str) -> Result<(), Failure> {
        file::set_profile(&self.file(), name)
    }

    /// Whom tokens are issued for.
    pub(crate) fn audience(&self) -> &'static str {
        Cloud::from(self.cloud.value).audience()
    }
}

impl From<CloudName> for Cloud {
    fn from(name: CloudName) -> Self {
        match name {
            CloudName::Global => Self::Global,
            CloudName::UsGovernment => Self::UsGovernment,
            CloudName::China => Self::China,
        }
    }
}

impl<T> Setting<T> {
    fn default(value: T) -> Self {
        Self { value, source: Source::Default }
    }

    pub(crate) fn flag(name: &'static str, value: T) -> Self {
        Self { value, source: Source::Flag(name) }
    }

    fn map<U>(self, change: impl FnOnce(T) -> U) -> Setting<U> {
        Setting { value: change(self.value), source: self.source }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => write!(f, "flag {name}"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::SignIn => f.write_str("kept sign-in"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// The first of the three that has a value.
fn choose<T>(
    flag: &'static str,
    from_flag: Option<T>,
    variable: &'static str,
    from_variable: Option<T>,
    from_file: Option<T>,
    path: &Path,
) -> Option<Setting<T>> {
    let setting = |source| move |value| Setting { value, source };
    from_flag
        .map(setting(Source::Flag(flag)))
        .or_else(|| from_variable.map(setting(Source::Environment(variable))))
        .or_else(|| from_file.map(setting(Source::File(path.to_owned()))))
}

/// The same for a text, with the environment read here.
fn pick(
    flag: &'static str,
    from_flag: Option<String>,
    name: &'static str,
    from_file: Option<String>,
    path: &Path,
) -> Result<Option<Setting<String>>, Failure> {
    Ok(choose(flag, from_flag, name, variable(name)?, from_file, path))
}

/// An environment variable of another type than text.
fn parsed<T>(
    name: &'static str,
    wanted: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Failure> {
    let Some(text) = variable(name)? else { return Ok(None) };
    let value = parse(&text)
        .ok_or_else(|| Failure::usage(format!("{name} is `{text}`"), format!("Set it to {wanted}, or unset it.")))?;
    Ok(Some(value))
}

/// The names of all profiles: those of the config file, and those of sign-ins.
pub(crate) fn profiles() -> BTreeSet<String> {
    let Ok(folder) = folder() else { return BTreeSet::new() };
    let config = file::read(&folder.join("config.toml")).unwrap_or_default();
    let sign_ins = std::fs::read_dir(folder.join("sign-ins")).into_iter().flatten().flatten();
    let signed_in = sign_ins.filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".json")?.to_owned()));
    config.profiles.into_keys().chain(signed_in).chain([DEFAULT_PROFILE.to_owned()]).collect()
}

fn folder() -> Result<PathBuf, Failure> {
    if let Some(folder) = variable(FOLDER)? {
        return Ok(folder.into());
    }
    let folders = directories::ProjectDirs::from("", "", "partner-center").ok_or_else(|| {
        Failure::usage("this system has no folder for config files", format!("Set {FOLDER} to a writable folder."))
    })?;
    Ok(folders.config_dir().to_owned())
}

/// A profile's name becomes part of a path.
fn check_name(profile: &Setting<String>) -> Result<(), Failure> {
    let name = &profile.value;
    let is_plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    if name.is_empty() || name.starts_with('.') || name.len() > 64 || !name.chars().all(is_plain) {
        return Err(Failure::usage(
            format!("invalid profile name `{name}` ({})", profile.source),
            "Use letters, digits, `-`, `_` and `.`, 64 at most, and no `.` at the beginning.",
        ));
    }
    Ok(())
}
