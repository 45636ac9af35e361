//! A store in memory.

use std::sync::{Mutex, MutexGuard, PoisonError};

use secrecy::SecretString;

use super::{RefreshTokenStore, StoreFuture};

/// Keeps the refresh token in memory.
///
/// For tests and short runs. The next process starts with the token that it is given, which expires 90 days after it
/// was issued, however often it was redeemed: longer runs need a [`FileStore`](super::FileStore) or a store of their
/// own.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<Option<SecretString>>);

impl MemoryStore {
    /// Creates a store with `token`; an empty one is `MemoryStore::default()`.
    pub fn new(token: impl Into<String>) -> Self {
        Self(Mutex::new(Some(token.into().into())))
    }

    fn token(&self) -> MutexGuard<'_, Option<SecretString>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RefreshTokenStore for MemoryStore {
    fn load(&self) -> StoreFuture<'_, Option<SecretString>> {
        Box::pin(async { Ok(self.token().clone()) })
    }

    fn save<'a>(&'a self, token: &'a SecretString) -> StoreFuture<'a, ()> {
        Box::pin(async {
            *self.token() = Some(token.clone());
            Ok(())
        })
    }
}
