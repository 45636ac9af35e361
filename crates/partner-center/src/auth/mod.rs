//! Credentials, and the cache of the access token.
//!
//! | Who signs in | Credential | Needs in Entra |
//! |---|---|---|
//! | the application for a user who once signed in with MFA (recommended) | [`RefreshToken`] | app registration, delegated permission `user_impersonation` of Partner Center, one sign-in of the user, by `AuthorizationCode` (feature `browser`) or [`DeviceCode`] |
//! | the application alone, with a secret | [`ClientSecret`] | a web app, added to Partner Center under App Management |
//! | the application alone, with a certificate | `ClientCertificate`, feature `certificate` | the same, certificate uploaded |
//! | as an `azure_identity` credential does | `AzureCredential`, feature `azure` | what that credential needs |
//! | your own code | [`StaticToken`], [`credential_fn`] | nothing |
//!
//! [`from_env`] chooses among them by environment variables:
//!
//! ```no_run
//! # fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use partner_center::Client;
//! use partner_center::auth::{self, FileStore, RefreshToken};
//!
//! let client = Client::builder().credential(auth::from_env()?).build()?;
//!
//! // Or in code, with a refresh token that an earlier sign-in saved to the file:
//! let store = FileStore::new("refresh-token");
//! let credential = RefreshToken::new("contoso.onmicrosoft.com", "application id", store).client_secret("its value");
//! let client = Client::builder().credential(credential).build()?;
//! # Ok(())
//! # }
//! ```
//!
//! With app+user tokens, the service knows the user's roles
//! and MFA; app-only tokens are accepted by parts of Partner Center, and are not documented to suffice for everything
//! ([source](https://learn.microsoft.com/partner-center/developer/partner-center-authentication)).
//!
//! The client caches the token and renews it before it expires, with one request for all calls that need it; a
//! credential need not cache anything. Before a process ends, await [`finish_redemptions`].
//!
//! Secrets are wiped from memory when they are dropped. What this library cannot reach is not: the buffers of the HTTP
//! and TLS libraries below, and the process's own environment.

mod aadsts;
mod application;
mod application_only;
mod authorization;
#[cfg(feature = "browser")]
mod authorization_code;
#[cfg(feature = "azure")]
mod azure;
#[cfg(feature = "certificate")]
mod certificate;
mod claims;
mod client_authentication;
mod closure;
mod device_code;
mod encoding;
mod environment;
mod error;
mod error_kind;
mod form;
mod oauth_error;
mod redaction;
mod refresh_token;
mod request;
mod signed_in;
mod static_token;
mod store;
mod token;
mod token_cache;
mod token_endpoint;
mod token_response;
mod turn;

use std::pin::Pin;
use std::sync::Arc;

pub use secrecy::{ExposeSecret, SecretString};

#[cfg(feature = "certificate")]
pub use self::application_only::ClientCertificate;
pub use self::application_only::ClientSecret;
pub(crate) use self::authorization::Authorization;
#[cfg(feature = "browser")]
pub use self::authorization_code::AuthorizationCode;
#[cfg(feature = "azure")]
pub use self::azure::AzureCredential;
#[cfg(feature = "certificate")]
pub use self::certificate::Certificate;
pub use self::claims::Claims;
pub use self::closure::credential_fn;
pub use self::device_code::{DeviceCode, DevicePrompt};
#[doc(hidden)]
pub use self::environment::{bare, environment_variable};
pub use self::environment::{credential_variable, from_env, from_env_with};
pub use self::error::CredentialError;
pub use self::error_kind::CredentialErrorKind;
pub use self::refresh_token::{RefreshToken, finish_redemptions};
pub use self::request::TokenRequest;
pub use self::signed_in::SignedIn;
pub use self::static_token::StaticToken;
#[doc(hidden)]
pub use self::store::replace_file;
pub use self::store::{FileStore, MemoryStore, RefreshTokenStore, StoreFuture, StoreGuard};
pub use self::token::AccessToken;
pub(crate) use self::token_cache::TokenCache;

/// The future of [`Credential::token`].
pub type TokenFuture<'a> = Pin<Box<dyn Future<Output = Result<AccessToken, CredentialError>> + Send + 'a>>;

/// A way to get access tokens; [`credential_fn`] makes one from a closure.
///
/// ```
/// use partner_center::auth::{
///     AccessToken, Credential, CredentialError, CredentialErrorKind, TokenFuture, TokenRequest,
/// };
///
/// struct Vault;
///
/// impl Credential for Vault {
///     fn token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
///         Box::pin(async move {
///             let token = read_from_vault(request.audience()).await.map_err(|error| {
///                 CredentialError::caused_by(CredentialErrorKind::Other, "the vault is closed", error)
///             })?;
///             Ok(AccessToken::new(token, std::time::Duration::from_secs(3600)))
///         })
///     }
/// }
/// # async fn read_from_vault(_: &str) -> Result<String, String> { Ok(String::new()) }
/// ```
pub trait Credential: Send + Sync {
    /// Gets a new token for `request`.
    ///
    /// The future may be dropped before it is done, with the call that awaits it.
    ///
    /// # Errors
    ///
    /// Any reason why the credential cannot get one; [`CredentialError::new`] makes an error of a chosen kind, and the
    /// kind decides whether a retry is worth it.
    fn token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a>;
}

impl<C: Credential + ?Sized> Credential for Arc<C> {
    fn token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        (**self).token(request)
    }
}

impl<C: Credential + ?Sized> Credential for Box<C> {
    fn token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        (**self).token(request)
    }
}
