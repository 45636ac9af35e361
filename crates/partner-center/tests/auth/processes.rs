//! Several processes share one refresh token file.
//!
//! Each test runs this binary again, as another process that runs the other role of the same test.

use std::env;
use std::path::Path;
use std::time::Duration;

use partner_center::auth::{FileStore, RefreshToken, RefreshTokenStore};
use partner_center_mock::token_endpoint::{Grant, Rotation, TokenEndpoint};

use crate::other_process::Other;
use crate::support::{CLIENT_ID, Folder, Outcome, TENANT, request, request_to, token};

const AUTHORITY: &str = "PARTNER_CENTER_TEST_AUTHORITY";
const FILE: &str = "PARTNER_CENTER_TEST_FILE";
/// Enough time for a process to start and to sign in once.
const LONG_ENOUGH: Duration = Duration::from_secs(30);
const ROTATIONS: usize = 8;

/// Starts another process in its role for this test.
fn start(test: &str, authority: &str, file: &Path) -> std::io::Result<Other> {
    Other::start(module_path!(), test, &[(AUTHORITY, authority.as_ref()), (FILE, file.as_os_str())])
}

/// The authority and the token file, in a process that was started by a test.
fn other_role() -> Option<(String, FileStore)> {
    Some((env::var(AUTHORITY).ok()?, FileStore::new(env::var_os(FILE)?)))
}

#[tokio::test]
async fn two_processes_never_redeem_the_same_token() -> Outcome {
    if let Some((authority, store)) = other_role() {
        let credential = RefreshToken::new(TENANT, CLIENT_ID, store);
        for _ in 0..ROTATIONS {
            token(&credential, &request_to(&authority)).await?;
        }
        return Ok(());
    }
    let folder = Folder::new();
    let file = folder.file("token");
    std::fs::write(&file, "s3cr3t-first")?;
    let entra = TokenEndpoint::builder().refresh_token("s3cr3t-first").rotation(Rotation::OldIsRevoked).start().await?;
    let mut others = tokio::task::JoinSet::new();
    for _ in 0..2 {
        let other = start("two_processes_never_redeem_the_same_token", &entra.authority(), &file)?;
        others.spawn_blocking(move || other.wait());
    }
    for ended in others.join_all().await {
        let (is_well, said) = ended?;
        assert!(is_well, "{said}");
    }
    assert_eq!(entra.count(Grant::RefreshToken), 2 * ROTATIONS);
    assert_eq!(entra.refresh_tokens().len(), 2 * ROTATIONS, "none was rejected");
    assert_eq!(entra.refresh_tokens().last(), Some(&std::fs::read_to_string(&file)?));
    assert_eq!(folder.names(), ["token", "token.lock"]);
    Ok(())
}

#[tokio::test]
async fn a_killed_process_leaves_a_complete_token_and_no_lock() -> Outcome {
    if let Some((authority, store)) = other_role() {
        let credential = RefreshToken::new(TENANT, CLIENT_ID, store);
        loop {
            token(&credential, &request_to(&authority)).await?;
        }
    }
    let folder = Folder::new();
    let file = folder.file("token");
    std::fs::write(&file, "s3cr3t-first")?;
    let entra = TokenEndpoint::start().await?;
    for kill in 0..3 {
        let before = entra.count(Grant::RefreshToken);
        let mut other = start("a_killed_process_leaves_a_complete_token_and_no_lock", &entra.authority(), &file)?;
        // The other process holds the lock while a response is pending.
        let is_at_work = async {
            while entra.count(Grant::RefreshToken) <= before + kill {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(LONG_ENOUGH, is_at_work).await?;
        other.kill()?;

        let stored = std::fs::read_to_string(&file)?;
        // The newest token may not have arrived; the one before it was saved.
        let mut newest = vec!["s3cr3t-first".to_owned()];
        newest.extend(entra.refresh_tokens());
        assert!(newest.iter().rev().take(2).any(|token| *token == stored), "{} bytes", stored.len());
        let credential = RefreshToken::new(TENANT, CLIENT_ID, FileStore::new(&file));
        token(&credential, &request(&entra)).await?;
        assert_eq!(entra.refresh_tokens().last(), Some(&std::fs::read_to_string(&file)?));
    }
    Ok(())
}

#[tokio::test]
async fn a_lock_is_released_when_its_process_ends() -> Outcome {
    if let Some((_, store)) = other_role() {
        let _guard = store.lock().await?;
        eprintln!("locked");
        // The test kills this process long before that.
        tokio::time::sleep(LONG_ENOUGH).await;
        return Ok(());
    }
    let folder = Folder::new();
    let store = FileStore::new(folder.file("token"));
    let mut other = start("a_lock_is_released_when_its_process_ends", "unused", store.path())?;
    let (locked, mut other) = tokio::task::spawn_blocking(move || (other.says("locked"), other)).await?;
    assert!(locked);
    let waiting = tokio::time::timeout(Duration::from_millis(100), store.lock()).await;
    assert!(waiting.is_err(), "the other process holds it");
    other.kill()?;
    store.lock().await?;
    Ok(())
}
