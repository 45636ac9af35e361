//! A form whose secrets are wiped from memory, and redacted from responses.

use bytes::Bytes;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use super::redaction::redact;

/// The body of a request to the token endpoint.
#[derive(Default)]
pub(super) struct Form {
    encoded: Zeroizing<String>,
    secrets: Vec<SecretString>,
}

impl Form {
    /// Adds a field that is not secret.
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

    /// Adds a secret field.
    pub(super) fn secret(mut self, name: &str, value: &SecretString) -> Self {
        self = self.field(name, value.expose_secret());
        self.secrets.push(value.clone());
        self
    }

    /// The bytes to send; they are wiped when the last reference is dropped.
    pub(super) fn body(&self) -> Bytes {
        Bytes::from_owner(Zeroizing::new(self.encoded.as_bytes().to_vec()))
    }

    /// Whether it redeems a refresh token.
    pub(super) fn has_refresh_token(&self) -> bool {
        self.encoded.contains("grant_type=refresh_token")
    }

    /// The text without the secrets of this form.
    pub(super) fn redact(&self, text: &str) -> String {
        let secrets: Vec<_> = self.secrets.iter().map(ExposeSecret::expose_secret).collect();
        redact(text, &secrets).into_owned()
    }
}
