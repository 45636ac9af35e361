//! Where the secret of a sign-in is kept: the system's keyring, or a file.

use std::sync::Arc;

use partner_center::auth::{
    CredentialError, CredentialErrorKind, ExposeSecret, FileStore, RefreshTokenStore, SecretString, StoreFuture,
    StoreGuard,
};

use super::record::{Place, file, folder, remove_file};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;

/// The name of this program's entries in the keyring.
const SERVICE: &str = "partner-center";

/// The profile's secret in the keyring.
struct KeyringStore {
    profile: String,
    /// Its lock alone is used, so that processes redeem in turn; a keyring has none.
    lock: FileStore,
}

/// The store of the profile's secret.
pub(super) fn store(settings: &Settings, place: Place) -> Arc<dyn RefreshTokenStore> {
    let file = FileStore::new(file(settings, "secret"));
    match place {
        Place::File => Arc::new(file),
        Place::Keyring => Arc::new(KeyringStore { profile: settings.profile.value.clone(), lock: file }),
    }
}

/// Keeps the secret of a new sign-in in its place.
pub(super) async fn keep(settings: &Settings, place: Place, secret: &SecretString) -> Result<(), Failure> {
    folder(settings)?;
    let store = store(settings, place);
    // Another process may be redeeming the secret of the sign-in before, and would write its own over this one.
    let _guard = store.lock().await?;
    Ok(store.save(secret).await?)
}

/// Removes the secret from the keyring, or says why not.
pub(super) async fn forget_in_keyring(settings: &Settings) -> Result<(), String> {
    let profile = settings.profile.value.clone();
    let outcome = blocking(move || match entry(&profile)?.delete_credential() {
        Err(keyring::Error::NoEntry) => Ok(()),
        outcome => outcome,
    });
    outcome.await
}

/// Removes the secret from its place.
pub(super) async fn forget(settings: &Settings, place: Place) -> Result<(), Failure> {
    if place == Place::Keyring {
        forget_in_keyring(settings).await.map_err(|reason| {
            Failure::new(
                Exit::File,
                format!("the sign-in cannot be removed from the keyring: {reason}"),
                "Unlock the keyring, then run it again.",
            )
        })?;
    }
    for ending in ["secret", "secret.lock"] {
        remove_file(file(settings, ending))?;
    }
    Ok(())
}

impl RefreshTokenStore for KeyringStore {
    fn load(&self) -> StoreFuture<'_, Option<SecretString>> {
        let profile = self.profile.clone();
        let read = blocking(move || match entry(&profile)?.get_password() {
            Ok(secret) => Ok(Some(secret.into())),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        });
        Box::pin(async { read.await.map_err(failed) })
    }

    fn save<'a>(&'a self, token: &'a SecretString) -> StoreFuture<'a, ()> {
        let (profile, token) = (self.profile.clone(), token.clone());
        let written = blocking(move || entry(&profile)?.set_password(token.expose_secret()));
        Box::pin(async { written.await.map_err(failed) })
    }

    fn lock(&self) -> StoreFuture<'_, StoreGuard> {
        self.lock.lock()
    }
}

fn failed(reason: String) -> CredentialError {
    CredentialError::new(CredentialErrorKind::Store, format!("the keyring: {reason}"))
}

fn entry(profile: &str) -> keyring::Result<keyring::Entry> {
    if let Err(error) = keyring::Entry::store_status() {
        return Err(keyring::Error::NoStorageAccess(error.to_string().into()));
    }
    keyring::Entry::new(SERVICE, profile)
}

/// The keyring may ask the user, and blocks meanwhile.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> keyring::Result<T> + Send + 'static) -> Result<T, String> {
    match tokio::task::spawn_blocking(work).await {
        // The text alone: some of these errors hold the secret.
        Ok(outcome) => outcome.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}
