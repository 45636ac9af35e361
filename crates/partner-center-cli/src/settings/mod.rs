//! Settings, and where each comes from: a flag overrides the environment, which overrides the config file.

pub(crate) mod file;

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum;
use partner_center::uuid::Uuid;
use partner_center::{Cloud, check_address};

use self::file::Profile;
use crate::arguments::{CloudName, GlobalOptions, time};
use crate::environment::variable;
use crate::failure::Failure;

/// A value and where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) source: Source,
}

#[derive(Clone, Debug)]
pub(crate) enum Source {
    Flag(&'static str),
    Environment(&'static str),
    File(PathBuf),
    SignIn,
    Default,
}

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
    pub(crate) fn resolve(global: &GlobalOptions) -> Result<Self, Failure> {
        let folder = folder()?;
        let path = folder.join("config.toml");
        let mut config = file::read(&path)?;
        let pick_text = |flag, from_flag: &Option<String>, variable, from_file| {
            pick(flag, from_flag.clone(), variable, |text| Ok(text.to_owned()), from_file, &path)
        };
        let profile = pick_text("--profile", &global.profile, "PARTNER_CENTER_PROFILE", config.profile)?
            .unwrap_or_else(|| Setting::default(DEFAULT_PROFILE.to_owned()));
        check_name(&profile)?;
        let in_file = config.profiles.remove(&profile.value);
        let is_in_file = in_file.is_some();
        let Profile { cloud, base_url, authority, tenant, client_id, timeout } = in_file.unwrap_or_default();

        let parse = |name: &str| CloudName::from_str(name, true).map_err(|_| "global, us-government or china");
        let cloud = pick("--cloud", global.cloud, "PARTNER_CENTER_CLOUD", parse, cloud, &path)?
            .unwrap_or_else(|| Setting::default(CloudName::Global));
        let addresses = Cloud::from(cloud.value);
        let base_url = pick_text("--base-url", &global.base_url, "PARTNER_CENTER_BASE_URL", base_url)?
            .unwrap_or_else(|| Setting::default(addresses.base_url().to_owned()));
        let authority = pick_text("--authority", &global.authority, "PARTNER_CENTER_AUTHORITY", authority)?
            .unwrap_or_else(|| Setting::default(addresses.authority().to_owned()));
        let timeout = timeout.map(|seconds| Duration::from_secs(seconds.get().into()));
        let parse = |text: &str| time(text).map_err(|_| "a time such as 30s or 2m, or a number of seconds above 0");
        let timeout = pick("--timeout", global.timeout, "PARTNER_CENTER_TIMEOUT", parse, timeout, &path)?
            .unwrap_or_else(|| Setting::default(DEFAULT_TIMEOUT));
        Ok(Self {
            base_url: checked("base-url", base_url)?,
            authority: checked("authority", authority)?,
            cloud,
            tenant: pick_text("--tenant", &None, "AZURE_TENANT_ID", tenant)?,
            client_id: pick_text("--client-id", &None, "AZURE_CLIENT_ID", client_id)?,
            timeout,
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

    /// The audience of access tokens.
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
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => write!(f, "flag {name}"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::SignIn => f.write_str("stored sign-in"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// The value of the flag, else of the variable, else of the file; an error of `parse` is what the variable has to be.
fn pick<T>(
    flag: &'static str,
    from_flag: Option<T>,
    name: &'static str,
    parse: impl FnOnce(&str) -> Result<T, &'static str>,
    from_file: Option<T>,
    path: &Path,
) -> Result<Option<Setting<T>>, Failure> {
    if let Some(value) = from_flag {
        return Ok(Some(Setting::flag(flag, value)));
    }
    if let Some(text) = variable(name)? {
        let value = parse(&text).map_err(|wanted| {
            Failure::usage(format!("{name} is `{text}`"), format!("Set it to {wanted}, or unset it."))
        })?;
        return Ok(Some(Setting { value, source: Source::Environment(name) }));
    }
    Ok(from_file.map(|value| Setting { value, source: Source::File(path.to_owned()) }))
}

/// The normalized address: a sign-in is stored for one authority, and compared with it.
fn checked(name: &str, Setting { value, source }: Setting<String>) -> Result<Setting<String>, Failure> {
    let value = check_address(&format!("{name} ({source})"), &value)?;
    Ok(Setting { value, source })
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
