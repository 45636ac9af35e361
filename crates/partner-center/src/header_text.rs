//! Texts that go into headers.

use crate::configuration::InvalidConfiguration;

/// The longest text taken, in bytes; the service documents no limit, and gateways refuse large headers.
const LONGEST: usize = 256;

/// Refuses a text that is no good header value, before anything is sent.
pub(crate) fn check(name: &str, text: &str) -> Result<(), InvalidConfiguration> {
    let wrong = if text.trim().is_empty() {
        "is empty; leave it unset instead"
    } else if text.len() > LONGEST {
        "is longer than 256 bytes"
    } else if !text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        "holds a character that a header cannot carry; use printable ASCII without line breaks"
    } else if text.trim() != text {
        "begins or ends with a space"
    } else {
        return Ok(());
    };
    Err(InvalidConfiguration::new(format!("the {name} {wrong}")))
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn refuses_what_would_break_or_forge_a_header() {
        for text in ["", "  ", "a\r\nX: y", "a\nb", "a\0b", "naïve", "\u{7f}", " a", &"x".repeat(257)] {
            assert!(check("locale", text).is_err(), "{text:?}");
        }
        for text in ["en-US", "Contoso Inventory/2.1 (eu)"] {
            assert!(check("locale", text).is_ok(), "{text:?}");
        }
    }
}

#[cfg(test)]
mod properties {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::check;

    proptest! {
        #[test]
        fn a_text_that_is_taken_is_a_header_value_as_it_stands(text in prop_oneof![any::<String>(), "[ -~]{0,300}"]) {
            if check("locale", &text).is_ok() {
                let value = HeaderValue::from_str(&text).expect("it fits a header");
                prop_assert_eq!(value.to_str().expect("it is visible ASCII"), &*text);
                prop_assert!(!text.is_empty() && text.len() <= 256);
            }
        }

        #[test]
        fn a_text_with_a_line_break_or_a_nul_is_never_taken(before in "[ -~]{0,20}", bad in "[\r\n\0]", after in "[ -~]{0,20}") {
            let text = format!("{before}{bad}{after}");
            prop_assert!(check("locale", &text).is_err());
        }
    }
}
