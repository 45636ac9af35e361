//! Ways to sign in, and the cache in front of them.
//!
//! | Who signs in | Credential | Needs in Entra |
//! |---|---|---|
//! | the application for a user who once signed in with MFA (recommended) | [`RefreshToken`] | app registration, delegated permission `user_impersonation` of Partner Center, one consent |
//! | a user at a terminal, and the way to the first refresh token | [`DeviceCode`] | the same, with public client flows allowed |
//! | the application alone, with a secret | [`ClientSecret`] | a web app, added to Partner Center under App Management |
//! | the application alone, with a certificate | `ClientCertificate`, feature `certificate` | the same, certificate uploaded |
//! | whatever `azure_identity` can do | `AzureCredential`, feature `azure` | as that credential says |
//! | somebody else | [`StaticToken`], [`credential_fn`] | nothing |
//!
//! [`from_env`] chooses among them by environment variables. With `application+user` the service knows the user's roles
//! and MFA; `application only` is accepted by parts of Partner Center and not documented as enough for everything
//! ([source](https://learn.microsoft.com/partner-center/developer/partner-center-authentication)).
//!
//! The client keeps the token, renews it ahead of its end and asks once however many calls wait for it. A credential
//! has nothing to cache. A renewal runs in the background, as a task on the Tokio runtime of the call that began it:
//! that runtime must go on running for it, and one that runs only while a call is made leaves the renewal to the next.
//!
//! Secrets are wiped from memory when they are dropped. What this library cannot reach is not: the buffers of the HTTP
//! and TLS libraries below, and the process's own environment.

mod application;
#[cfg(feature = "azure")]
mod azure;
mod cache;
#[cfg(feature = "certificate")]
mod certificate;
mod claims;
mod credential;
mod entra;
mod environment;
mod error;
mod error_kind;
mod form;
mod grant;
mod request;
mod store;
mod token;
mod token_endpoint;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub use secrecy::{ExposeSecret, SecretString};

#[cfg(feature = "azure")]
pub use self::azure::AzureCredential;
pub(crate) use self::cache::{Authorization, TokenCache};
#[cfg(feature = "certificate")]
pub use self::certificate::Certificate;
pub use self::claims::Claims;
#[cfg(feature = "certificate")]
pub use self::credential::ClientCertificate;
pub use self::credential::{
    ClientSecret, DeviceCode, DevicePrompt, RefreshToken, SignedIn, StaticToken, credential_fn,
};
pub use self::environment::from_env;
pub use self::error::CredentialError;
pub use self::error_kind::CredentialErrorKind;
pub use self::request::TokenRequest;
pub use self::store::{FileStore, MemoryStore, RefreshTokenStore, StoreFuture, StoreGuard};
pub use self::token::AccessToken;

/// What [`Credential::token`] gives back.
pub type TokenFuture<'a> = Pin<Box<dyn Future<Output = Result<AccessToken, CredentialError>> + Send + 'a>>;

/// A way to get access tokens.
///
/// The client asks only when it has no usable token, and never twice at the same time; a credential need not cache
/// anything. [`credential_fn`] makes one from a closure.
///
/// ```
/// use partner_center::auth::{AccessToken, Credential, CredentialError, TokenFuture, TokenRequest};
///
/// struct Vault;
///
/// impl Credential for Vault {
///     fn token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
///         Box::pin(async move {
///             let token = read_from_vault(request.audience()).await.map_err(CredentialError::other)?;
///             Ok(AccessToken::new(token, std::time::Duration::from_secs(3600)))
///         })
///     }
/// }
/// # async fn read_from_vault(_: &str) -> Result<String, String> { Ok(String::new()) }
/// ```
pub trait Credential: Send + Sync {
    /// A fresh token for what `request` describes.
    ///
    /// # Errors
    ///
    /// Whatever keeps the credential from getting one; [`CredentialError::new`] makes an error of a chosen kind, and
    /// the kind decides whether trying again is worth it.
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
