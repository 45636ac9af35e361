//! A form whose secrets are wiped from memory, and found again in what comes back.

use bytes::Bytes;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

/// The body of a request to the token endpoint.
pub(super) struct Form {
    encoded: Zeroizing<String>,
    secrets: Vec<SecretString>,
}

impl Form {
    pub(super) fn new() -> Self {
        Self { encoded: Zeroizing::default(), secrets: Vec::new() }
    }

    /// Adds a field that anybody may see.
    pub(super) fn field(mut self, name: &str, value: &str) -> Self {
        // Growing a string in place leaves its old bytes behind; a new one lets the old be wiped.
        let room = self.encoded.len() + name.len() + 3 * value.len() + 2;
        let mut longer = Zeroizing::new(String::with_capacity(room));
        longer.push_str(&self.encoded);
        if !longer.is_empty() {
            longer.push('&');
        }
        longer.push_str(name);
        longer.push('=');
        longer.extend(form_urlencoded::byte_serialize(value.as_bytes()));
        self.encoded = longer;
        self
    }

    /// Adds a field that must be seen nowhere else.
    pub(super) fn secret(mut self, name: &str, value: &SecretString) -> Self {
        self = self.field(name, value.expose_secret());
        self.secrets.push(value.clone());
        self
    }

    /// The bytes to send; they are wiped when the last reference is gone.
    pub(super) fn body(&self) -> Bytes {
        Bytes::from_owner(Zeroizing::new(self.encoded.as_bytes().to_vec()))
    }

    /// Strikes every secret of this form out of a text that came back, as it is or encoded.
    pub(super) fn redact(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in self.secrets.iter().map(ExposeSecret::expose_secret).filter(|secret| !secret.is_empty()) {
            let encoded = Zeroizing::new(form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>());
            text = text.replace(secret, "[redacted]").replace(encoded.as_str(), "[redacted]");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_what_would_change_the_form() {
        let form = Form::new().field("scope", "a b/.default").secret("client_secret", &"p&q=+~ü".into());
        assert_eq!(form.body(), "scope=a+b%2F.default&client_secret=p%26q%3D%2B%7E%C3%BC");
    }

    #[test]
    fn finds_its_secrets_in_plain_and_in_encoded_text() {
        let form = Form::new().field("client_id", "app").secret("client_secret", &"p&q~1".into());
        let echo = "app sent p&q~1, that is client_secret=p%26q%7E1";
        assert_eq!(form.redact(echo), "app sent [redacted], that is client_secret=[redacted]");
    }
}
