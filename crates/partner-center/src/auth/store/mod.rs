//! Stores of refresh tokens.

mod file;
mod memory;
mod replace;

use std::pin::Pin;
use std::sync::Arc;

use secrecy::SecretString;

pub use self::file::FileStore;
pub use self::memory::MemoryStore;
pub use self::replace::replace_file;
use super::CredentialError;

/// The future of the methods of a [`RefreshTokenStore`].
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, CredentialError>> + Send + 'a>>;

/// Held while a refresh token is redeemed and replaced; dropping it releases the lock.
pub type StoreGuard = Box<dyn Send>;

/// A store of the newest refresh token of one sign-in.
///
/// Every redemption returns a new refresh token, and each token expires 90 days after it was issued, even if it is used
/// ([source](https://learn.microsoft.com/entra/identity-platform/refresh-tokens)). So every new one is saved before the
/// access token that came with it is used.
///
/// Make errors with [`CredentialError::caused_by`] and [`CredentialErrorKind::Store`](super::CredentialErrorKind);
/// their text must not contain the token.
pub trait RefreshTokenStore: Send + Sync {
    /// The newest refresh token, or `None` if there is none yet.
    ///
    /// Called before every redemption, since another process or a new sign-in may have saved one meanwhile.
    fn load(&self) -> StoreFuture<'_, Option<SecretString>>;

    /// Saves a refresh token, replacing the previous one. Once this returns, the token must outlive the process.
    fn save<'a>(&'a self, token: &'a SecretString) -> StoreFuture<'a, ()>;

    /// Waits for the lock by which processes that share the store take turns. By default there is none.
    ///
    /// A redemption holds it from [`load`](Self::load) to [`save`](Self::save), and so does a new sign-in while it
    /// saves its token. It waits for as long as another process holds the lock; dropping the future cancels that. An
    /// error means that locking is not possible here: it is reported, and the redemption continues without a lock.
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
