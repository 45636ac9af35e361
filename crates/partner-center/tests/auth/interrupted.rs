//! Redemptions that are interrupted, or overlap a new sign-in, lose no valid token.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use partner_center::RetryPolicy;
use partner_center::auth::{
    CredentialErrorKind as Kind, ExposeSecret, FileStore, MemoryStore, RefreshToken, RefreshTokenStore, SecretString,
    StoreFuture, StoreGuard, finish_redemptions,
};
use partner_center_mock::MockResponse;
use partner_center_mock::token_endpoint::{OAuthError, Rotation, TokenEndpoint};
use tokio::sync::{Notify, Semaphore};
use tokio::time::Instant;

use crate::support::{CLIENT_ID, Folder, Outcome, TENANT, lock, request, token};

/// A store in memory that saves on command and records events.
struct Slow {
    store: MemoryStore,
    saves: Semaphore,
    is_saving: Notify,
    is_unlocked: Arc<Notify>,
    events: Arc<Mutex<Vec<&'static str>>>,
}

/// The lock of a store, which records its release.
struct Guard(Arc<Notify>, Arc<Mutex<Vec<&'static str>>>);

impl Drop for Guard {
    fn drop(&mut self) {
        lock(&self.1).push("unlocked");
        self.0.notify_one();
    }
}

impl Slow {
    fn new(store: MemoryStore, saves: usize) -> Arc<Self> {
        let (is_unlocked, events) = (Arc::default(), Arc::default());
        Arc::new(Self { store, saves: Semaphore::new(saves), is_saving: Notify::new(), is_unlocked, events })
    }

    fn events(&self) -> Vec<&'static str> {
        lock(&self.events).clone()
    }
}

impl RefreshTokenStore for Slow {
    fn load(&self) -> StoreFuture<'_, Option<SecretString>> {
        self.store.load()
    }

    fn save<'a>(&'a self, token: &'a SecretString) -> StoreFuture<'a, ()> {
        Box::pin(async {
            self.is_saving.notify_one();
            self.saves.acquire().await.expect("it is never closed").forget();
            lock(&self.events).push("saved");
            self.store.save(token).await
        })
    }

    fn lock(&self) -> StoreFuture<'_, StoreGuard> {
        lock(&self.events).push("locked");
        let guard = Guard(self.is_unlocked.clone(), self.events.clone());
        Box::pin(async { Ok(Box::new(guard) as StoreGuard) })
    }
}

async fn held(store: &impl RefreshTokenStore) -> Option<String> {
    store.load().await.expect("memory can be read").map(|token| token.expose_secret().to_owned())
}

fn redeemed(entra: &TokenEndpoint) -> Vec<String> {
    entra.requests().iter().map(|request| request.field("refresh_token").unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn dropping_the_call_during_a_save_keeps_token_and_lock() -> Outcome {
    let entra = TokenEndpoint::builder().rotation(Rotation::OldIsRevoked).start().await?;
    let store = Slow::new(MemoryStore::new("s3cr3t-first"), 0);
    let credential = RefreshToken::new(TENANT, CLIENT_ID, store.clone());
    let request = request(&entra);
    let caller = tokio::spawn(async move { token(&credential, &request).await });
    store.is_saving.notified().await;
    caller.abort();
    assert!(caller.await.is_err());
    assert_eq!(store.events(), ["locked"], "the lock is still held");
    store.saves.add_permits(1);
    store.is_unlocked.notified().await;
    assert_eq!(store.events(), ["locked", "saved", "unlocked"]);
    assert_eq!(held(&store).await.as_ref(), entra.refresh_tokens().last());
    Ok(())
}

#[tokio::test]
async fn dropping_the_call_during_a_redemption_keeps_the_new_token() -> Outcome {
    let entra = TokenEndpoint::builder().rotation(Rotation::OldIsRevoked).start().await?;
    let gate = entra.hold();
    let store = Slow::new(MemoryStore::new("s3cr3t-first"), 1);
    let credential = RefreshToken::new(TENANT, CLIENT_ID, store.clone());
    let request = request(&entra);
    let caller = tokio::spawn(async move { token(&credential, &request).await });
    gate.wait_for(1).await;
    caller.abort();
    assert!(caller.await.is_err());
    gate.open();
    store.is_unlocked.notified().await;
    assert_eq!(store.events(), ["locked", "saved", "unlocked"]);
    assert_eq!(held(&store).await.as_ref(), entra.refresh_tokens().last());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_hanging_store_delays_a_renewal_but_does_not_stop_it() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let store = Slow::new(MemoryStore::new("s3cr3t-first"), 0);
    let failures = Arc::new(Mutex::new(Vec::new()));
    let collected = failures.clone();
    let credential = RefreshToken::new(TENANT, CLIENT_ID, store.clone())
        .on_store_failure(move |error| lock(&collected).push(error.to_string()));
    let began = Instant::now();
    let limited = request(&entra).timeout(Duration::from_secs(30));
    tokio::time::timeout(Duration::from_secs(60), token(&credential, &limited)).await??;
    assert_eq!(began.elapsed().as_secs(), 30);
    assert!(lock(&failures)[0].contains("the store did not finish in time"));
    // The token is not lost either.
    store.saves.add_permits(2);
    token(&credential, &request(&entra)).await?;
    assert_eq!(redeemed(&entra)[1], entra.refresh_tokens()[0]);
    Ok(())
}

#[tokio::test]
async fn finishing_redemptions_waits_until_the_new_token_is_saved() -> Outcome {
    let entra = TokenEndpoint::builder().rotation(Rotation::OldIsRevoked).start().await?;
    let gate = entra.hold();
    let store = Slow::new(MemoryStore::new("s3cr3t-first"), 0);
    let credential = RefreshToken::new(TENANT, CLIENT_ID, store.clone());
    let request = request(&entra);
    let caller = tokio::spawn(async move { token(&credential, &request).await });
    gate.wait_for(1).await;
    caller.abort();
    assert!(caller.await.is_err());
    let finished = tokio::spawn(finish_redemptions());
    gate.open();
    store.is_saving.notified().await;
    assert!(!finished.is_finished());
    store.saves.add_permits(1);
    finished.await?;
    assert_eq!(store.events(), ["locked", "saved", "unlocked"]);
    assert_eq!(held(&store).await.as_ref(), entra.refresh_tokens().last());
    Ok(())
}

#[test]
fn a_redemption_on_a_stopped_runtime_is_taken_over() -> Outcome {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    let (stalled, running) = (runtime()?, runtime()?);
    let folder = Folder::new();
    let store = FileStore::new(folder.file("token"));
    std::fs::write(store.path(), "s3cr3t-first")?;
    let credential = RefreshToken::new(TENANT, CLIENT_ID, store);
    let entra = running.block_on(TokenEndpoint::start())?;
    let request = request(&entra);
    // The endpoint does not run yet, so this redemption cannot end.
    let impatient = stalled
        .block_on(async { tokio::time::timeout(Duration::from_secs(1), token(&credential, &request)).await.map(drop) });
    assert!(impatient.is_err());
    let patience = Duration::from_secs(300);
    running.block_on(async { tokio::time::timeout(patience, token(&credential, &request)).await })??;
    let saved = std::fs::read_to_string(folder.file("token"))?;
    assert!(running.block_on(async { entra.refresh_tokens() }).contains(&saved));
    Ok(())
}

#[tokio::test]
async fn a_concurrent_sign_in_is_redeemed_next_and_not_overwritten() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let folder = Folder::new();
    let store = FileStore::new(folder.file("token"));
    store.save(&"s3cr3t-first".into()).await?;
    let guard = store.lock().await?;
    let credential = RefreshToken::new(TENANT, CLIENT_ID, store.clone());
    let renewal = tokio::spawn({
        let request = request(&entra);
        async move { token(&credential, &request).await }
    });
    tokio::task::yield_now().await;
    store.save(&"s3cr3t-new-sign-in".into()).await?;
    drop(guard);
    renewal.await??;
    assert_eq!(redeemed(&entra), ["s3cr3t-new-sign-in"]);
    assert_eq!(held(&store).await.as_ref(), entra.refresh_tokens().last());
    Ok(())
}

#[tokio::test]
async fn the_initial_token_is_ignored_while_the_store_has_one() -> Outcome {
    for oauth_error in [
        OAuthError::inactive_refresh_token(),
        OAuthError::revoked_grant(),
        OAuthError::mfa_required(),
        OAuthError::temporarily_unavailable(),
    ] {
        let entra = TokenEndpoint::start().await?;
        let credential = RefreshToken::new(TENANT, CLIENT_ID, MemoryStore::default()).initial("s3cr3t-first");
        let request = request(&entra).retry(RetryPolicy::off());
        token(&credential, &request).await?;
        entra.respond_next(oauth_error);
        assert!(token(&credential, &request).await.is_err());
        token(&credential, &request).await?;
        let rotated = entra.refresh_tokens()[0].clone();
        assert_eq!(redeemed(&entra), ["s3cr3t-first", &rotated, &rotated]);
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_is_saved_even_if_the_access_token_is_unusable() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    for odd in [
        "",
        r#","access_token":"""#,
        r#","access_token":null"#,
        r#","access_token":["s3cr3t-a"]"#,
        r#","access_token":"s3cr3t-a","token_type":"pop""#,
        r#","access_token":"s3cr3t-a","token_type":5"#,
    ] {
        let store = Arc::new(MemoryStore::new("s3cr3t-first"));
        entra.respond_next(MockResponse::text(200, format!(r#"{{"refresh_token":"s3cr3t-rotated"{odd}}}"#)));
        let credential = RefreshToken::new(TENANT, CLIENT_ID, store.clone());
        let error = token(&credential, &request(&entra)).await.expect_err("it must fail");
        assert_eq!((error.kind(), held(&store).await.as_deref()), (Kind::UnexpectedResponse, Some("s3cr3t-rotated")));
        assert!(!format!("{error} {error:?}").contains("s3cr3t"), "{error:?}");
    }
    Ok(())
}
