//! A store in a file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use fs4::{FileExt, TryLockError};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, sleep};

use super::replace::{beside, private, replace_file};
use super::{RefreshTokenStore, StoreFuture, StoreGuard};
use crate::auth::encoding::decode;
use crate::auth::error::Details;
use crate::auth::{CredentialError, CredentialErrorKind};

/// Keeps the refresh token in a file, as text and nothing else.
///
/// The file is replaced as a whole, so that a reader finds the old token or the new one, even after a crash. On Unix,
/// only its owner can read it; elsewhere it inherits the permissions of its folder, which should be one that only this
/// user can read. Several processes may share one file: they redeem in turn, using a lock on a second file (`.lock` is
/// added to the name) that is released when its process ends. A process that is killed while it writes may leave a
/// third file, which ends in `.tmp` and is as private as the others. A file that contains anything but a token is
/// neither read nor replaced: the path is wrong. UTF-8 is read, and UTF-16 with a byte order mark, as Windows
/// PowerShell writes it.
///
/// A file that cannot be replaced by renaming, such as one that is bind-mounted into a container, is written in place
/// and keeps its permissions; if its folder cannot be written either, the lock is on the file itself.
#[derive(Clone, Debug)]
pub struct FileStore {
    path: PathBuf,
}

/// More than any refresh token has; what is larger is some other file.
const LARGEST: u64 = 64 * 1024;
const NOT_SAVED: &str = "the new refresh token could not be saved";
const NOT_LOCKED: &str = "the refresh token could not be locked";
const BETWEEN_TRIES: Duration = Duration::from_millis(20);
/// After this a warning says that another process holds the lock.
const LONG_WAIT: Duration = Duration::from_secs(10);

impl FileStore {
    /// Creates a store from the file's path; the file need not exist yet, its folder must.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The file's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Works on the file on a thread that may block; runs to its end even if the caller is dropped.
    async fn blocking<T: Send + 'static>(
        &self,
        reason: &'static str,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> Result<T, CredentialError> {
        // The file itself if the path is a link to it: the lock is beside the file.
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let result = tokio::task::spawn_blocking(move || work(&path)).await;
        result.unwrap_or_else(|error| Err(io::Error::other(error))).map_err(|error| self.error(reason, error))
    }

    fn error(&self, reason: &'static str, error: io::Error) -> CredentialError {
        let message = format!("{}: {error}", self.path.display());
        let help = (error.kind() == io::ErrorKind::InvalidData)
            .then(|| "Check the path: it must be that of a file for this refresh token alone.".to_owned());
        Details { reason, help, source: Some(error.into()), ..Details::new(CredentialErrorKind::Store, message) }.into()
    }
}

impl RefreshTokenStore for FileStore {
    fn load(&self) -> StoreFuture<'_, Option<SecretString>> {
        Box::pin(self.blocking("the refresh token could not be loaded", read))
    }

    fn save<'a>(&'a self, token: &'a SecretString) -> StoreFuture<'a, ()> {
        let token = token.clone();
        Box::pin(self.blocking(NOT_SAVED, move |path| replace(path, token.expose_secret())))
    }

    fn lock(&self) -> StoreFuture<'_, StoreGuard> {
        Box::pin(async {
            let file = self.blocking(NOT_LOCKED, open_lock).await?;
            let mut warning = Some(Instant::now() + LONG_WAIT);
            loop {
                match FileExt::try_lock(&file) {
                    Ok(()) => return Ok(Box::new(file) as StoreGuard),
                    Err(TryLockError::WouldBlock) => sleep(BETWEEN_TRIES).await,
                    Err(TryLockError::Error(error)) => return Err(self.error(NOT_LOCKED, error)),
                }
                if warning.take_if(|at| *at <= Instant::now()).is_some() {
                    let path = self.path.display();
                    tracing::warn!(%path, "waiting for the lock of the refresh token, which another process holds");
                }
            }
        })
    }
}

/// The file for the lock. Where none can be created, the token's own file is never replaced by renaming, and on Unix a
/// lock on it does not prevent reading.
fn open_lock(path: &Path) -> io::Result<File> {
    let lock = private().truncate(false).open(beside(path, ".lock"));
    match cfg!(unix) {
        true => {
            let in_place = || OpenOptions::new().write(true).open(path).or_else(|_| File::open(path));
            lock.or_else(|error| in_place().map_err(|_| error))
        }
        false => lock,
    }
}

fn read(path: &Path) -> io::Result<Option<SecretString>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(LARGEST as usize + 1));
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    let text = decode(&bytes);
    match text.as_ref().map(|text| text.trim_ascii()) {
        Some("") => Ok(None),
        Some(text) if bytes.len() as u64 <= LARGEST && is_token(text) => Ok(Some(text.into())),
        _ => Err(io::Error::new(io::ErrorKind::InvalidData, "the file contains something other than a refresh token")),
    }
}

/// One line of printable ASCII. No token has a space in it, but a secret may.
fn is_token(text: &str) -> bool {
    text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

/// Writes a new file and replaces the old one with it, unless that is not a token's.
fn replace(path: &Path, token: &str) -> io::Result<()> {
    if !is_token(token) || token.trim() != token {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the token contains a character that could not be read back",
        ));
    }
    // One that cannot be read for another reason may well be the old token.
    if let Err(error) = read(path)
        && error.kind() == io::ErrorKind::InvalidData
    {
        return Err(error);
    }
    replace_file(path, token.as_bytes())
}
