//! A failure is remembered for a while, and invalidates no valid token.

use super::*;
use crate::auth::CredentialErrorKind as Kind;
use crate::auth::error::Details;

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
async fn a_rejection_is_remembered_for_half_a_minute() {
    let fixture = Fixture::new(failing(Kind::SignInRequired));
    let first = fixture.token().await;
    advance(Duration::from_secs(29)).await;
    assert_eq!(fixture.token_at_once().await, first);
    assert_eq!(fixture.asked(), 1);
    advance(Duration::from_secs(2)).await;
    assert_ne!(fixture.token().await, first);
    assert_eq!(fixture.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_transient_failure_is_remembered_for_a_growing_time() {
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

#[test]
fn the_pause_respects_retry_after_up_to_five_minutes() {
    // Throttling without a delay is as good as a rejection.
    for (retry_after, least, most) in [(None, 30, 60), (Some(60), 60, 60), (Some(u64::MAX), 300, 300)] {
        let retry_after = retry_after.map(Duration::from_secs);
        let throttled = Details { retry_after, ..Details::new(Kind::Throttled, "") };
        let pause = pause(&throttled.into(), 1).as_secs();
        assert!((least..=most).contains(&pause), "{pause} s after {retry_after:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_valid_token_is_used_while_renewal_fails_until_it_expires() {
    for kind in [Kind::Unreachable, Kind::SignInRequired] {
        let fail = failing(kind);
        let fixture = Fixture::new(move |number| match number {
            1 => Ok(named(1, HOUR)),
            number => fail(number),
        });
        assert_eq!(fixture.token().await, bearer(1));
        advance(Duration::from_secs(3600 - 240)).await;
        let end = Instant::now() + Duration::from_secs(220);
        while Instant::now() < end {
            assert_eq!(fixture.token().await, bearer(1));
            sleep(Duration::from_secs(1)).await;
        }
        let asked = fixture.asked();
        assert!((4..=50).contains(&asked), "{asked} tries within four minutes");
        advance(Duration::from_secs(30)).await;
        assert!(fixture.token().await.is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn recovers_when_the_credential_does() {
    let fixture = Fixture::new(|number| match number {
        1..=3 => Err(CredentialError::new(Kind::ServerFailure, "")),
        number => Ok(named(number, HOUR)),
    });
    assert!(asked_within(&fixture, 60).await <= 4);
    assert_eq!(fixture.token_at_once().await, bearer(4));
}

/// A first token, four minutes before its end, of a credential that hangs from then on.
async fn hanging() -> Fixture {
    let fixture = Fixture::asking(|number| async move {
        match number {
            1 => Ok(named(1, HOUR)),
            _ => std::future::pending().await,
        }
    });
    assert_eq!(fixture.token().await, bearer(1));
    advance(HOUR - Duration::from_secs(240)).await;
    fixture
}

#[tokio::test(start_paused = true)]
async fn a_hanging_renewal_delays_one_call_briefly_and_fails_none() {
    let fixture = hanging().await;
    let end = Instant::now() + Duration::from_secs(220);
    let mut delayed = 0;
    while Instant::now() < end {
        let began = Instant::now();
        let outcome = timeout(Duration::from_secs(6), fixture.token()).await.expect("it goes on with the old token");
        assert_eq!(outcome, bearer(1));
        delayed += u32::from(began.elapsed() > Duration::ZERO);
        sleep(Duration::from_secs(1)).await;
    }
    assert!((10..=15).contains(&delayed), "{delayed} calls in four minutes");
}

#[tokio::test(start_paused = true)]
async fn calls_with_short_deadlines_get_the_token_while_renewal_hangs() {
    let fixture = hanging().await;
    let limit = Duration::from_millis(500);
    for _ in 0..100 {
        let token = timeout(limit, fixture.cache.authorization(Instant::now() + limit)).await.expect("in time");
        assert_eq!(shown(token), bearer(1));
        sleep(Duration::from_secs(1)).await;
    }
    assert!(fixture.asked() > 5, "the renewal was tried again and again");
}
