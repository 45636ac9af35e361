//! Environment variables: what they hold, and whether they can be used.

use std::env::{self, VarError};
use std::fs::File;
use std::io::Read;

/// A token of its own needs neither a tenant nor an application.
pub(crate) const ACCESS_TOKEN: &str = "PARTNER_CENTER_ACCESS_TOKEN";
const REFRESH_TOKEN: &str = "PARTNER_CENTER_REFRESH_TOKEN";
const REFRESH_TOKEN_FILE: &str = "PARTNER_CENTER_REFRESH_TOKEN_FILE";
const CERTIFICATE_PATH: &str = "AZURE_CLIENT_CERTIFICATE_PATH";
/// The variables of every other credential.
const REST: [&str; 6] =
    ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", REFRESH_TOKEN, REFRESH_TOKEN_FILE, CERTIFICATE_PATH];

/// A variable that cannot be used, and what to do about it.
#[derive(Debug)]
pub(crate) struct InvalidVariable {
    pub(crate) what: String,
    pub(crate) help: &'static str,
}

/// The variable's value without surrounding spaces and quotation marks; `None` where it is empty or not set.
///
/// Files for `docker run --env-file` and systemd often hold quotation marks, and some readers keep them.
pub(crate) fn variable(name: &str) -> Result<Option<String>, InvalidVariable> {
    Ok(raw(name)?.map(|value| unquoted(&value).to_owned()).filter(|value| !value.is_empty()))
}

/// Rejects what the SDK would send as it is, and a file that it could not use.
pub(crate) fn check_credential(name: &str) -> Result<(), InvalidVariable> {
    let read = if name == ACCESS_TOKEN { &[ACCESS_TOKEN][..] } else { &REST };
    for name in read {
        let value = raw(name)?.unwrap_or_default();
        if unquoted(&value) != value {
            let what = format!("the value of {name} includes quotation marks or a byte order mark");
            return Err(InvalidVariable { what, help: "Set it without them; env files keep quotation marks." });
        }
    }
    // A refresh token to begin with makes the file.
    let needs_file = |name: &str| name != REFRESH_TOKEN_FILE || !matches!(raw(REFRESH_TOKEN), Ok(Some(_)));
    for name in read.iter().filter(|name| matches!(**name, REFRESH_TOKEN_FILE | CERTIFICATE_PATH) && needs_file(name)) {
        if let Some(path) = raw(name)? {
            check_file(name, &path)?;
        }
    }
    Ok(())
}

fn check_file(name: &str, path: &str) -> Result<(), InvalidVariable> {
    let what = match File::open(path).and_then(|mut file| file.read(&mut [0])) {
        Err(error) => format!("the file {path} ({name}) cannot be read: {error}"),
        Ok(0) => format!("the file {path} ({name}) is empty"),
        Ok(_) => return Ok(()),
    };
    Err(InvalidVariable { what, help: "Check the path and the file's permissions." })
}

fn raw(name: &str) -> Result<Option<String>, InvalidVariable> {
    match env::var(name) {
        Ok(value) => Ok(Some(value.trim().to_owned()).filter(|value| !value.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(InvalidVariable {
            what: format!("the environment variable {name} is not UTF-8"),
            help: "Set it to plain text.",
        }),
    }
}

fn unquoted(value: &str) -> &str {
    let value = value.trim_start_matches('\u{feff}').trim();
    let within = |mark| value.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    within('"').or_else(|| within('\'')).unwrap_or(value).trim()
}

#[cfg(test)]
mod tests {
    use super::unquoted;

    #[test]
    fn quotation_marks_of_env_files_are_not_part_of_a_value() {
        for value in ["global", "\"global\"", "'global'", " global ", "\u{feff}global"] {
            assert_eq!(unquoted(value), "global", "{value}");
        }
        assert_eq!((unquoted("\"half"), unquoted("\"")), ("\"half", "\""));
    }
}
