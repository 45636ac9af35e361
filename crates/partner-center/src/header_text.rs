//! Header values made from text.

use http::HeaderValue;

use crate::configuration::InvalidConfiguration;

/// The longest text taken, in bytes; the service documents no limit, and gateways reject large headers.
const LONGEST: usize = 256;

/// The text as a header value, or an error before anything is sent.
pub(crate) fn value(name: &str, text: &str) -> Result<HeaderValue, InvalidConfiguration> {
    let is_printable = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    let wrong = match HeaderValue::from_str(text) {
        _ if text.trim().is_empty() => "is empty; leave it unset instead",
        _ if text.len() > LONGEST => "is longer than 256 bytes",
        _ if text.trim() != text => "begins or ends with a space",
        Ok(value) if is_printable => return Ok(value),
        _ => "contains a character that a header cannot carry; use printable ASCII without line breaks",
    };
    Err(InvalidConfiguration::new(format!("the {name} {wrong}")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_accepted_text_is_the_header_value_unchanged(
            text in prop_oneof![any::<String>(), "[ -~]{0,300}", "[ -~\r\n\t\0\u{7f}]{1,20}"]
        ) {
            if let Ok(value) = value("application name", &text) {
                prop_assert_eq!(value.to_str().expect("it is visible ASCII"), &*text);
                prop_assert!(!text.is_empty() && text.len() <= 256 && text.bytes().all(|byte| matches!(byte, b' '..=b'~')));
            }
        }
    }
}
