//! The system's keyring: secrets of any length, with a time limit.

use std::pin::pin;
use std::time::Duration;

use keyring::{Entry, Error};
use partner_center::auth::{ExposeSecret, SecretString};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::terminal::notify;

const SERVICE: &str = "partner-center";
/// The bytes that one entry holds
/// ([source](https://learn.microsoft.com/windows/win32/api/wincred/ns-wincred-credentialw)).
const ENTRY_SIZE: usize = if cfg!(windows) { 2560 } else { usize::MAX };
/// How long the keyring may take to respond, and then to have the user unlock it.
const RESPONSE: Duration = Duration::from_secs(5);
const UNLOCKING: Duration = Duration::from_secs(30);

/// Whether there is a keyring that responds.
pub(super) async fn connect() -> Result<(), String> {
    within(RESPONSE, || Entry::store_status().as_ref().copied().map_err(ToString::to_string)).await
}

pub(super) async fn load(name: String) -> Result<Option<SecretString>, String> {
    let secret = on_keyring(move || match entries(&name).load() {
        Err(Error::NoEntry) => Ok(None),
        secret => secret.map(Some),
    });
    let text = secret.await?.map(String::from_utf8).transpose();
    Ok(text.map_err(|_| "the entry is not text")?.map(SecretString::from))
}

pub(super) async fn save(name: String, secret: SecretString) -> Result<(), String> {
    on_keyring(move || entries(&name).save(secret.expose_secret().as_bytes())).await
}

pub(super) async fn remove(name: String) -> Result<(), String> {
    on_keyring(move || entries(&name).remove()).await
}

async fn on_keyring<T: Send + 'static>(
    work: impl FnOnce() -> keyring::Result<T> + Send + 'static,
) -> Result<T, String> {
    connect().await?;
    // The text alone: some of these errors hold the secret.
    let done = within(UNLOCKING, || work().map_err(|error| error.to_string()));
    with_notice(done, || notify("Waiting for the system's keyring; unlock it if it asks for that …")).await
}

/// Says what is waited for once that takes longer than a response.
async fn with_notice<T>(done: impl Future<Output = T>, notice: impl FnOnce()) -> T {
    let mut done = pin!(done);
    if let Ok(outcome) = timeout(RESPONSE, &mut done).await {
        return outcome;
    }
    notice();
    done.await
}

/// Works on a thread that may block, and leaves it to itself after `limit`.
async fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    match timeout(limit, spawn_blocking(work)).await {
        Ok(outcome) => outcome.map_err(|error| error.to_string())?,
        Err(_) => Err("it does not respond".to_owned()),
    }
}

/// The entries of one secret.
///
/// The first one holds the secret itself or, where that is too long, a zero byte, which set of parts is valid, and how
/// many parts it has. A new secret goes into the other set, so that the old one is valid until the new one is whole.
struct Entries<'a> {
    name: &'a str,
    open: &'a dyn Fn(&str) -> keyring::Result<Entry>,
    size: usize,
}

fn entries(name: &str) -> Entries<'_> {
    Entries { name, open: &|name| Entry::new(SERVICE, name), size: ENTRY_SIZE }
}

impl Entries<'_> {
    fn part(&self, set: u8, index: u8) -> keyring::Result<Entry> {
        (self.open)(&format!("{} {set}.{index}", self.name))
    }

    fn load(&self) -> keyring::Result<Vec<u8>> {
        let first = (self.open)(self.name)?.get_secret()?;
        let [0, set, count] = first[..] else { return Ok(first) };
        let parts: keyring::Result<Vec<_>> = (0..count).map(|index| self.part(set, index)?.get_secret()).collect();
        Ok(parts?.concat())
    }

    fn save(&self, secret: &[u8]) -> keyring::Result<()> {
        let first = (self.open)(self.name)?;
        let set = u8::from(matches!(first.get_secret().as_deref(), Ok([0, 0, _])));
        let parts = secret.chunks(self.size).take_while(|part| part.len() < secret.len());
        let mut count = 0;
        for part in parts.take(u8::MAX.into()) {
            self.part(set, count)?.set_secret(part)?;
            count += 1;
        }
        let index = [0, set, count];
        first.set_secret(if count == 0 { secret } else { &index })?;
        self.remove_parts(set, count)?;
        self.remove_parts(1 - set, 0)
    }

    fn remove(&self) -> keyring::Result<()> {
        self.remove_parts(0, 0)?;
        self.remove_parts(1, 0)?;
        removed(&(self.open)(self.name)?).map(drop)
    }

    /// Removes the parts of a set from `index` on.
    fn remove_parts(&self, set: u8, mut index: u8) -> keyring::Result<()> {
        while removed(&self.part(set, index)?)? {
            index += 1;
        }
        Ok(())
    }
}

/// Removes an entry; whether it was there.
fn removed(entry: &Entry) -> keyring::Result<bool> {
    match entry.delete_credential() {
        Err(Error::NoEntry) => Ok(false),
        outcome => outcome.map(|()| true),
    }
}

#[cfg(test)]
mod tests {
    use keyring_core::api::CredentialStoreApi;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_keyring_that_waits_to_be_unlocked_is_named_after_seconds() {
        for (seconds, is_named) in [(4, false), (20, true)] {
            let mut was_named = false;
            let work = tokio::time::sleep(Duration::from_secs(seconds));
            with_notice(work, || was_named = true).await;
            assert_eq!(was_named, is_named, "{seconds} s");
        }
    }

    #[test]
    fn a_secret_of_any_length_is_loaded_as_it_was_saved() {
        let store = keyring_core::mock::Store::new().expect("a store");
        let left = std::cell::Cell::new(usize::MAX);
        let open = |name: &str| match left.replace(left.get() - 1) {
            1 => Err(Error::NoEntry),
            _ => Ok(Entry { inner: store.build(SERVICE, name, None)? }),
        };
        let entries = Entries { name: "default", open: &open, size: 10 };
        // How many entries hold something.
        let count = || {
            let all = store.search(&Default::default()).expect("the entries");
            all.iter().filter(|entry| entry.get_secret().is_ok()).count()
        };
        let loaded = || entries.load().ok();
        for (length, holding) in [(10, 1), (11, 3), (95, 11), (25, 4), (20, 3), (1, 1), (30, 4)] {
            let secret: Vec<u8> = (b'a'..=b'z').cycle().take(length).collect();
            entries.save(&secret).expect("it can be saved");
            assert_eq!((loaded(), count()), (Some(secret), holding), "{length}");
        }
        // A save that breaks off at its third entry leaves the old secret.
        left.set(3);
        assert!(entries.save(&[b'-'; 40]).is_err());
        left.set(usize::MAX);
        assert_eq!(loaded().map(|secret| (secret.len(), secret[0])), Some((30, b'a')));
        entries.remove().expect("it can be removed");
        assert_eq!((loaded(), count()), (None, 0));
    }
}
