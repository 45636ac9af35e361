//! A token that the service refuses is replaced, and not with every call.

use super::*;

/// What a call does whose token is refused: it forgets the token and goes once more if there is another.
async fn refused_call(fixture: &Fixture) {
    let refused = fixture.cache.authorization().await.unwrap();
    fixture.cache.forget(&refused);
    let _ = fixture.cache.authorization().await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_replaced_once_for_all_who_met_the_refusal() {
    let fixture = Fixture::numbered(HOUR);
    let refused = fixture.cache.authorization().await.unwrap();
    for _ in 0..10 {
        fixture.cache.forget(&refused);
    }
    assert_eq!(fixture.token().await, bearer(2));
    // A latecomer whose refusal was of the first token.
    fixture.cache.forget(&refused);
    assert_eq!(fixture.token_at_once().await, bearer(2));
    assert_eq!(fixture.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_hundred_refused_calls_cost_one_renewal() {
    let fixture = Fixture::numbered(HOUR);
    for _ in 0..100 {
        refused_call(&fixture).await;
    }
    assert_eq!(fixture.asked(), 2);
    assert_eq!(fixture.token_at_once().await, bearer(2));
}

#[tokio::test(start_paused = true)]
async fn a_service_that_refuses_every_token_brings_about_one_renewal_in_half_a_minute() {
    let fixture = Fixture::numbered(HOUR);
    for _ in 0..300 {
        refused_call(&fixture).await;
        advance(Duration::from_secs(1)).await;
    }
    assert!((10..=12).contains(&fixture.asked()), "{} tokens in five minutes", fixture.asked());
}

#[tokio::test(start_paused = true)]
async fn the_refusal_of_a_token_that_is_gone_already_delays_no_other() {
    let fixture = Fixture::numbered(Duration::from_secs(20));
    let first = fixture.cache.authorization().await.unwrap();
    advance(Duration::from_secs(20)).await;
    let second = fixture.cache.authorization().await.unwrap();
    fixture.cache.forget(&first);
    fixture.cache.forget(&second);
    assert_eq!(fixture.token().await, bearer(3));
}
