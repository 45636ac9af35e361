//! Where refresh tokens are kept.

mod file;
mod memory;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use secrecy::SecretString;

pub use self::file::FileStore;
pub use self::memory::MemoryStore;
use super::CredentialError;

/// What the methods of a [`RefreshTokenStore`] give back.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, CredentialError>> + Send + 'a>>;

/// Held while a refresh token is redeemed and replaced; others may go on when it is dropped.
pub type StoreGuard = Box<dyn Send>;

/// A place that keeps the newest refresh token of one sign-in.
///
/// Entra answers every redemption with a new refresh token, and the one before it ends after 90 days even if it was
/// used yesterday ([source](https://learn.microsoft.com/entra/identity-platform/refresh-tokens)). So every new one is
/// saved before the access token that came with it is used.
///
/// Errors are made by [`CredentialError::caused_by`] with [`CredentialErrorKind::Store`](super::CredentialErrorKind);
/// their text must not hold the token.
pub trait RefreshTokenStore: Send + Sync {
    /// The newest refresh token, or `None` where there is none yet.
    ///
    /// Asked before every redemption, since another process or a new sign-in may have saved one meanwhile.
    fn load(&self) -> StoreFuture<'_, Option<SecretString>>;

    /// Keeps a refresh token in place of the one before it. When this returns, it must survive the end of the process.
    fn save<'a>(&'a self, token: &'a SecretString) -> StoreFuture<'a, ()>;

    /// Waits until nobody else redeems the token that is kept here; no wait at all unless the store says otherwise.
    ///
    /// Whoever saves the token of a new sign-in holds it meanwhile, so that a renewal of the token before it ends first.
    fn lock(&self) -> StoreFuture<'_, StoreGuard> {
        Box::pin(async { Ok(Box::new(()) as StoreGuard) })
    }
}

impl<S: RefreshTokenStore + ?Sized> RefreshTokenStore for Arc<S> {
    fn load(&self) -> StoreFuture<'_, Option<SecretString>> {
        (**self).load()
    }

    fn save<'a>(&'a self, token: &'a SecretString) -> StoreFuture<'a, ()> {
        (**self).save(token)
    }

    fn lock(&self) -> StoreFuture<'_, StoreGuard> {
        (**self).lock()
    }
}
