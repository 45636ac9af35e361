//! A token that the service rejects is replaced, and not with every call.

use super::*;

/// What a call does whose token is rejected: it forgets the token and goes once more if there is another.
async fn rejected_call(fixture: &Fixture) {
    let rejected = fixture.cache.authorization(later()).await.unwrap();
    fixture.cache.forget(&rejected);
    let _ = fixture.cache.authorization(later()).await;
}

#[tokio::test(start_paused = true)]
async fn a_rejected_token_is_replaced_once_for_all_calls_that_used_it() {
    let fixture = Fixture::numbered(HOUR);
    let rejected = fixture.cache.authorization(later()).await.unwrap();
    for _ in 0..10 {
        fixture.cache.forget(&rejected);
    }
    assert_eq!(fixture.token().await, bearer(2));
    // A late call that was rejected with the first token.
    fixture.cache.forget(&rejected);
    assert_eq!(fixture.token_at_once().await, bearer(2));
    assert_eq!(fixture.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_rejects_every_token_costs_one_renewal_in_half_a_minute() {
    let fixture = Fixture::numbered(HOUR);
    for _ in 0..300 {
        rejected_call(&fixture).await;
        advance(Duration::from_secs(1)).await;
    }
    assert!((10..=12).contains(&fixture.asked()), "{} tokens in five minutes", fixture.asked());
}

#[tokio::test(start_paused = true)]
async fn rejecting_a_replaced_token_delays_no_renewal() {
    let fixture = Fixture::numbered(Duration::from_secs(20));
    let first = fixture.cache.authorization(later()).await.unwrap();
    advance(Duration::from_secs(20)).await;
    let second = fixture.cache.authorization(later()).await.unwrap();
    fixture.cache.forget(&first);
    fixture.cache.forget(&second);
    assert_eq!(fixture.token().await, bearer(3));
}
