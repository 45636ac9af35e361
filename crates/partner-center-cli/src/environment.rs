//! Environment variables: what they hold, and whether they can be used.

use std::env::{self, VarError};
use std::fs::File;
use std::io::Read;

/// A token of its own needs neither a tenant nor an application.
pub(crate) const ACCESS_TOKEN: &str = "PARTNER_CENTER_ACCESS_TOKEN";
const REFRESH_TOKEN_FILE: &str = "PARTNER_CENTER_REFRESH_TOKEN_FILE";
const CERTIFICATE_PATH: &str = "AZURE_CLIENT_CERTIFICATE_PATH";
/// The variables that belong to most of them.
const IDENTITY: [&str; 2] = ["AZURE_TENANT_ID", "AZURE_CLIENT_ID"];

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
    for name in IDENTITY.into_iter().chain([name]) {
        let value = raw(name)?.unwrap_or_default();
        if unquoted(&value) != value {
            let what = format!("the value of {name} includes quotation marks or a byte order mark");
            return Err(InvalidVariable { what, help: "Set it without them; env files keep quotation marks." });
        }
    }
    match raw(name)? {
        Some(path) if matches!(name, REFRESH_TOKEN_FILE | CERTIFICATE_PATH) => check_file(name, &path),
        _ => Ok(()),
    }
}

fn check_file(name: &str, path: &str) -> Result<(), InvalidVariable> {
    let mut start = [0; 2];
    match File::open(path).and_then(|mut file| file.read(&mut start)) {
        Err(error) => Err(InvalidVariable {
            what: format!("the file {path} ({name}) cannot be read: {error}"),
            help: "Check the path and the file's permissions.",
        }),
        Ok(_) if matches!(start, [0xff, 0xfe] | [0xfe, 0xff]) => Err(InvalidVariable {
            what: format!("the file {path} ({name}) is UTF-16 text"),
            help: "Save it as UTF-8; in Windows PowerShell, `Set-Content -Encoding ascii` does.",
        }),
        Ok(_) => Ok(()),
    }
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
