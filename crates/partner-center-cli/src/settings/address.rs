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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(address: &str) -> Result<String, String> {
        let setting = Setting { value: address.to_owned(), source: Source::Environment("A_VARIABLE") };
        normal("authority", setting).map(|setting| setting.value).map_err(|failure| failure.what().to_owned())
    }

    #[test]
    fn one_address_is_written_in_one_way() {
        for same in ["https://login.example", "https://login.example/", "HTTPS://Login.Example:443//"] {
            assert_eq!(read(same).as_deref(), Ok("https://login.example"));
        }
        assert_eq!(read("http://127.0.0.1:4010/Path/").as_deref(), Ok("http://127.0.0.1:4010/Path"));
    }

    #[test]
    fn an_invalid_address_is_an_error_with_its_source_and_no_secret() {
        for wrong in ["login.example", "ftp://login.example", "https://a:secret@b", "https://b?secret", "secret", ""] {
            let said = read(wrong).expect_err(wrong);
            assert!(said.contains("authority (environment A_VARIABLE)") && !said.contains("secret"), "{said}");
        }
    }
}
