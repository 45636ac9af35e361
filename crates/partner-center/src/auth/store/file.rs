//! A store in a file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use fs4::{FileExt, TryLockError};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, sleep};

use super::{RefreshTokenStore, StoreFuture, StoreGuard};
use crate::auth::{CredentialError, CredentialErrorKind};

/// Keeps the refresh token in a file, as text and nothing else.
///
/// The file is replaced as a whole, so that a reader, or whoever comes after a crash, finds the old token or the new
/// one. On Unix its owner alone can read it; elsewhere it inherits who may from its folder, which should be one that
/// only this user can read. Several processes may share one file: they redeem in turn, by a lock on a second file
/// (`.lock` is added to the name), which ends with the process that held it. One that is killed while it writes may
/// leave a third file, which ends in `.tmp` and is as private as the others. A file that holds something else than a
/// token is neither read nor replaced: it is somebody else's, and the path is wrong.
#[derive(Clone, Debug)]
pub struct FileStore {
    path: PathBuf,
}

/// More than any refresh token has; what is larger is some other file.
const LARGEST: u64 = 64 * 1024;
/// How long to wait for other processes, each of which may be waiting for the token endpoint.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
const BETWEEN_TRIES: Duration = Duration::from_millis(20);

impl FileStore {
    /// Takes the file's path; the file need not exist yet, its folder must.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The file's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file itself where the path is a link to it, so that the link stays one.
    fn target(&self) -> PathBuf {
        fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone())
    }

    /// Does something with the file where blocking is allowed; it runs to its end even if nobody waits for it.
    async fn blocking<T: Send + 'static>(
        &self,
        what: &'static str,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> Result<T, CredentialError> {
        let path = self.target();
        let result = tokio::task::spawn_blocking(move || work(&path)).await;
        result.unwrap_or_else(|error| Err(io::Error::other(error))).map_err(|error| {
            let message = format!("{} cannot be {what}: {error}", self.path.display());
            CredentialError::caused_by(CredentialErrorKind::Store, message, error)
        })
    }
}

impl RefreshTokenStore for FileStore {
    fn load(&self) -> StoreFuture<'_, Option<SecretString>> {
        Box::pin(self.blocking("read", read))
    }

    fn save<'a>(&'a self, token: &'a SecretString) -> StoreFuture<'a, ()> {
        let token = token.clone();
        Box::pin(self.blocking("replaced", move |path| replace(path, token.expose_secret())))
    }

    fn lock(&self) -> StoreFuture<'_, StoreGuard> {
        Box::pin(async {
            let file = self.blocking("locked", |path| private().truncate(false).open(beside(path, ".lock"))).await?;
            let deadline = Instant::now() + LONGEST_WAIT;
            loop {
                let error = match FileExt::try_lock(&file) {
                    Ok(()) => return Ok(Box::new(file) as StoreGuard),
                    Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                        sleep(BETWEEN_TRIES).await;
                        continue;
                    }
                    Err(error) => io::Error::from(error),
                };
                let message = format!("{} cannot be locked: {error}", self.path.display());
                return Err(CredentialError::caused_by(CredentialErrorKind::Store, message, error));
            }
        })
    }
}

fn read(path: &Path) -> io::Result<Option<SecretString>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(LARGEST as usize + 1));
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    let token = bytes.trim_ascii();
    match std::str::from_utf8(token) {
        Ok(_) if token.is_empty() => Ok(None),
        Ok(text) if bytes.len() as u64 <= LARGEST && token.iter().all(u8::is_ascii_graphic) => Ok(Some(text.into())),
        _ => Err(io::Error::new(io::ErrorKind::InvalidData, "it holds something else than a refresh token")),
    }
}

/// Writes a new file and puts it into the place of the old one, unless that is somebody else's.
fn replace(path: &Path, token: &str) -> io::Result<()> {
    // One that cannot be read for another reason may well be the old token.
    if let Err(error) = read(path)
        && error.kind() == io::ErrorKind::InvalidData
    {
        return Err(error);
    }
    let new = beside(path, &format!(".{}.tmp", uuid::Uuid::new_v4()));
    let written = write(&new, token).and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        // Whatever was written is no use to anybody, and a secret.
        let _ = fs::remove_file(&new);
    }
    written?;
    sync_folder(path)
}

fn write(path: &Path, token: &str) -> io::Result<()> {
    let mut file = private().create_new(true).open(path)?;
    file.write_all(token.as_bytes())?;
    file.sync_all()
}

/// The path with something added to its last part.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// How a file is made that its owner alone can read, from its first moment.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes the new name survive a power cut; only Unix lets a folder be synced.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match cfg!(unix) {
        true => File::open(folder)?.sync_all(),
        false => Ok(()),
    }
}
