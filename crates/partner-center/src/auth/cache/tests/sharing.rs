//! However many callers wait, the credential is asked once, and none of them is left alone.

use partner_center_mock::token_endpoint::{Rotation, TokenEndpoint};

use super::*;
use crate::auth::{MemoryStore, RefreshToken};

async fn all(fixture: &Fixture, count: usize) -> Vec<Result<String, String>> {
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..count {
        let cache = fixture.cache.clone();
        callers.spawn(async move { shown(cache.authorization().await) });
    }
    callers.join_all().await
}

#[tokio::test(start_paused = true)]
async fn a_thousand_callers_of_a_cold_cache_share_one_token() {
    let fixture = Fixture::numbered(HOUR);
    assert_eq!(all(&fixture, 1000).await, vec![bearer(1); 1000]);
    assert_eq!(fixture.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_callers_of_a_cold_cache_share_one_error() {
    let fixture = Fixture::new(|number| Err(CredentialError::other(format!("failure {number}"))));
    let errors = all(&fixture, 1000).await;
    assert_eq!(errors, vec![Err("the credential gave no token: failure 1".to_owned()); 1000]);
    assert_eq!(fixture.asked(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_on_many_threads_share_one_token_too() {
    let asked = Arc::new(AtomicU32::new(0));
    let counter = asked.clone();
    let credential = credential_fn(move |_| {
        let number = counter.fetch_add(1, Ordering::Relaxed) + 1;
        async move { Ok(AccessToken::new(format!("token-{number}"), HOUR)) }
    });
    let fixture = Fixture { cache: Arc::new(TokenCache::new(Arc::new(credential), request())), asked };
    assert_eq!(all(&fixture, 1000).await, vec![bearer(1); 1000]);
    assert_eq!(fixture.asked(), 1);
}

#[tokio::test]
async fn a_thousand_callers_cost_the_token_endpoint_one_request() {
    let entra = TokenEndpoint::builder().rotation(Rotation::OldIsRevoked).start().await.unwrap();
    let request = TokenRequest::for_audience("https://service.example", &entra.authority()).unwrap();
    let credential = RefreshToken::new("contoso.example", "app", MemoryStore::new("first"));
    let cache = Arc::new(TokenCache::new(Arc::new(credential), request));
    let fixture = Fixture { cache, asked: Arc::default() };
    let tokens = all(&fixture, 1000).await;
    assert_eq!(entra.requests().len(), 1);
    assert_eq!(tokens, vec![Ok(format!("Bearer {}", entra.access_tokens()[0])); 1000]);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_leaves_strands_nobody() {
    let fixture = Fixture::numbered(HOUR);
    let leader = tokio::spawn({
        let cache = fixture.cache.clone();
        async move { cache.authorization().await.map(drop) }
    });
    tokio::task::yield_now().await;
    let follower = tokio::spawn({
        let cache = fixture.cache.clone();
        async move { shown(cache.authorization().await) }
    });
    tokio::task::yield_now().await;
    assert_eq!(fixture.asked(), 1);
    leader.abort();
    assert!(leader.await.unwrap_err().is_cancelled());
    assert_eq!(follower.await.unwrap(), bearer(1));
    assert_eq!(fixture.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_nobody_waits_for_any_longer_is_there_for_the_next() {
    let fixture = Fixture::numbered(HOUR);
    let impatient = tokio::time::timeout(Duration::from_millis(10), fixture.cache.authorization()).await;
    assert!(impatient.is_err());
    fixture.settle().await;
    assert_eq!(fixture.token_at_once().await, bearer(1));
    assert_eq!(fixture.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn leaves_no_task_behind() {
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let fixture = Fixture::numbered(HOUR);
    let waited = tokio::time::timeout(Duration::from_millis(10), fixture.cache.authorization()).await;
    assert!(waited.is_err());
    assert_eq!(tasks(), 1);
    drop(fixture);
    tokio::task::yield_now().await;
    assert_eq!(tasks(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_panics_is_an_error() {
    let fixture = Fixture::new(|_| std::panic::panic_any("on purpose"));
    let errors = all(&fixture, 10).await;
    let error = "the credential gave no token: the credential stopped without an answer";
    assert_eq!(errors, vec![Err(error.to_owned()); 10]);
    assert_eq!(fixture.asked(), 2);
}

#[test]
fn survives_the_end_of_the_runtime_it_was_asked_on() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let fixture = Fixture::numbered(HOUR);
    runtime().block_on(async {
        let waited = tokio::time::timeout(Duration::from_millis(10), fixture.cache.authorization()).await;
        assert!(waited.is_err());
    });
    assert_eq!(runtime().block_on(fixture.token()), bearer(2));
}

#[test]
fn needs_a_runtime_and_says_so() {
    let fixture = Fixture::numbered(HOUR);
    let asking = std::pin::pin!(fixture.cache.authorization());
    let std::task::Poll::Ready(outcome) = asking.poll(&mut std::task::Context::from_waker(std::task::Waker::noop()))
    else {
        panic!("it waits without a runtime");
    };
    assert!(shown(outcome).unwrap_err().ends_with("signing in needs a Tokio runtime"));
}
