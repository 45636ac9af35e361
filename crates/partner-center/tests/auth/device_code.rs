//! The device code flow: what is shown, how often it polls, how it ends.

use std::sync::Arc;
use std::time::Duration;

use partner_center::auth::{
    CredentialError, CredentialErrorKind as Kind, DeviceCode, DevicePrompt, ExposeSecret, MemoryStore, RefreshToken,
    RefreshTokenStore, SecretString, SignedIn, StoreFuture,
};
use partner_center_mock::MockResponse;
use partner_center_mock::faults::FaultResponse;
use partner_center_mock::token_endpoint::{DevicePoll, Grant, OAuthError, TokenEndpoint};
use serde_json::json;
use tokio::time::Instant;

use crate::support::{AUDIENCE, CLIENT_ID, Outcome, TENANT, exposed, request, token};

/// Signs in and records the prompts.
async fn sign_in(entra: &TokenEndpoint) -> (Result<SignedIn, CredentialError>, Vec<DevicePrompt>) {
    let mut shown = Vec::new();
    let device_code = DeviceCode::new(TENANT, CLIENT_ID);
    let signed_in = device_code.sign_in(&request(entra), |prompt| shown.push(prompt.clone())).await;
    (signed_in, shown)
}

/// The seconds between the requests.
fn pauses(entra: &TokenEndpoint) -> Vec<u64> {
    let at: Vec<_> = entra.requests().iter().map(|request| request.at()).collect();
    at.windows(2).map(|pair| (pair[1] - pair[0]).as_secs_f64().round() as u64).collect()
}

#[tokio::test(start_paused = true)]
async fn shows_the_code_and_yields_both_tokens() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let (signed_in, shown) = sign_in(&entra).await;
    let signed_in = signed_in?;
    assert_eq!(entra.access_tokens(), [exposed(signed_in.access_token())]);
    let refresh_token = signed_in.refresh_token().map(|token| token.expose_secret().to_owned());
    assert_eq!(entra.refresh_tokens().last(), refresh_token.as_ref());

    assert_eq!(shown.len(), 1);
    let prompt = &shown[0];
    assert_eq!((&*prompt.user_code, &*prompt.verification_uri), ("MOCK00001", "https://microsoft.com/devicelogin"));
    assert!(prompt.message.as_ref().is_some_and(|message| message.contains("MOCK00001")));
    assert_eq!(prompt.expires_in, Duration::from_secs(900));

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
async fn polls_at_the_interval_and_five_seconds_slower_after_slow_down() -> Outcome {
    use DevicePoll::{Approved, Pending, SlowDown};
    let entra = TokenEndpoint::builder()
        .device_interval(Duration::from_secs(3))
        .device_polls([Pending, SlowDown, Pending, SlowDown, Approved])
        .start()
        .await?;
    sign_in(&entra).await.0?;
    assert_eq!(pauses(&entra), [3, 3, 8, 8, 13]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn keeps_polling_at_the_interval_after_transient_failures() -> Outcome {
    let entra = TokenEndpoint::builder().device_polls([DevicePoll::Approved]).start().await?;
    let device = json!({ "device_code": "s3cr3t", "user_code": "u", "verification_uri": "v", "interval": "1" });
    entra.respond_next(MockResponse::json(200, &device));
    entra.respond_next(FaultResponse::reset());
    entra.respond_next(FaultResponse::stall());
    entra.respond_next(MockResponse::new(503).header("Retry-After", "20"));
    entra.respond_next(OAuthError::authorization_pending());
    entra.respond_next(MockResponse::json(200, &json!({ "access_token": "s3cr3t-a" })));
    let signed_in = sign_in(&entra).await.0?;
    assert_eq!(exposed(signed_in.access_token()), "s3cr3t-a");
    assert!(signed_in.refresh_token().is_none());
    // Each failure adds five seconds to the interval; the silent one took twenty, and a `Retry-After` delay counts
    // once.
    assert_eq!(pauses(&entra), [1, 6, 20 + 11, 20, 16]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_delay_applies_to_the_next_poll_only() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let device = json!({ "device_code": "s3cr3t", "user_code": "u", "verification_uri": "v", "interval": 1 });
    entra.respond_next(MockResponse::json(200, &device));
    entra.respond_next(MockResponse::from(OAuthError::slow_down()).header("Retry-After", "30"));
    entra.respond_next(MockResponse::from(OAuthError::authorization_pending()).header("Retry-After", "2"));
    entra.respond_next(MockResponse::json(200, &json!({ "access_token": "s3cr3t-a" })));
    sign_in(&entra).await.0?;
    assert_eq!(pauses(&entra), [1, 30, 6]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn never_polls_before_the_interval_has_passed() -> Outcome {
    let entra = TokenEndpoint::builder()
        .device_lifetime(Duration::from_secs(9))
        .device_polls([DevicePoll::Pending, DevicePoll::Approved])
        .start()
        .await?;
    let error = sign_in(&entra).await.0.expect_err("the next poll would come after the code's end");
    assert_eq!((error.kind(), pauses(&entra)), (Kind::Expired, vec![5]));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_delay_beyond_the_codes_lifetime_fails_immediately() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let device = json!({ "device_code": "s3cr3t", "user_code": "u", "verification_uri": "v" });
    entra.respond_next(MockResponse::json(200, &device));
    entra.respond_next(MockResponse::new(429).header("Retry-After", "3600"));
    let began = Instant::now();
    let error = sign_in(&entra).await.0.expect_err("it must fail");
    assert_eq!((error.kind(), entra.requests().len()), (Kind::Expired, 2));
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn ends_when_the_user_declines_or_the_code_expires() -> Outcome {
    for (poll, kind) in [(DevicePoll::Declined, Kind::Declined), (DevicePoll::Expired, Kind::Expired)] {
        let entra = TokenEndpoint::builder().device_polls([DevicePoll::Pending, poll]).start().await?;
        let error = sign_in(&entra).await.0.expect_err("it must fail");
        assert_eq!((error.kind(), entra.count(Grant::DeviceCode)), (kind, 2));
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn does_not_poll_after_the_code_expires() -> Outcome {
    let lifetime = Duration::from_secs(60);
    let polls = [DevicePoll::Pending];
    let entra = TokenEndpoint::builder().device_lifetime(lifetime).device_polls(polls).start().await?;
    let began = Instant::now();
    let error = sign_in(&entra).await.0.expect_err("it must fail");
    assert_eq!(error.kind(), Kind::Expired);
    assert!(began.elapsed() <= lifetime, "{:?}", began.elapsed());
    // Every five seconds.
    assert_eq!(entra.count(Grant::DeviceCode), 11);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_credential_continues_from_the_store_of_a_sign_in() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let store = Arc::new(MemoryStore::new("s3cr3t-of-the-sign-in-before"));
    sign_in(&entra).await.0?.save(&store).await?;
    let credential = RefreshToken::new(TENANT, CLIENT_ID, store.clone());
    token(&credential, &request(&entra)).await?;
    assert_eq!((entra.count(Grant::DeviceAuthorization), entra.count(Grant::RefreshToken)), (1, 1));
    let stored = store.load().await?.map(|token| token.expose_secret().to_owned());
    assert_eq!(entra.refresh_tokens().last(), stored.as_ref());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn saving_fails_if_there_is_no_token_or_it_cannot_be_loaded_again() -> Outcome {
    struct Forgetful;
    impl RefreshTokenStore for Forgetful {
        fn load(&self) -> StoreFuture<'_, Option<SecretString>> {
            Box::pin(async { Ok(None) })
        }
        fn save<'a>(&'a self, _: &'a SecretString) -> StoreFuture<'a, ()> {
            Box::pin(async { Ok(()) })
        }
    }
    let entra = TokenEndpoint::start().await?;
    let error = sign_in(&entra).await.0?.save(&Forgetful).await.expect_err("nothing was kept");
    assert!(error.to_string().contains("cannot be loaded again"), "{error}");
    let device = json!({ "device_code": "s3cr3t", "user_code": "u", "verification_uri": "v" });
    entra.respond_next(MockResponse::json(200, &device));
    entra.respond_next(MockResponse::json(200, &json!({ "access_token": "s3cr3t-a" })));
    let error = sign_in(&entra).await.0?.save(&Forgetful).await.expect_err("there is no refresh token");
    assert!(error.kind() == Kind::Store && error.to_string().contains("offline_access"), "{error}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_hostile_response_is_truncated_and_escaped_in_the_prompt() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let hostile = "\u{1b}]0;x\u{7}".repeat(10_000);
    let device =
        json!({ "device_code": "s3cr3t", "user_code": hostile, "verification_uri": hostile, "message": hostile });
    entra.respond_next(MockResponse::json(200, &device));
    entra.respond_next(OAuthError::authorization_declined());
    let (signed_in, shown) = sign_in(&entra).await;
    assert!(signed_in.is_err());
    let prompt = &shown[0];
    for text in [&prompt.user_code, &prompt.verification_uri, prompt.message.as_ref().expect("it has one")] {
        assert!(text.len() < 8_000 && !text.contains(['\u{1b}', '\u{7}']), "{text:?}");
    }
    Ok(())
}
