//! A user signs in at another device: what is shown, how often is asked, and how it ends.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use partner_center::auth::{
    Credential, CredentialErrorKind as Kind, DeviceCode, DevicePrompt, ExposeSecret, MemoryStore, RefreshTokenStore,
};
use partner_center_mock::Reply;
use partner_center_mock::faults::Answer;
use partner_center_mock::token_endpoint::{DevicePoll, Grant, Refusal, TokenEndpoint};
use serde_json::json;
use tokio::time::Instant;

use crate::support::{AUDIENCE, CLIENT_ID, Outcome, TENANT, exposed, lock, request, token};

/// A sign-in that keeps what it shows.
fn sign_in() -> (DeviceCode, Arc<Mutex<Vec<DevicePrompt>>>) {
    let shown: Arc<Mutex<Vec<DevicePrompt>>> = Arc::default();
    let keeper = shown.clone();
    (DeviceCode::new(TENANT, CLIENT_ID, move |prompt| lock(&keeper).push(prompt.clone())), shown)
}

/// The seconds between the requests.
fn pauses(entra: &TokenEndpoint) -> Vec<u64> {
    let at: Vec<_> = entra.requests().iter().map(|request| request.at()).collect();
    at.windows(2).map(|pair| (pair[1] - pair[0]).as_secs_f64().round() as u64).collect()
}

#[tokio::test(start_paused = true)]
async fn shows_the_code_and_yields_both_tokens() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let (credential, shown) = sign_in();
    let signed_in = credential.sign_in(&request(&entra)).await?;
    assert_eq!(entra.access_tokens(), [exposed(signed_in.access_token())]);
    let refresh_token = signed_in.refresh_token().map(|token| token.expose_secret().to_owned());
    assert_eq!(entra.refresh_tokens().last(), refresh_token.as_ref());

    let shown = lock(&shown);
    assert_eq!(shown.len(), 1);
    let prompt = &shown[0];
    assert_eq!((prompt.user_code(), prompt.verification_uri()), ("MOCK00001", "https://microsoft.com/devicelogin"));
    assert!(prompt.message().is_some_and(|message| message.contains("MOCK00001")));
    assert_eq!(prompt.expires_in(), Duration::from_secs(900));

    let requests = entra.requests();
    let scope = format!("{AUDIENCE}/user_impersonation offline_access");
    assert_eq!(
        requests[0].fields(),
        [("client_id", CLIENT_ID), ("scope", &scope)].map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
    assert_eq!(requests[1].field("client_id"), Some(CLIENT_ID));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn asks_as_often_as_told_and_five_seconds_slower_when_told_to_slow_down() -> Outcome {
    use DevicePoll::{Approved, Pending, SlowDown};
    let entra = TokenEndpoint::builder()
        .device_interval(Duration::from_secs(3))
        .device_polls([Pending, SlowDown, Pending, SlowDown, Approved])
        .start()
        .await?;
    sign_in().0.sign_in(&request(&entra)).await?;
    assert_eq!(pauses(&entra), [3, 3, 8, 8, 13]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn goes_on_through_failures_that_may_pass_and_asks_no_sooner_for_them() -> Outcome {
    let entra = TokenEndpoint::builder().device_polls([DevicePoll::Approved]).start().await?;
    let (credential, _) = sign_in();
    let offer = json!({ "device_code": "s3cr3t", "user_code": "u", "verification_uri": "v", "interval": "1" });
    entra.answer_next(Reply::json(200, &offer));
    entra.answer_next(Answer::reset());
    entra.answer_next(Answer::stall());
    entra.answer_next(Reply::new(503).header("Retry-After", "20"));
    entra.answer_next(Refusal::authorization_pending());
    entra.answer_next(Reply::json(200, &json!({ "access_token": "s3cr3t-a" })));
    let signed_in = credential.sign_in(&request(&entra)).await?;
    assert_eq!(exposed(signed_in.access_token()), "s3cr3t-a");
    assert!(signed_in.refresh_token().is_none());
    // The interval grows by five seconds with each failure; the silent one took twenty, and what one answer asks for
    // counts once.
    assert_eq!(pauses(&entra), [1, 6, 20 + 11, 20, 16]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn what_one_poll_is_told_to_wait_counts_for_the_next_alone() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let credential = sign_in().0;
    let offer = json!({ "device_code": "s3cr3t", "user_code": "u", "verification_uri": "v", "interval": 1 });
    entra.answer_next(Reply::json(200, &offer));
    entra.answer_next(Reply::from(Refusal::slow_down()).header("Retry-After", "30"));
    entra.answer_next(Reply::from(Refusal::authorization_pending()).header("Retry-After", "2"));
    entra.answer_next(Reply::json(200, &json!({ "access_token": "s3cr3t-a" })));
    credential.sign_in(&request(&entra)).await?;
    assert_eq!(pauses(&entra), [1, 30, 6]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn asks_once_more_in_the_last_moment_of_the_code() -> Outcome {
    let entra = TokenEndpoint::builder()
        .device_lifetime(Duration::from_secs(9))
        .device_polls([DevicePoll::Pending, DevicePoll::Approved])
        .start()
        .await?;
    sign_in().0.sign_in(&request(&entra)).await?;
    assert_eq!(pauses(&entra), [5, 2]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_codes_end_ends_it_at_once() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let offer = json!({ "device_code": "s3cr3t", "user_code": "u", "verification_uri": "v" });
    entra.answer_next(Reply::json(200, &offer));
    entra.answer_next(Reply::new(429).header("Retry-After", "3600"));
    let began = Instant::now();
    let error = sign_in().0.sign_in(&request(&entra)).await.expect_err("it must fail");
    assert_eq!((error.kind(), entra.requests().len()), (Kind::Expired, 2));
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn ends_when_the_user_declines_or_the_code_does() -> Outcome {
    for (poll, kind) in [(DevicePoll::Declined, Kind::Declined), (DevicePoll::Expired, Kind::Expired)] {
        let entra = TokenEndpoint::builder().device_polls([DevicePoll::Pending, poll]).start().await?;
        let error = sign_in().0.sign_in(&request(&entra)).await.expect_err("it must fail");
        assert_eq!((error.kind(), entra.count(Grant::DeviceCode)), (kind, 2));
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn does_not_ask_beyond_the_codes_end() -> Outcome {
    let lifetime = Duration::from_secs(60);
    let polls = [DevicePoll::Pending];
    let entra = TokenEndpoint::builder().device_lifetime(lifetime).device_polls(polls).start().await?;
    let began = Instant::now();
    let error = sign_in().0.sign_in(&request(&entra)).await.expect_err("it must fail");
    assert_eq!(error.kind(), Kind::Expired);
    assert!(began.elapsed() <= lifetime, "{:?}", began.elapsed());
    // Every five seconds, and in the last moment.
    assert_eq!(entra.count(Grant::DeviceCode), 12);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn asks_the_user_once_and_then_redeems() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let (credential, shown) = sign_in();
    let store = Arc::new(MemoryStore::default());
    let credential = credential.store(store.clone());
    for _ in 0..3 {
        token(&credential, &request(&entra)).await?;
    }
    assert_eq!((lock(&shown).len(), entra.count(Grant::RefreshToken)), (1, 2));
    let stored = store.load().await?.map(|token| token.expose_secret().to_owned());
    assert_eq!(entra.refresh_tokens().last(), stored.as_ref());

    // Another process with the same store need not ask either.
    let (next, shown) = sign_in();
    token(&next.store(store), &request(&entra)).await?;
    assert_eq!(lock(&shown).len(), 0);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn asks_the_user_again_where_that_helps_and_only_there() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let (credential, shown) = sign_in();
    let credential = credential.store(MemoryStore::new("s3cr3t-old"));
    entra.answer_next(Refusal::wrong_secret());
    assert!(token(&credential, &request(&entra)).await.is_err());
    assert_eq!(lock(&shown).len(), 0);
    for refusal in [Refusal::inactive_refresh_token(), Refusal::revoked_grant(), Refusal::mfa_required()] {
        entra.answer_next(refusal);
        let before = lock(&shown).len();
        credential.token(&request(&entra)).await?;
        assert_eq!(lock(&shown).len(), before + 1);
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn shows_no_more_of_a_hostile_offer_than_a_terminal_can_bear() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let hostile = "\u{1b}]0;x\u{7}".repeat(10_000);
    let offer =
        json!({ "device_code": "s3cr3t", "user_code": hostile, "verification_uri": hostile, "message": hostile });
    entra.answer_next(Reply::json(200, &offer));
    entra.answer_next(Refusal::authorization_declined());
    let (credential, shown) = sign_in();
    assert!(credential.sign_in(&request(&entra)).await.is_err());
    let prompt = lock(&shown)[0].clone();
    for text in [prompt.user_code(), prompt.verification_uri(), prompt.message().unwrap_or_default()] {
        assert!(text.len() < 8_000 && !text.contains(['\u{1b}', '\u{7}']), "{text:?}");
    }
    Ok(())
}
