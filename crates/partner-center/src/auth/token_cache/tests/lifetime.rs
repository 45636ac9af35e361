//! A token is used while it is good, renewed before it expires, and never used after that.

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(start_paused = true)]
async fn one_call_renews_five_minutes_ahead_while_the_others_go_on() {
    let fixture = Fixture::numbered(HOUR);
    assert_eq!(fixture.token().await, bearer(1));
    advance(HOUR - 5 * MINUTE - Duration::from_secs(2)).await;
    assert_eq!(fixture.token_at_once().await, bearer(1));
    assert_eq!(fixture.asked(), 1);

    advance(MINUTE + Duration::from_secs(3)).await;
    let renewing = fixture.caller();
    yield_now().await;
    for _ in 0..100 {
        assert_eq!(fixture.token_at_once().await, bearer(1));
    }
    assert_eq!(renewing.await.unwrap(), bearer(2));
    assert_eq!(fixture.token_at_once().await, bearer(2));
    assert_eq!(fixture.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn renewals_of_many_processes_are_spread_and_none_before_half_of_the_life() {
    for (lifetime, most) in [(HOUR, 5 * MINUTE), (4 * MINUTE, 2 * MINUTE)] {
        let token = AccessToken::new("token", lifetime);
        let ends = token.expires().unwrap();
        let mut ahead: Vec<_> =
            (0..1000).map(|_| CachedToken::new(&token).unwrap().ends.unwrap().0).map(|at| ends - at).collect();
        ahead.sort();
        assert!(ahead[0] >= most * 4 / 5 && ahead[999] <= most, "{:?} to {:?}", ahead[0], ahead[999]);
        assert!(ahead[999] - ahead[0] > most / 6, "{:?} to {:?}", ahead[0], ahead[999]);
    }
}

#[tokio::test(start_paused = true)]
async fn never_uses_a_token_that_would_expire_in_transit() {
    let fixture = Fixture::numbered(HOUR);
    assert_eq!(fixture.token().await, bearer(1));
    advance(HOUR - Duration::from_secs(9)).await;
    assert_eq!(fixture.token().await, bearer(2));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_expires_while_it_is_renewed_makes_callers_wait_for_the_next() {
    let fixture = Fixture::numbered(Duration::from_secs(3));
    assert_eq!(fixture.token().await, bearer(1));
    advance(Duration::from_millis(2500)).await;
    let renewing = fixture.caller();
    yield_now().await;
    assert_eq!(fixture.token_at_once().await, bearer(1));
    advance(Duration::from_millis(300)).await;
    assert_eq!(fixture.token().await, bearer(2));
    assert_eq!(renewing.await.unwrap(), bearer(2));
    assert_eq!(fixture.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_of_unknown_or_unlimited_lifetime_is_not_renewed() {
    for token in [AccessToken::without_expiry("token-1"), AccessToken::new("token-1", Duration::MAX)] {
        let fixture = Fixture::new(move |_| Ok(token.clone()));
        assert_eq!(fixture.token().await, bearer(1));
        advance(Duration::from_secs(365 * 24 * 3600)).await;
        assert_eq!(fixture.token_at_once().await, bearer(1));
        assert_eq!(fixture.asked(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn marks_the_header_sensitive() {
    let fixture = Fixture::numbered(HOUR);
    let header = fixture.cache.authorization(later()).await.unwrap().header();
    assert!(header.is_sensitive());
    assert_eq!(format!("{header:?}"), "Sensitive");
}
