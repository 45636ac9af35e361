//! Why no access token could be had.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Why no access token could be had.
///
/// Cheap to clone: everybody who waited for the same attempt gets the same error.
#[derive(Clone)]
pub struct CredentialError(Arc<Inner>);

struct Inner {
    message: String,
}

impl CredentialError {
    /// An error of a credential of your own.
    pub fn other(message: impl Into<String>) -> Self {
        Self(Arc::new(Inner { message: message.into() }))
    }

    /// What to do about it, one sentence.
    #[must_use]
    pub fn remedy(&self) -> &str {
        "Look at the credential's message."
    }

    /// Whether the same attempt may succeed later without anybody changing anything.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        false
    }

    /// How long the token endpoint asks to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        None
    }
}

impl fmt::Display for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialError").field("message", &self.0.message).finish()
    }
}

impl std::error::Error for CredentialError {}
