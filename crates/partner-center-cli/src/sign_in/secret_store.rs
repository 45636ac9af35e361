//! Where the secret of a sign-in is stored: the system's keyring, or a file.

use std::path::Path;
use std::sync::Arc;

use partner_center::auth::{
    CredentialError, CredentialErrorKind, ExposeSecret, FileStore, RefreshTokenStore, SecretString, StoreFuture,
    StoreGuard,
};

use super::keyring;
use super::record::{Place, StoredSignIn, file, make_folder, remove_file};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::terminal::{notify, warn};

struct KeyringStore {
    name: String,
    /// Only its lock is used, so that processes redeem in turn; a keyring has none.
    lock: FileStore,
}

pub(super) fn open(settings: &Settings, record: &StoredSignIn) -> Arc<dyn RefreshTokenStore> {
    let file = FileStore::new(file(settings, "secret"));
    match record.kept_in {
        Place::File => Arc::new(file),
        Place::Keyring => Arc::new(KeyringStore { name: name(settings, record), lock: file }),
    }
}

pub(super) fn place(settings: &Settings, record: &StoredSignIn) -> String {
    match record.kept_in {
        Place::Keyring => "the system's keyring".to_owned(),
        Place::File => format!("the file {}", file(settings, "secret").display()),
    }
}

/// The name of a secret in the keyring, which all config folders of a user share: with everything that the secret is
/// for, so that it is never sent for anything else.
fn name(settings: &Settings, record: &StoredSignIn) -> String {
    let folder = std::fs::canonicalize(&settings.folder).unwrap_or_else(|_| settings.folder.clone());
    let StoredSignIn { authority, tenant, client_id, .. } = record;
    format!("{} {authority} {tenant} {client_id} {}", settings.profile.value, folder.display())
}

/// Checks that a sign-in can be stored, before the user signs in; `true` if there is a usable keyring.
pub(super) async fn check(settings: &Settings, no_keyring: bool) -> Result<bool, Failure> {
    make_folder(settings)?;
    // What is there is saved again, as the new one will be: each file can be a mount that is read-only.
    StoredSignIn::rewrite(settings)?;
    let store = FileStore::new(file(settings, "secret"));
    let _guard = store.lock().await?;
    if let Some(secret) = store.load().await? {
        store.save(&secret).await?;
    }
    if no_keyring {
        return Ok(false);
    }
    Ok(keyring::connect().await.inspect_err(|reason| warn_of_keyring(reason)).is_ok())
}

fn warn_of_keyring(reason: &str) {
    warn(&format!("the system's keyring is not available, so a file is used instead ({reason})"));
}

/// Stores the secret of a new sign-in in the keyring, or in a file where there is none; the record says which.
pub(super) async fn save(
    settings: &Settings,
    record: StoredSignIn,
    secret: &SecretString,
    no_keyring: bool,
) -> Result<StoredSignIn, Failure> {
    make_folder(settings)?;
    // Another process may be redeeming the secret of the sign-in before, and would write its own over this one.
    let _guard = FileStore::new(file(settings, "secret")).lock().await?;
    if !no_keyring {
        let name = name(settings, &record);
        let stored = async {
            keyring::save(name.clone(), secret.clone()).await?;
            let loaded = keyring::load(name).await?;
            is_same(loaded, secret).then_some(()).ok_or_else(|| "it does not return what was stored".to_owned())
        };
        match stored.await {
            Ok(()) => return Ok(record),
            Err(reason) => warn_of_keyring(&reason),
        }
    }
    let record = StoredSignIn { kept_in: Place::File, ..record };
    let store = open(settings, &record);
    store.save(secret).await?;
    if !is_same(store.load().await?, secret) {
        return Err(CredentialError::new(CredentialErrorKind::Store, "the file has other content").into());
    }
    let path = file(settings, "secret");
    notify(&format!("The sign-in is stored in the file {}, {}.", path.display(), readers(&path)));
    Ok(record)
}

fn is_same(loaded: Option<SecretString>, secret: &SecretString) -> bool {
    loaded.is_some_and(|loaded| loaded.expose_secret() == secret.expose_secret())
}

/// Who may read a file that was written just now.
fn readers(_path: &Path) -> String {
    #[cfg(unix)]
    if let Ok(metadata) = std::fs::metadata(_path) {
        let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
        let readers = if mode & 0o077 == 0 { "only you" } else { "other users, too," };
        return format!("which {readers} can read (mode {mode:04o})");
    }
    "in plain text, with the permissions of its folder".to_owned()
}

/// The secret of a sign-in; `None` if it is gone from its place.
pub(super) async fn load(settings: &Settings, record: &StoredSignIn) -> Result<Option<SecretString>, Failure> {
    match record.kept_in {
        Place::File => Ok(open(settings, record).load().await?),
        Place::Keyring => keyring::load(name(settings, record)).await.map_err(|reason| {
            Failure::new(
                Exit::SignIn,
                format!("the sign-in is in the system's keyring, which is not available here: {reason}"),
                "Run the command in the desktop session where you signed in, or sign in here with \
                 `partner-center login --no-keyring`, which stores the sign-in in a file.",
            )
        }),
    }
}

/// Removes the secret of the sign-in before from the keyring, unless the new one has replaced it.
pub(super) async fn remove_replaced(settings: &Settings, before: &StoredSignIn, record: &StoredSignIn) {
    let name = |record: &StoredSignIn| (record.kept_in == Place::Keyring).then(|| name(settings, record));
    let Some(old) = name(before).filter(|old| Some(old) != name(record).as_ref()) else { return };
    if let Err(reason) = keyring::remove(old).await {
        warn(&format!("the previous sign-in, as {}, is still in the keyring: {reason}", before.client_id));
    }
}

/// Removes the secret from its place, or leaves it in the keyring.
pub(super) async fn remove(settings: &Settings, record: &StoredSignIn, no_keyring: bool) -> Result<(), Failure> {
    if record.kept_in == Place::Keyring && no_keyring {
        warn("the secret of the sign-in is still in the system's keyring, under the name partner-center");
    } else if record.kept_in == Place::Keyring {
        keyring::remove(name(settings, record)).await.map_err(|reason| {
            Failure::new(
                Exit::File,
                format!("the sign-in cannot be removed from the system's keyring: {reason}"),
                "Run the command in the desktop session where you signed in, or run \
                 `partner-center logout --no-keyring`, which leaves the secret in the keyring.",
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
        Box::pin(async { keyring::load(self.name.clone()).await.map_err(failed) })
    }

    fn save<'a>(&'a self, token: &'a SecretString) -> StoreFuture<'a, ()> {
        Box::pin(async { keyring::save(self.name.clone(), token.clone()).await.map_err(failed) })
    }

    fn lock(&self) -> StoreFuture<'_, StoreGuard> {
        self.lock.lock()
    }
}

fn failed(reason: String) -> CredentialError {
    CredentialError::new(CredentialErrorKind::Store, format!("the system's keyring: {reason}"))
}
