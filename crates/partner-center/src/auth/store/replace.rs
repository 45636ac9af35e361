//! Replaces a file as a whole, or writes it in place if it cannot be replaced by renaming.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use secrecy::zeroize::Zeroizing;

/// For about a second: on Windows a virus scanner, an indexer or Excel may have the file open for a moment.
const TRIES: u32 = 20;
const BETWEEN_TRIES: Duration = Duration::from_millis(50);
/// Windows' `ERROR_SHARING_VIOLATION`.
const SHARING_VIOLATION: i32 = 32;

/// Replaces the content of a file, which need not exist; a link stays a link.
///
/// A reader finds the old content or the new, even after a crash, and on Unix only the owner can read the new file. A
/// file that cannot be replaced by renaming, such as a bind mount, is written in place and keeps its permissions. The
/// command shares this function with [`FileStore`](super::FileStore).
///
/// # Errors
///
/// If neither works; the old content is still there.
#[doc(hidden)]
pub fn replace_file(path: &Path, content: &[u8]) -> io::Result<()> {
    replace(path, content, |new, path| fs::rename(new, path))
}

fn replace(path: &Path, content: &[u8], rename: impl Fn(&Path, &Path) -> io::Result<()>) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let new = beside(&path, &format!(".{}.tmp", uuid::Uuid::new_v4()));
    let renamed = write(&new, content).and_then(|()| retry_while_in_use(|| rename(&new, &path)));
    let replaced = match renamed {
        Ok(()) => return sync_folder(&path),
        Err(error) if needs_writing_in_place(&error) && path.is_file() => write_in_place(&path, content),
        Err(error) => Err(error),
    };
    // Until now a copy of the content, from here on a useless copy of a secret.
    let _ = fs::remove_file(&new);
    replaced
}

fn retry_while_in_use(mut attempt: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    for _ in 1..TRIES {
        match attempt() {
            Err(error)
                if error.kind() == ErrorKind::PermissionDenied || error.raw_os_error() == Some(SHARING_VIOLATION) =>
            {
                sleep(BETWEEN_TRIES);
            }
            outcome => return outcome,
        }
    }
    attempt()
}

/// A mount point, or a folder in which nothing can be made or renamed.
fn needs_writing_in_place(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ResourceBusy
            | ErrorKind::CrossesDevices
            | ErrorKind::PermissionDenied
            | ErrorKind::ReadOnlyFilesystem
    )
}

/// Writes over a file; its old content comes back if that fails.
fn write_in_place(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let mut old = Zeroizing::new(Vec::new());
    file.read_to_end(&mut old)?;
    let written = overwrite(&mut file, content);
    if written.is_err() {
        let _ = overwrite(&mut file, &old);
    }
    written
}

fn overwrite(file: &mut File, content: &[u8]) -> io::Result<()> {
    file.rewind()?;
    file.write_all(content)?;
    file.set_len(content.len() as u64)?;
    file.sync_all()
}

fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = private().create_new(true).open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// The path with something added to its last part.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// How a file is made that its owner alone can read, from its first moment.
pub(super) fn private() -> OpenOptions {
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// A folder of its own with a file in it.
    fn file() -> PathBuf {
        let folder = std::env::temp_dir().join(format!("partner-center-{}", uuid::Uuid::new_v4()));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("token"), "the old content").unwrap();
        folder.join("token")
    }

    /// Its content; the folder holds nothing else, and is removed.
    fn content(path: &Path) -> String {
        let (content, folder) = (fs::read_to_string(path).unwrap(), path.parent().unwrap());
        assert_eq!(fs::read_dir(folder).unwrap().count(), 1);
        fs::remove_dir_all(folder).unwrap();
        content
    }

    #[test]
    fn a_file_that_is_open_elsewhere_is_replaced_a_moment_later() {
        for busy in [ErrorKind::PermissionDenied.into(), io::Error::from_raw_os_error(SHARING_VIOLATION)] {
            let (path, tries) = (file(), Cell::new(0));
            let rename = |new: &Path, path: &Path| match tries.replace(tries.get() + 1) {
                0..3 => Err(busy.raw_os_error().map_or(busy.kind().into(), io::Error::from_raw_os_error)),
                _ => fs::rename(new, path),
            };
            replace(&path, b"new", rename).unwrap();
            assert_eq!((content(&path).as_str(), tries.get()), ("new", 4));
        }
    }

    #[test]
    fn a_file_that_cannot_be_renamed_over_is_written_in_place() {
        for kind in [ErrorKind::ResourceBusy, ErrorKind::CrossesDevices] {
            for new in ["new", "new and longer than the old content"] {
                let path = file();
                replace(&path, new.as_bytes(), |_, _| Err(kind.into())).unwrap();
                assert_eq!(content(&path), new);
            }
        }
    }

    #[test]
    fn another_failure_leaves_the_old_content() {
        let path = file();
        let error = replace(&path, b"new", |_, _| Err(ErrorKind::StorageFull.into())).unwrap_err();
        assert_eq!((error.kind(), content(&path).as_str()), (ErrorKind::StorageFull, "the old content"));
    }
}
