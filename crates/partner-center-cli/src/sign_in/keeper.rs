//! Where the secret of a sign-in is kept: the system's keyring, or a file.

use std::path::Path;
use std::sync::Arc;

use partner_center::auth::{
    CredentialError, CredentialErrorKind, ExposeSecret, FileStore, RefreshTokenStore, SecretString, StoreFuture,
    StoreGuard,
};
use sha2::{Digest, Sha256};

use super::record::{Place, Record, file, folder, remove_file};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;

/// The name of this program's entries in the keyring.
const SERVICE: &str = "partner-center";

/// A sign-in's secret in the keyring.
struct KeyringStore {
    user: String,
    /// Its lock alone is used, so that processes redeem in turn; a keyring has none.
    lock: FileStore,
}

/// The store of a sign-in's secret.
pub(super) fn store(settings: &Settings, record: &Record) -> Arc<dyn RefreshTokenStore> {
    let file = FileStore::new(file(settings, "secret"));
    match record.kept_in {
        Place::File => Arc::new(file),
        Place::Keyring => Arc::new(KeyringStore { user: user(settings, record), lock: file }),
    }
}

/// The name of a secret in the keyring, which all config folders of a user share.
///
/// It is bound to everything that the secret is for, so that none is found, and sent, for anything else.
pub(super) fn user(settings: &Settings, record: &Record) -> String {
    bound(&settings.folder, &settings.profile.value, record)
}

fn bound(folder: &Path, profile: &str, record: &Record) -> String {
    let folder = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let mut hash = Sha256::new();
    for part in [&*folder.to_string_lossy(), &record.authority, &record.tenant, &record.client_id] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let short: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{profile} {short}")
}

/// Keeps the secret of a new sign-in in its place.
pub(super) async fn keep(settings: &Settings, record: &Record, secret: &SecretString) -> Result<(), Failure> {
    folder(settings)?;
    let store = store(settings, record);
    // Another process may be redeeming the secret of the sign-in before, and would write its own over this one.
    let _guard = store.lock().await?;
    store.save(secret).await?;
    match store.load().await? {
        Some(kept) if kept.expose_secret() == secret.expose_secret() => Ok(()),
        _ => Err(CredentialError::new(CredentialErrorKind::Store, "the secret cannot be read back").into()),
    }
}

/// Removes a sign-in's secret from the keyring, or says why not.
pub(super) async fn forget_in_keyring(user: String) -> Result<(), String> {
    let outcome = blocking(move || match entry(&user)?.delete_credential() {
        Err(keyring::Error::NoEntry) => Ok(()),
        outcome => outcome,
    });
    outcome.await
}

/// Removes the secret from its place.
pub(super) async fn forget(settings: &Settings, record: &Record) -> Result<(), Failure> {
    if record.kept_in == Place::Keyring {
        forget_in_keyring(user(settings, record)).await.map_err(|reason| {
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
        let user = self.user.clone();
        let read = blocking(move || match entry(&user)?.get_password() {
            Ok(secret) => Ok(Some(secret.into())),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        });
        Box::pin(async { read.await.map_err(failed) })
    }

    fn save<'a>(&'a self, token: &'a SecretString) -> StoreFuture<'a, ()> {
        let (user, token) = (self.user.clone(), token.clone());
        let written = blocking(move || entry(&user)?.set_password(token.expose_secret()));
        Box::pin(async { written.await.map_err(failed) })
    }

    fn lock(&self) -> StoreFuture<'_, StoreGuard> {
        self.lock.lock()
    }
}

fn failed(reason: String) -> CredentialError {
    CredentialError::new(CredentialErrorKind::Store, format!("the keyring: {reason}"))
}

fn entry(user: &str) -> keyring::Result<keyring::Entry> {
    if let Err(error) = keyring::Entry::store_status() {
        return Err(keyring::Error::NoStorageAccess(error.to_string().into()));
    }
    keyring::Entry::new(SERVICE, user)
}

/// The keyring may ask the user, and blocks meanwhile.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> keyring::Result<T> + Send + 'static) -> Result<T, String> {
    match tokio::task::spawn_blocking(work).await {
        // The text alone: some of these errors hold the secret.
        Ok(outcome) => outcome.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign_in::record::Kind;

    fn name(folder: &Path, profile: &str, parts: [&str; 3]) -> String {
        let [authority, tenant, client_id] = parts.map(str::to_owned);
        bound(folder, profile, &Record { kind: Kind::User, tenant, client_id, authority, kept_in: Place::Keyring })
    }

    #[test]
    fn a_secret_is_found_for_nothing_else_than_it_is_for() {
        let (one, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let name_of = |folder: &tempfile::TempDir, profile, parts| name(folder.path(), profile, parts);
        let names = [
            name_of(&one, "p", ["https://a", "t", "c"]),
            name_of(&other, "p", ["https://a", "t", "c"]),
            name_of(&one, "q", ["https://a", "t", "c"]),
            name_of(&one, "p", ["https://b", "t", "c"]),
            name_of(&one, "p", ["https://a", "u", "c"]),
            name_of(&one, "p", ["https://a", "t", "d"]),
            name_of(&one, "p", ["https://a", "tc", ""]),
        ];
        assert_eq!(names.iter().collect::<std::collections::HashSet<_>>().len(), names.len());
        // The same by another way to the folder.
        let around = one.path().join(".");
        assert_eq!(name(&around, "p", ["https://a", "t", "c"]), names[0]);
    }
}
