//! Redacts secrets from a response, however it encodes them.

use std::borrow::Cow;

/// The text with every secret replaced, whether it appears as it is, percent-encoded or as a form encodes it.
pub(super) fn redact<'a>(text: &'a str, secrets: &[&str]) -> Cow<'a, str> {
    let mut redacted = String::new();
    let (mut copied, mut at) = (0, 0);
    while at < text.len() {
        let found = secrets.iter().filter(|secret| !secret.is_empty()).find_map(|secret| matches(text, at, secret));
        match found {
            Some(end) => {
                redacted.push_str(&text[copied..at]);
                redacted.push_str("[redacted]");
                (copied, at) = (end, end);
            }
            None => at += text[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    if copied == 0 {
        return text.into();
    }
    redacted.push_str(&text[copied..]);
    redacted.into()
}

/// Where the secret ends if it begins at `at`; each of its bytes may be encoded or not.
fn matches(text: &str, mut at: usize, secret: &str) -> Option<usize> {
    for &byte in secret.as_bytes() {
        let rest = &text.as_bytes()[at..];
        let encoded = rest.get(1..3).filter(|_| rest[0] == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        let is_encoded = encoded.is_some_and(|hex| u8::from_str_radix(hex, 16) == Ok(byte));
        at += match rest.first() {
            _ if is_encoded => 3,
            Some(&found) if found == byte || (found == b'+' && byte == b' ') => 1,
            _ => return None,
        };
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_secret_in_plain_and_in_encoded_text() {
        let secrets = ["p&q~1 ü", "other"];
        for (text, redacted) in [
            ("app sent p&q~1 ü.", "app sent [redacted]."),
            ("client_secret=p%26q%7E1+%C3%BC&x=1", "client_secret=[redacted]&x=1"),
            ("in lower case p%26q%7e1%20%c3%bc", "in lower case [redacted]"),
            ("half encoded p&q%7e1 %C3%BC, other", "half encoded [redacted], [redacted]"),
            ("otherother", "[redacted][redacted]"),
            ("othe ü% p&q~1 u p%26q%7", "othe ü% p&q~1 u p%26q%7"),
            ("", ""),
        ] {
            assert_eq!(redact(text, &secrets), redacted);
        }
        assert_eq!(redact("an empty secret is nowhere", &[""]), "an empty secret is nowhere");
    }
}
