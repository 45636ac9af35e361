//! Refresh token rotation: no token is lost, even if the store fails.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use partner_center::auth::{
    CredentialError, CredentialErrorKind as Kind, ExposeSecret, MemoryStore, RefreshToken, RefreshTokenStore,
    SecretString, StoreFuture, StoreGuard,
};
use partner_center_mock::token_endpoint::{Grant, OAuthError, Rotation, TokenEndpoint};

use crate::support::{CLIENT_ID, Outcome, TENANT, lock, request, token};
use crate::trace::warnings;

/// When a store fails.
#[derive(Clone, Copy, Debug, PartialEq)]
enum FailureAt {
    Never,
    InLock,
    InLoad,
    BeforeSave,
    AfterSave,
}

/// A store in memory that fails on command.
#[derive(Default)]
struct Mortal {
    store: MemoryStore,
    failure: Mutex<Option<FailureAt>>,
}

impl Mortal {
    fn holding(token: &str) -> Arc<Self> {
        Arc::new(Self { store: MemoryStore::new(token), failure: Mutex::default() })
    }

    fn fail_at(&self, failure: FailureAt) {
        *lock(&self.failure) = Some(failure);
    }

    fn check(&self, moment: FailureAt) -> Result<(), CredentialError> {
        match *lock(&self.failure) == Some(moment) {
            true => Err(CredentialError::new(Kind::Store, format!("died {moment:?}"))),
            false => Ok(()),
        }
    }

    async fn held(&self) -> Option<String> {
        self.store.load().await.expect("memory can be read").map(|token| token.expose_secret().to_owned())
    }
}

impl RefreshTokenStore for Mortal {
    fn load(&self) -> StoreFuture<'_, Option<SecretString>> {
        Box::pin(async {
            self.check(FailureAt::InLoad)?;
            self.store.load().await
        })
    }

    fn save<'a>(&'a self, token: &'a SecretString) -> StoreFuture<'a, ()> {
        Box::pin(async {
            self.check(FailureAt::BeforeSave)?;
            self.store.save(token).await?;
            self.check(FailureAt::AfterSave)
        })
    }

    fn lock(&self) -> StoreFuture<'_, StoreGuard> {
        Box::pin(async {
            self.check(FailureAt::InLock)?;
            Ok(Box::new(()) as StoreGuard)
        })
    }
}

/// An endpoint that only accepts the newest refresh token.
async fn strict() -> TokenEndpoint {
    let endpoint = TokenEndpoint::builder().refresh_token("s3cr3t-first").rotation(Rotation::OldIsRevoked);
    endpoint.start().await.expect("loopback has a free port")
}

fn newest(entra: &TokenEndpoint) -> Option<String> {
    entra.refresh_tokens().last().cloned()
}

#[tokio::test]
async fn fifty_rotations_with_a_failing_store_keep_the_newest_token() -> Outcome {
    let entra = strict().await;
    let store = Mortal::holding("s3cr3t-first");
    let failures = Arc::new(AtomicU32::new(0));
    let counter = failures.clone();
    let credential = RefreshToken::new(TENANT, CLIENT_ID, store.clone()).on_store_failure(move |error| {
        assert_eq!(error.kind(), Kind::Store);
        counter.fetch_add(1, Ordering::Relaxed);
    });
    let request = request(&entra);
    let moments = [FailureAt::InLock, FailureAt::InLoad, FailureAt::BeforeSave, FailureAt::AfterSave];
    for round in 0..50 {
        let failure = moments[round % moments.len()];
        store.fail_at(failure);
        token(&credential, &request).await.map_err(|error| format!("round {round}: {error}"))?;
        if failure != FailureAt::BeforeSave {
            assert_eq!(store.held().await, newest(&entra), "round {round}");
        }
    }
    // Every fourth round, 13 and 12 times; saving an unsaved token fails again before the next one.
    assert_eq!(failures.load(Ordering::Relaxed), 50 + 12);
    assert_eq!(entra.count(Grant::RefreshToken), 50);

    store.fail_at(FailureAt::BeforeSave);
    token(&credential, &request).await?;
    assert_ne!(store.held().await, newest(&entra));
    store.fail_at(FailureAt::Never);
    token(&credential, &request).await?;
    assert_eq!(store.held().await, newest(&entra), "the store has what it missed");
    Ok(())
}

#[tokio::test]
async fn a_new_process_continues_from_the_store_at_every_step() -> Outcome {
    let entra = strict().await;
    let store = Mortal::holding("s3cr3t-first");
    let request = request(&entra);
    for round in 0..50 {
        // The previous process ended at this step, and this one will too.
        store.fail_at([FailureAt::InLock, FailureAt::AfterSave][round % 2]);
        let credential = RefreshToken::new(TENANT, CLIENT_ID, store.clone()).initial("s3cr3t-older");
        token(&credential, &request).await.map_err(|error| format!("round {round}: {error}"))?;
        assert_eq!(store.held().await, newest(&entra), "saved before the access token is used");
    }
    Ok(())
}

#[tokio::test]
async fn the_store_is_written_before_the_access_token_is_returned() -> Outcome {
    let entra = strict().await;
    let store = Mortal::holding("s3cr3t-first");
    let credential = RefreshToken::new(TENANT, CLIENT_ID, store.clone());
    token(&credential, &request(&entra)).await?;
    assert_eq!(store.held().await, newest(&entra));
    assert!(newest(&entra).is_some());
    Ok(())
}

#[tokio::test]
async fn an_unsaved_token_is_saved_even_if_its_redemption_fails() -> Outcome {
    let entra = strict().await;
    let store = Mortal::holding("s3cr3t-first");
    let credential = RefreshToken::new(TENANT, CLIENT_ID, store.clone());
    store.fail_at(FailureAt::BeforeSave);
    token(&credential, &request(&entra)).await?;
    store.fail_at(FailureAt::Never);
    entra.respond_always(OAuthError::temporarily_unavailable());
    assert!(token(&credential, &request(&entra)).await.is_err());
    assert_eq!(store.held().await, newest(&entra));
    Ok(())
}

#[tokio::test]
async fn a_token_saved_by_another_process_or_sign_in_wins() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let store = Mortal::holding("s3cr3t-first");
    let credential = RefreshToken::new(TENANT, CLIENT_ID, store.clone());
    // This process has an unsaved token.
    store.fail_at(FailureAt::BeforeSave);
    token(&credential, &request(&entra)).await?;
    store.fail_at(FailureAt::Never);
    store.save(&"s3cr3t-from-elsewhere".into()).await?;
    token(&credential, &request(&entra)).await?;
    assert_eq!(entra.requests()[1].field("refresh_token"), Some("s3cr3t-from-elsewhere"));
    assert_eq!(store.held().await, newest(&entra));
    Ok(())
}

#[tokio::test]
async fn a_failing_store_causes_a_warning_without_the_token() -> Outcome {
    let entra = strict().await;
    let store = Mortal::holding("s3cr3t-first");
    store.fail_at(FailureAt::BeforeSave);
    token(&RefreshToken::new(TENANT, CLIENT_ID, store), &request(&entra)).await?;
    let warnings = warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("the store of the refresh token failed"), "{warnings:?}");
    assert!(warnings[0].contains("died BeforeSave") && !warnings[0].contains("refresh-token-"), "{warnings:?}");
    Ok(())
}

#[tokio::test]
async fn a_store_that_cannot_be_loaded_requires_an_initial_token() -> Outcome {
    let entra = strict().await;
    let store = Mortal::holding("s3cr3t-unreadable");
    store.fail_at(FailureAt::InLoad);
    let error =
        token(&RefreshToken::new(TENANT, CLIENT_ID, store.clone()), &request(&entra)).await.expect_err("it must fail");
    assert_eq!((error.kind(), entra.requests().len()), (Kind::Store, 0));
    let credential = RefreshToken::new(TENANT, CLIENT_ID, store).initial("s3cr3t-first");
    assert!(token(&credential, &request(&entra)).await.is_ok());
    Ok(())
}

#[tokio::test]
async fn without_rotation_the_store_is_not_written() -> Outcome {
    let entra = TokenEndpoint::builder().rotation(Rotation::NoNewToken).start().await?;
    let store = Mortal::holding("s3cr3t-first");
    store.fail_at(FailureAt::BeforeSave);
    let credential = RefreshToken::new(TENANT, CLIENT_ID, store.clone());
    for _ in 0..3 {
        token(&credential, &request(&entra)).await?;
    }
    assert_eq!(store.held().await.as_deref(), Some("s3cr3t-first"));
    assert!(entra.requests().iter().all(|request| request.field("refresh_token") == Some("s3cr3t-first")));
    Ok(())
}

#[tokio::test]
async fn one_credential_in_two_clients_redeems_one_at_a_time() -> Outcome {
    let entra = strict().await;
    let store = Mortal::holding("s3cr3t-first");
    let credential = Arc::new(RefreshToken::new(TENANT, CLIENT_ID, store.clone()));
    let request = request(&entra);
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (credential, request) = (credential.clone(), request.clone());
        clients.spawn(async move { token(&credential, &request).await });
    }
    assert!(clients.join_all().await.iter().all(Result::is_ok));
    assert_eq!(store.held().await, newest(&entra));
    Ok(())
}
