//! Addresses of services, written in one way.

use partner_center::reqwest::Url;

use super::{Setting, Source};
use crate::failure::Failure;

/// The address without what may be written in several ways: a slash at the end, upper case, the usual port.
///
/// A sign-in is kept for one authority, and compared with it. The address itself is not shown where it is wrong: it may
/// hold a password.
pub(super) fn normal(name: &str, setting: Setting<String>) -> Result<Setting<String>, Failure> {
    let wrong = |why: &str| {
        let named = match &setting.source {
            Source::Flag(flag) => (*flag).to_owned(),
            source => format!("{name} ({source})"),
        };
        Failure::usage(
            format!("{named} is not the address of a service: {why}"),
            "Use the form https://HOST, with a path if there is one.",
        )
    };
    let url = Url::parse(&setting.value).map_err(|error| wrong(&error.to_string()))?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(wrong("it starts with neither https:// nor http://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("it contains a user name or a password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("it contains a query or a fragment"));
    }
    Ok(Setting { value: url.as_str().trim_end_matches('/').to_owned(), source: setting.source })
}
