//! The token endpoint issues, rotates and refuses as Entra does, and remembers what it was asked.

use std::collections::HashSet;
use std::error::Error;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use partner_center_mock::Reply;
use partner_center_mock::faults::Answer;
use partner_center_mock::token_endpoint::{DevicePoll, Grant, Refusal, Rotation, TokenEndpoint};
use serde_json::{Value, json};
use tokio::time::Instant;

type Outcome = Result<(), Box<dyn Error>>;

const TENANT: &str = "contoso.onmicrosoft.com";
const SCOPE: &str = "https://api.partnercenter.microsoft.com/.default";
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Posts a form and gives status and body back.
async fn post(url: &str, form: &[(&str, &str)]) -> Result<(u16, Value), reqwest::Error> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let client = reqwest::Client::builder().no_proxy().build()?;
    let request = client.post(url).header("Content-Type", "application/x-www-form-urlencoded").body(body);
    let answer = request.send().await?;
    Ok((answer.status().as_u16(), answer.json().await?))
}

async fn ask(entra: &TokenEndpoint, form: &[(&str, &str)]) -> Result<(u16, Value), reqwest::Error> {
    post(&entra.token_url(TENANT), form).await
}

async fn redeem(entra: &TokenEndpoint, token: &str) -> Result<(u16, Value), reqwest::Error> {
    ask(entra, &[("grant_type", "refresh_token"), ("client_id", "app"), ("refresh_token", token)]).await
}

fn text(body: &Value, field: &str) -> String {
    body[field].as_str().unwrap_or_default().to_owned()
}

fn code(body: &Value) -> u64 {
    body["error_codes"][0].as_u64().unwrap_or_default()
}

fn claims(token: &str) -> Result<Value, Box<dyn Error>> {
    let payload = token.split('.').nth(1).ok_or("no JWT")?;
    Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload)?)?)
}

#[tokio::test]
async fn client_credentials_give_a_token_of_the_application() -> Outcome {
    let entra = TokenEndpoint::builder().client_id("app").client_secret("s+&=").start().await?;
    let form = |secret| {
        [("grant_type", "client_credentials"), ("client_id", "app"), ("client_secret", secret), ("scope", SCOPE)]
    };
    let (status, body) = ask(&entra, &form("s+&=")).await?;
    assert_eq!((status, &body["token_type"], &body["expires_in"]), (200, &json!("Bearer"), &json!(3600)));
    assert!(body.get("refresh_token").is_none());
    let claims = claims(&text(&body, "access_token"))?;
    assert_eq!(
        (&claims["aud"], &claims["appid"], &claims["idtyp"]),
        (&json!("https://api.partnercenter.microsoft.com"), &json!("app"), &json!("app"))
    );
    assert_eq!(entra.access_tokens(), [text(&body, "access_token")]);
    let (status, body) = ask(&entra, &form("s")).await?;
    assert_eq!((status, text(&body, "error").as_str(), code(&body)), (401, "invalid_client", 7_000_215));
    assert_eq!(entra.count(Grant::ClientCredentials), 2);
    assert_eq!(code(&redeem(&entra, "any").await?.1), 7_000_218);
    Ok(())
}

#[tokio::test]
async fn client_credentials_need_a_secret_and_a_default_scope() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let form = [("grant_type", "client_credentials"), ("client_id", "app"), ("scope", SCOPE)];
    assert_eq!(code(&ask(&entra, &form).await?.1), 7_000_218);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "app"),
        ("client_secret", "s"),
        ("scope", "https://api.partnercenter.microsoft.com/user_impersonation"),
    ];
    assert_eq!(code(&ask(&entra, &form).await?.1), 1_002_012);
    assert_eq!(code(&ask(&entra, &form[..3]).await?.1), 900_144);
    Ok(())
}

#[tokio::test]
async fn a_client_assertion_must_name_the_client_and_the_endpoint() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let url = entra.token_url(TENANT);
    let cases = [
        (kind, json!({ "iss": "app", "sub": "app", "aud": url }), 200),
        (kind, json!({ "iss": "other", "sub": "app", "aud": url }), 401),
        (kind, json!({ "iss": "app", "sub": "other", "aud": url }), 401),
        (kind, json!({ "iss": "app", "sub": "app", "aud": "https://login.example.com/x/oauth2/v2.0/token" }), 401),
        ("jwt", json!({ "iss": "app", "sub": "app", "aud": url }), 401),
    ];
    for (kind, claims, expected) in cases {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"PS256"}"#);
        let assertion = format!("{header}.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", "app"),
            ("scope", SCOPE),
            ("client_assertion_type", kind),
            ("client_assertion", &assertion),
        ];
        assert_eq!(ask(&entra, &form).await?.0, expected, "{kind} {claims}");
    }
    let requests = entra.requests();
    let (header, claims) = requests[0].client_assertion().ok_or("no assertion")?;
    assert_eq!((&header["alg"], &claims["sub"]), (&json!("PS256"), &json!("app")));
    Ok(())
}

#[tokio::test]
async fn each_redemption_gives_a_new_refresh_token_and_the_old_one_stays_valid() -> Outcome {
    let entra = TokenEndpoint::builder().refresh_token("first").start().await?;
    let mut token = "first".to_owned();
    let mut seen = HashSet::from([token.clone()]);
    for _ in 0..3 {
        let (status, body) = redeem(&entra, &token).await?;
        token = text(&body, "refresh_token");
        assert_eq!((status, seen.insert(token.clone())), (200, true));
    }
    assert_eq!(redeem(&entra, "first").await?.0, 200);
    assert_eq!(entra.refresh_tokens()[2], token);
    assert_eq!(code(&redeem(&entra, "made up").await?.1), 70000);
    Ok(())
}

#[tokio::test]
async fn an_old_refresh_token_can_be_refused() -> Outcome {
    let entra = TokenEndpoint::builder().refresh_token("first").rotation(Rotation::OldIsRevoked).start().await?;
    let (_, body) = redeem(&entra, "first").await?;
    assert_eq!(code(&redeem(&entra, "first").await?.1), 50173);
    assert_eq!(redeem(&entra, &text(&body, "refresh_token")).await?.0, 200);
    Ok(())
}

#[tokio::test]
async fn rotation_can_be_off_and_a_token_can_be_revoked() -> Outcome {
    let entra = TokenEndpoint::builder().rotation(Rotation::NoNewToken).start().await?;
    assert!(redeem(&entra, "any").await?.1.get("refresh_token").is_none());
    entra.revoke("any");
    let (status, body) = redeem(&entra, "any").await?;
    assert_eq!((status, text(&body, "error").as_str(), code(&body)), (400, "invalid_grant", 50173));
    Ok(())
}

#[tokio::test]
async fn an_authorization_code_is_redeemed_once() -> Outcome {
    let entra = TokenEndpoint::builder().authorization_code("code").start().await?;
    let form = |code| {
        [("grant_type", "authorization_code"), ("client_id", "app"), ("code", code), ("redirect_uri", "http://x")]
    };
    let (status, body) = ask(&entra, &form("code")).await?;
    assert!(status == 200 && body.get("refresh_token").is_some());
    assert_eq!(code(&ask(&entra, &form("code")).await?.1), 54005);
    assert_eq!(code(&ask(&entra, &form("other")).await?.1), 70000);
    assert_eq!(code(&ask(&entra, &form("code")[..3]).await?.1), 900_144);
    Ok(())
}

#[tokio::test]
async fn a_device_sign_in_goes_through_its_polls() -> Outcome {
    use DevicePoll::*;
    let interval = Duration::from_secs(1);
    let polls = [Pending, SlowDown, Pending, Approved];
    let entra = TokenEndpoint::builder().device_polls(polls).device_interval(interval).start().await?;
    let scope = "https://api.partnercenter.microsoft.com/user_impersonation offline_access";
    let (status, begun) = post(&entra.device_code_url(TENANT), &[("client_id", "app"), ("scope", scope)]).await?;
    assert_eq!((status, &begun["interval"], &begun["expires_in"]), (200, &json!(1), &json!(900)));
    assert!(text(&begun, "message").contains(&text(&begun, "user_code")));
    let device_code = text(&begun, "device_code");
    let poll = [("grant_type", DEVICE_GRANT), ("client_id", "app"), ("device_code", device_code.as_str())];
    for expected in ["authorization_pending", "slow_down", "authorization_pending"] {
        let (status, body) = ask(&entra, &poll).await?;
        assert_eq!((status, text(&body, "error").as_str()), (400, expected));
    }
    let (status, body) = ask(&entra, &poll).await?;
    assert!(status == 200 && body.get("refresh_token").is_some());
    assert_eq!(text(&ask(&entra, &poll).await?.1, "error"), "bad_verification_code");
    assert_eq!((entra.count(Grant::DeviceAuthorization), entra.count(Grant::DeviceCode)), (1, 5));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_device_sign_in_can_be_declined_and_expires() -> Outcome {
    for (polls, wait, expected) in [
        (DevicePoll::Declined, 0, "authorization_declined"),
        (DevicePoll::Expired, 0, "expired_token"),
        (DevicePoll::Pending, 59, "authorization_pending"),
        (DevicePoll::Approved, 60, "expired_token"),
    ] {
        let lifetime = Duration::from_secs(60);
        let entra = TokenEndpoint::builder().device_polls([polls]).device_lifetime(lifetime).start().await?;
        let url = entra.device_code_url(TENANT);
        let device_code = text(&post(&url, &[("client_id", "app"), ("scope", "x")]).await?.1, "device_code");
        tokio::time::sleep(Duration::from_secs(wait)).await;
        let poll = [("grant_type", DEVICE_GRANT), ("client_id", "app"), ("device_code", device_code.as_str())];
        assert_eq!(text(&ask(&entra, &poll).await?.1, "error"), expected);
    }
    Ok(())
}

#[tokio::test]
async fn a_device_sign_in_without_offline_access_gives_no_refresh_token() -> Outcome {
    let entra = TokenEndpoint::builder().device_polls([DevicePoll::Approved]).start().await?;
    let begun = post(&entra.device_code_url(TENANT), &[("client_id", "app"), ("scope", SCOPE)]).await?.1;
    let device_code = text(&begun, "device_code");
    let poll = [("grant_type", DEVICE_GRANT), ("client_id", "app"), ("device_code", device_code.as_str())];
    let (status, body) = ask(&entra, &poll).await?;
    assert!(status == 200 && body.get("refresh_token").is_none());
    Ok(())
}

#[tokio::test]
async fn tenant_client_and_grant_are_checked_where_they_were_set() -> Outcome {
    let entra = TokenEndpoint::builder().tenant(TENANT).client_id("app").public_client().start().await?;
    let refresh =
        |client, extra| [("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", "r"), extra];
    assert_eq!(code(&post(&entra.token_url("other"), &refresh("app", ("x", "y"))).await?.1), 90002);
    assert_eq!(code(&ask(&entra, &refresh("other", ("x", "y"))).await?.1), 700_016);
    assert_eq!(code(&ask(&entra, &refresh("app", ("client_secret", "s"))).await?.1), 700_025);
    assert_eq!(code(&ask(&entra, &[("client_id", "app")]).await?.1), 900_144);
    assert_eq!(code(&ask(&entra, &[("client_id", "app"), ("grant_type", "password")]).await?.1), 70003);
    assert_eq!(entra.count(Grant::Other), 2);
    assert_eq!(reqwest::get(entra.token_url(TENANT)).await?.status(), 400);
    assert_eq!(reqwest::get(entra.authority()).await?.status(), 404);
    Ok(())
}

#[tokio::test]
async fn a_body_that_is_no_form_is_not_read() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let request = reqwest::Client::new().post(entra.token_url(TENANT)).body("grant_type=refresh_token&client_id=app");
    let body: Value = request.send().await?.json().await?;
    assert_eq!((code(&body), entra.requests()[0].fields().len()), (900_144, 0));
    Ok(())
}

#[tokio::test]
async fn tokens_and_answers_can_be_shaped() -> Outcome {
    let entra = TokenEndpoint::builder()
        .lifetime(Duration::from_secs(90))
        .claim("amr", json!(["pwd"]))
        .claim("scp", Value::Null)
        .response_field("expires_in", "90")
        .response_field("ext_expires_in", Value::Null)
        .start()
        .await?;
    let (_, body) = redeem(&entra, "any").await?;
    assert_eq!((&body["expires_in"], body.get("ext_expires_in")), (&json!("90"), None));
    let claims = claims(&text(&body, "access_token"))?;
    assert_eq!((&claims["amr"], claims.get("scp")), (&json!(["pwd"]), None));
    let opaque = TokenEndpoint::builder().opaque_tokens().start().await?;
    assert!(!text(&redeem(&opaque, "any").await?.1, "access_token").contains('.'));
    Ok(())
}

#[tokio::test]
async fn other_answers_can_be_put_in_its_place() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let refusal = Refusal::inactive_refresh_token();
    let trace_id = refusal.trace_id().to_string();
    entra.answer_next(refusal);
    entra.answer_next(Reply::new(429).header("Retry-After", "7").body("{}"));
    entra.answer_next(Answer::reset());
    let (status, body) = redeem(&entra, "any").await?;
    assert_eq!((status, code(&body), text(&body, "trace_id")), (400, 700_082, trace_id));
    assert_eq!(redeem(&entra, "any").await?.0, 429);
    assert!(redeem(&entra, "any").await.is_err());
    assert_eq!(redeem(&entra, "any").await?.0, 200);
    entra.answer_always(Refusal::temporarily_unavailable());
    assert_eq!([redeem(&entra, "any").await?.0, redeem(&entra, "any").await?.0], [503, 503]);
    entra.answer_as_usual();
    assert_eq!(redeem(&entra, "any").await?.0, 200);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_answer_takes_as_long_as_told() -> Outcome {
    let entra = TokenEndpoint::builder().delay(Duration::from_secs(20)).start().await?;
    let begun = Instant::now();
    assert_eq!(redeem(&entra, "any").await?.0, 200);
    assert_eq!(begun.elapsed().as_secs(), 20);
    Ok(())
}

#[tokio::test]
async fn many_callers_at_once_each_get_their_own_tokens() -> Outcome {
    let entra = std::sync::Arc::new(TokenEndpoint::start().await?);
    let gate = entra.hold();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let entra = entra.clone();
        calls.spawn(async move { redeem(&entra, "any").await.map_err(|error| error.to_string()) });
    }
    gate.wait_for(100).await;
    gate.open();
    let mut seen = HashSet::new();
    while let Some(call) = calls.join_next().await {
        let (status, body) = call??;
        assert!(status == 200 && seen.insert(text(&body, "access_token")));
    }
    assert_eq!((seen.len(), entra.count(Grant::RefreshToken)), (100, 100));
    Ok(())
}

#[tokio::test]
async fn nothing_secret_is_in_a_debug_text() -> Outcome {
    let builder = TokenEndpoint::builder().client_secret("s3cret").refresh_token("s3cret");
    let mut shown = format!("{builder:?}");
    let entra = builder.start().await?;
    redeem(&entra, "s3cret").await?;
    shown += &format!("{entra:?} {:?} {:?}", entra.requests(), entra.server().requests());
    assert!(!shown.contains("s3cret") && !entra.refresh_tokens().iter().any(|token| shown.contains(token)), "{shown}");
    Ok(())
}
