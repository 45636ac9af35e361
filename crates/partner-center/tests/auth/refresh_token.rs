//! No rotated refresh token is ever lost, whatever happens to the store.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use partner_center::auth::{
    CredentialError, CredentialErrorKind as Kind, ExposeSecret, MemoryStore, RefreshToken, RefreshTokenStore,
    SecretString, StoreFuture, StoreGuard,
};
use partner_center_mock::token_endpoint::{Grant, OAuthError, Rotation, TokenEndpoint};

use crate::support::{CLIENT_ID, Outcome, TENANT, lock, request, token};
use crate::trace::warnings;

/// Where a store dies.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Death {
    Never,
    InLock,
    InLoad,
    BeforeSave,
    AfterSave,
}

/// A store in memory that dies on command.
#[derive(Default)]
struct Mortal {
    store: MemoryStore,
    death: Mutex<Option<Death>>,
}

impl Mortal {
    fn holding(token: &str) -> Arc<Self> {
        Arc::new(Self { store: MemoryStore::new(token), death: Mutex::default() })
    }

    fn dies(&self, death: Death) {
        *lock(&self.death) = Some(death);
    }

    fn check(&self, moment: Death) -> Result<(), CredentialError> {
        match *lock(&self.death) == Some(moment) {
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
            self.check(Death::InLoad)?;
            self.store.load().await
        })
    }

    fn save<'a>(&'a self, token: &'a SecretString) -> StoreFuture<'a, ()> {
        Box::pin(async {
            self.check(Death::BeforeSave)?;
            self.store.save(token).await?;
            self.check(Death::AfterSave)
        })
    }

    fn lock(&self) -> StoreFuture<'_, StoreGuard> {
        Box::pin(async {
            self.check(Death::InLock)?;
            Ok(Box::new(()) as StoreGuard)
        })
    }
}

/// An endpoint that refuses every refresh token but the newest.
async fn strict() -> TokenEndpoint {
    let endpoint = TokenEndpoint::builder().refresh_token("s3cr3t-first").rotation(Rotation::OldIsRevoked);
    endpoint.start().await.expect("loopback has a free port")
}

fn newest(entra: &TokenEndpoint) -> Option<String> {
    entra.refresh_tokens().last().cloned()
}

#[tokio::test]
async fn fifty_rotations_with_a_dying_store_never_lose_the_newest() -> Outcome {
    let entra = strict().await;
    let store = Mortal::holding("s3cr3t-first");
    let failures = Arc::new(AtomicU32::new(0));
    let counter = failures.clone();
    let credential = RefreshToken::new(TENANT, CLIENT_ID, store.clone()).on_store_failure(move |error| {
        assert_eq!(error.kind(), Kind::Store);
        counter.fetch_add(1, Ordering::Relaxed);
    });
    let request = request(&entra);
    let deaths = [Death::InLock, Death::InLoad, Death::BeforeSave, Death::AfterSave];
    for round in 0..50 {
        let death = deaths[round % deaths.len()];
        store.dies(death);
        token(&credential, &request).await.map_err(|error| format!("round {round}: {error}"))?;
        if death != Death::BeforeSave {
            assert_eq!(store.held().await, newest(&entra), "round {round}");
        }
    }
    // Every fourth round, 13 and 12 times; a token that was not saved fails again before the next one.
    assert_eq!(failures.load(Ordering::Relaxed), 50 + 12);
    assert_eq!(entra.count(Grant::RefreshToken), 50);

    store.dies(Death::BeforeSave);
    token(&credential, &request).await?;
    assert_ne!(store.held().await, newest(&entra));
    store.dies(Death::Never);
    token(&credential, &request).await?;
    assert_eq!(store.held().await, newest(&entra), "the store has what it missed");
    Ok(())
}

#[tokio::test]
async fn a_new_process_goes_on_from_the_store_at_every_step() -> Outcome {
    let entra = strict().await;
    let store = Mortal::holding("s3cr3t-first");
    let request = request(&entra);
    for round in 0..50 {
        // The process before this one ended in the middle of its work, and this one will.
        store.dies([Death::InLock, Death::AfterSave][round % 2]);
        let credential = RefreshToken::new(TENANT, CLIENT_ID, store.clone()).initial("s3cr3t-older");
        token(&credential, &request).await.map_err(|error| format!("round {round}: {error}"))?;
        assert_eq!(store.held().await, newest(&entra), "saved before the access token is used");
    }
    Ok(())
}

#[tokio::test]
async fn the_store_is_written_before_the_access_token_is_given_away() -> Outcome {
    let entra = strict().await;
    let store = Mortal::holding("s3cr3t-first");
    let credential = RefreshToken::new(TENANT, CLIENT_ID, store.clone());
    token(&credential, &request(&entra)).await?;
    assert_eq!(store.held().await, newest(&entra));
    assert!(newest(&entra).is_some());
    Ok(())
}

#[tokio::test]
async fn an_unsaved_token_is_saved_even_where_its_redemption_fails() -> Outcome {
    let entra = strict().await;
    let store = Mortal::holding("s3cr3t-first");
    let credential = RefreshToken::new(TENANT, CLIENT_ID, store.clone());
    store.dies(Death::BeforeSave);
    token(&credential, &request(&entra)).await?;
    store.dies(Death::Never);
    entra.respond_always(OAuthError::temporarily_unavailable());
    assert!(token(&credential, &request(&entra)).await.is_err());
    assert_eq!(store.held().await, newest(&entra));
    Ok(())
}

#[tokio::test]
async fn what_another_process_or_a_new_sign_in_saved_has_the_last_word() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let store = Mortal::holding("s3cr3t-first");
    let credential = RefreshToken::new(TENANT, CLIENT_ID, store.clone());
    // This process has a token that was never saved.
    store.dies(Death::BeforeSave);
    token(&credential, &request(&entra)).await?;
    store.dies(Death::Never);
    store.save(&"s3cr3t-from-elsewhere".into()).await?;
    token(&credential, &request(&entra)).await?;
    assert_eq!(entra.requests()[1].field("refresh_token"), Some("s3cr3t-from-elsewhere"));
    assert_eq!(store.held().await, newest(&entra));
    Ok(())
}

#[tokio::test]
async fn a_store_that_fails_causes_a_warning_without_the_token() -> Outcome {
    let entra = strict().await;
    let store = Mortal::holding("s3cr3t-first");
    store.dies(Death::BeforeSave);
    token(&RefreshToken::new(TENANT, CLIENT_ID, store), &request(&entra)).await?;
    let warnings = warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("the store of the refresh token failed"), "{warnings:?}");
    assert!(warnings[0].contains("died BeforeSave") && !warnings[0].contains("refresh-token-"), "{warnings:?}");
    Ok(())
}

#[tokio::test]
async fn a_store_that_cannot_be_loaded_at_first_is_an_error_unless_there_is_an_initial_token() -> Outcome {
    let entra = strict().await;
    let store = Mortal::holding("s3cr3t-unreadable");
    store.dies(Death::InLoad);
    let error =
        token(&RefreshToken::new(TENANT, CLIENT_ID, store.clone()), &request(&entra)).await.expect_err("it must fail");
    assert_eq!((error.kind(), entra.requests().len()), (Kind::Store, 0));
    let credential = RefreshToken::new(TENANT, CLIENT_ID, store).initial("s3cr3t-first");
    assert!(token(&credential, &request(&entra)).await.is_ok());
    Ok(())
}

#[tokio::test]
async fn an_endpoint_that_rotates_nothing_leaves_the_store_alone() -> Outcome {
    let entra = TokenEndpoint::builder().rotation(Rotation::NoNewToken).start().await?;
    let store = Mortal::holding("s3cr3t-first");
    store.dies(Death::BeforeSave);
    let credential = RefreshToken::new(TENANT, CLIENT_ID, store.clone());
    for _ in 0..3 {
        token(&credential, &request(&entra)).await?;
    }
    assert_eq!(store.held().await.as_deref(), Some("s3cr3t-first"));
    assert!(entra.requests().iter().all(|request| request.field("refresh_token") == Some("s3cr3t-first")));
    Ok(())
}

#[tokio::test]
async fn one_credential_in_two_clients_redeems_in_turn() -> Outcome {
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
