//! One request serves all waiting callers, and a dropped caller blocks none of the others.

use super::*;

async fn all(fixture: &Fixture, count: usize) -> Vec<Result<String, String>> {
    let callers: Vec<_> = (0..count).map(|_| fixture.caller()).collect();
    let mut outcomes = Vec::new();
    for caller in callers {
        outcomes.push(caller.await.unwrap());
    }
    outcomes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_on_many_threads_share_one_token_too() {
    let fixture = Fixture::asking(|number| async move { Ok(named(number, HOUR)) });
    assert_eq!(all(&fixture, 1000).await, vec![bearer(1); 1000]);
    assert_eq!(fixture.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_caller_blocks_no_other() {
    let fixture = Fixture::numbered(HOUR);
    let leader = fixture.caller();
    yield_now().await;
    let followers: Vec<_> = (0..10).map(|_| fixture.caller()).collect();
    yield_now().await;
    assert_eq!(fixture.asked(), 1);
    leader.abort();
    assert!(leader.await.unwrap_err().is_cancelled());
    for follower in followers {
        assert_eq!(follower.await.unwrap(), bearer(2));
    }
    assert_eq!(fixture.asked(), 2, "one of them has begun anew, for all");
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_panics_takes_no_other_caller_with_it() {
    let fixture = Fixture::new(|number| match number {
        1 => std::panic::panic_any("on purpose"),
        number => Ok(named(number, HOUR)),
    });
    let panicking = fixture.caller();
    yield_now().await;
    assert_eq!(all(&fixture, 10).await, vec![bearer(2); 10]);
    assert!(panicking.await.unwrap_err().is_panic());
    assert_eq!(fixture.asked(), 2);
}
