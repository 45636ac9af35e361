//! What failed is neither forgotten at once nor remembered for ever, and takes no good token away.

use super::*;
use crate::auth::CredentialErrorKind as Kind;

fn failing(kind: Kind) -> impl Fn(u32) -> Result<AccessToken, CredentialError> {
    move |number| Err(CredentialError::new(kind, format!("failure {number}")))
}

/// How often the credential is asked by a caller who comes every second.
async fn asked_within(fixture: &Fixture, seconds: u32) -> u32 {
    let before = fixture.asked();
    for _ in 0..seconds {
        let _ = fixture.token().await;
        advance(Duration::from_secs(1)).await;
    }
    fixture.asked() - before
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_remembered_for_half_a_minute() {
    let fixture = Fixture::new(failing(Kind::RefreshTokenRevoked));
    let first = fixture.token().await;
    advance(Duration::from_secs(29)).await;
    assert_eq!(fixture.token_at_once().await, first);
    assert_eq!(fixture.asked(), 1);
    advance(Duration::from_secs(2)).await;
    assert_ne!(fixture.token().await, first);
    assert_eq!(fixture.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_passing_failure_is_remembered_for_a_moment_that_grows() {
    let fixture = Fixture::new(failing(Kind::Unreachable));
    let first = fixture.token().await;
    advance(Duration::from_millis(900)).await;
    assert_eq!(fixture.token_at_once().await, first);
    advance(Duration::from_millis(1200)).await;
    assert_ne!(fixture.token().await, first);
    // Unpaused it would be 300; without growth, about 120.
    let asked = asked_within(&fixture, 300).await;
    assert!((8..=60).contains(&asked), "{asked}");
}

#[tokio::test(start_paused = true)]
async fn waits_as_long_as_the_token_endpoint_says_but_not_for_ever() {
    for (told, paused) in [(60, 60), (u64::MAX, 300)] {
        let fixture = Fixture::new(move |_| {
            let retry_after = Some(Duration::from_secs(told));
            Err(crate::auth::error::Details { retry_after, ..crate::auth::error::Details::new(Kind::Throttled, "") }
                .into())
        });
        assert!(fixture.token().await.is_err());
        advance(Duration::from_secs(paused - 1)).await;
        assert!(fixture.token_at_once().await.is_err());
        assert_eq!(fixture.asked(), 1);
        advance(Duration::from_secs(2)).await;
        assert!(fixture.token().await.is_err());
        assert_eq!(fixture.asked(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn leaves_a_token_endpoint_alone_that_was_asked_too_often() {
    let fixture = Fixture::new(failing(Kind::Throttled));
    assert!(fixture.token().await.is_err());
    advance(Duration::from_secs(29)).await;
    assert!(fixture.token_at_once().await.is_err());
    assert_eq!(fixture.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_good_token_serves_while_renewal_fails_and_ends_when_it_ends() {
    for kind in [Kind::Unreachable, Kind::RefreshTokenRevoked] {
        let fail = failing(kind);
        let fixture = Fixture::new(move |number| match number {
            1 => Ok(AccessToken::new("token-1", HOUR)),
            number => fail(number),
        });
        assert_eq!(fixture.token().await, bearer(1));
        advance(Duration::from_secs(3600 - 240)).await;
        for _ in 0..220 {
            assert_eq!(fixture.token_at_once().await, bearer(1));
            advance(Duration::from_secs(1)).await;
            tokio::task::yield_now().await;
        }
        let asked = fixture.asked();
        assert!((4..=50).contains(&asked), "{asked} tries within four minutes");
        advance(Duration::from_secs(20)).await;
        assert!(fixture.token().await.is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn recovers_when_the_credential_does() {
    let fixture = Fixture::new(|number| match number {
        1..=3 => Err(CredentialError::new(Kind::ServerFailure, "")),
        number => Ok(AccessToken::new(format!("token-{number}"), HOUR)),
    });
    assert!(asked_within(&fixture, 60).await <= 4);
    assert_eq!(fixture.token_at_once().await, bearer(4));
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_hangs_is_given_up() {
    let asked = Arc::new(AtomicU32::new(0));
    let counter = asked.clone();
    let credential = credential_fn(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        std::future::pending()
    });
    let fixture = Fixture { cache: Arc::new(TokenCache::new(Arc::new(credential), request())), asked };
    assert_eq!(fixture.token().await.unwrap_err(), "the token endpoint gave no answer: no token within 20 minutes");
    assert_eq!(fixture.asked(), 1);
}
