//! Shared by the tests: an application, a request without delays, a temporary folder.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use partner_center::RetryPolicy;
use partner_center::auth::{AccessToken, Credential, CredentialError, ExposeSecret, TokenRequest};
use partner_center_mock::token_endpoint::TokenEndpoint;

use crate::trace::start_recording;

pub(crate) const TENANT: &str = "contoso.example";
pub(crate) const CLIENT_ID: &str = "6b1f4e2a-app";
pub(crate) const AUDIENCE: &str = "https://api.partnercenter.microsoft.com";

/// The result of a fallible test.
pub(crate) type Outcome = Result<(), Box<dyn std::error::Error>>;

/// A request to this authority, with retries without delays.
pub(crate) fn request_to(authority: &str) -> TokenRequest {
    start_recording();
    TokenRequest::for_audience(AUDIENCE, authority).expect("loopback may be plain http").retry(quick_retries())
}

/// A request to this endpoint, with retries without delays.
pub(crate) fn request(entra: &TokenEndpoint) -> TokenRequest {
    request_to(&entra.authority())
}

/// Retries without delays.
pub(crate) fn quick_retries() -> RetryPolicy {
    RetryPolicy::default().base_delay(Duration::from_millis(1)).max_delay(Duration::from_millis(1))
}

/// The access token that a credential obtains.
pub(crate) async fn token(credential: &impl Credential, request: &TokenRequest) -> Result<String, CredentialError> {
    credential.token(request).await.map(|token| exposed(&token))
}

/// Locks a mutex, even if another test has poisoned it.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn exposed(token: &AccessToken) -> String {
    token.secret().expose_secret().to_owned()
}

/// A folder that is removed with its contents on drop.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let path = std::env::temp_dir().join(format!("partner-center-{}", partner_center::uuid::Uuid::new_v4()));
        std::fs::create_dir(&path).expect("the folder for temporary files can be written");
        Self(path)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The names of the files in it, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).expect("the folder is there");
        let mut names: Vec<_> =
            entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
