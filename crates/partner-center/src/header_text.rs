//! Texts that go into headers.

use crate::error::Error;

/// The longest text taken, in bytes; the service documents no limit, and gateways refuse large headers.
const LONGEST: usize = 256;

/// Refuses a text that is no good header value, before anything is sent.
pub(crate) fn check(name: &str, text: &str) -> Result<(), Error> {
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
    Err(Error::configuration(format!("the {name} {wrong}")))
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
