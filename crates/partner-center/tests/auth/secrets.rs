//! No secret appears in errors, `Debug` output or tracing events at any level.

use std::error::Error as StdError;
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use partner_center::auth::{
    AccessToken, ClientSecret, Credential, CredentialError, CredentialErrorKind, DeviceCode, FileStore, MemoryStore,
    RefreshToken, RefreshTokenStore, StaticToken, TokenRequest,
};
use partner_center::{Client, RetryPolicy};
use partner_center_mock::MockResponse;
use partner_center_mock::faults::{FaultResponse, FaultServer, Request};
use serde_json::json;

use crate::support::{CLIENT_ID, Folder, Outcome, TENANT, request_to};
use crate::trace::records;

/// The prefix of every secret in this process. The tokens that the endpoint issues have another one and are not used.
const MARK: &str = "s3cr3t";
const CLIENT_SECRET: &str = "s3cr3t+client/secret";
const REFRESH_TOKEN: &str = "s3cr3t-refresh-token";
const DEVICE_CODE: &str = "s3cr3t-device-code";

/// All text of an error.
fn all_of(error: &CredentialError) -> String {
    let mut shown = format!("{error} {error:?} {error:#?} {}", error.help());
    for text in [error.error(), error.description(), error.correlation_id(), error.trace_id()] {
        shown.push_str(text.unwrap_or_default());
    }
    let mut source = error.source();
    while let Some(error) = source {
        shown.push_str(&format!("{error} {error:?}"));
        source = error.source();
    }
    shown
}

/// The signatures of the assertions and the code verifiers that were sent. They do not contain the mark, so they are
/// compared literally.
fn unmarked(requests: &[Request]) -> Vec<String> {
    let unmarked = |request: &Request| {
        let mut fields = form_urlencoded::parse(request.body());
        fields.find_map(|(name, value)| match &*name {
            "client_assertion" => Some(value.rsplit_once('.')?.1.get(..40)?.to_owned()),
            "code_verifier" => Some(value.into_owned()),
            _ => None,
        })
    };
    requests.iter().filter_map(unmarked).collect()
}

/// A sign-in with the browser, and a redirect with a marked code.
#[cfg(feature = "browser")]
fn browser(request: &TokenRequest) -> Result<(partner_center::auth::AuthorizationCode, String), CredentialError> {
    let code = partner_center::auth::AuthorizationCode::start(TENANT, CLIENT_ID, request, "http://localhost:1")?;
    let fields = code.authorization_url().split('&');
    let state = fields.filter_map(|field| field.strip_prefix("state=")).collect::<String>();
    Ok((code, format!("/?code=s3cr3t-authorization-code&state={state}")))
}

fn assert_shows_no_secret(shown: &str) {
    let found = shown.find(MARK).map(|at| &shown[at.saturating_sub(80)..]);
    assert!(found.is_none(), "a secret is shown: {}", found.unwrap_or_default());
}

/// Responses that echo the request, or contain secrets in unexpected places.
fn echoes(sent: &str) -> Vec<FaultResponse> {
    let oauth_error = |error: &str| {
        json!({ "error": error, "error_description": format!("AADSTS7000215: {sent}"), "suberror": sent,
                "trace_id": sent, "correlation_id": sent, "claims": sent, "error_codes": [50076] })
    };
    let header = sent.replace(['\r', '\n'], " ");
    vec![
        MockResponse::json(400, &oauth_error("invalid_grant")).into(),
        MockResponse::json(401, &oauth_error(sent)).into(),
        MockResponse::json(503, &oauth_error("temporarily_unavailable")).into(),
        MockResponse::json(200, &oauth_error("invalid_grant")).into(),
        MockResponse::html(200, format!("<h1>{sent}</h1>")).into(),
        MockResponse::html(400, format!("<h1>{sent}</h1>")).header("x-ms-request-id", &header).into(),
        MockResponse::new(500).header("x-ms-request-id", &header).header("client-request-id", &header).into(),
        MockResponse::new(400).header("Content-Type", &header).into(),
        MockResponse::new(307).header("Location", format!("https://{MARK}@login.example/{MARK}?{header}")).into(),
        MockResponse::text(200, format!("{{\"access_token\":\"{MARK}-half")).into(),
        MockResponse::json(200, &json!({ "access_token": [MARK] })).into(),
        MockResponse::json(200, &json!({ "access_token": MARK, "expires_in": MARK, "token_type": MARK })).into(),
        MockResponse::json(200, &json!({ "access_token": MARK, "refresh_token": { MARK: MARK } })).into(),
        MockResponse::json(200, &json!({ "device_code": MARK, "user_code": { MARK: MARK } })).into(),
        FaultResponse::partial(MockResponse::json(200, &json!({ "access_token": MARK })), 12),
        FaultResponse::raw(format!("HTTP/1.1 200 OK\r\n{MARK}")).then_close(),
        FaultResponse::raw(format!("{MARK}\r\n\r\n")).then_close(),
        FaultResponse::reset(),
    ]
}

/// The form of a request, raw and decoded.
fn sent_by(request: &Request) -> String {
    let fields = form_urlencoded::parse(request.body()).map(|(_, value)| value.into_owned());
    let fields: Vec<_> = fields.collect();
    let encoded = String::from_utf8_lossy(request.body());
    format!("{encoded} {} {}", encoded.to_ascii_lowercase(), fields.join(" "))
}

/// An endpoint that issues device codes and sends this response to every other request.
async fn endpoint(response: impl Fn(&Request) -> FaultResponse + Send + 'static) -> FaultServer {
    let server = FaultServer::builder().respond_with(move |request| match request.path().ends_with("/devicecode") {
        true => FaultResponse::from(MockResponse::json(
            200,
            &json!({ "device_code": DEVICE_CODE, "user_code": "u", "verification_uri": "v", "interval": 1 }),
        )),
        false => response(request),
    });
    server.start().await.expect("loopback has a free port")
}

/// One credential of each type, with marked secrets.
fn credentials(folder: &Folder) -> Vec<Box<dyn Credential>> {
    vec![
        Box::new(ClientSecret::new(TENANT, CLIENT_ID, CLIENT_SECRET)),
        Box::new(
            RefreshToken::new(TENANT, CLIENT_ID, FileStore::new(folder.file("token")))
                .client_secret(CLIENT_SECRET)
                .initial(REFRESH_TOKEN),
        ),
        #[cfg(feature = "certificate")]
        Box::new(partner_center::auth::ClientCertificate::new(TENANT, CLIENT_ID, crate::certificate::marked())),
    ]
}

#[tokio::test(start_paused = true)]
async fn no_error_path_shows_a_secret() -> Outcome {
    let folder = Folder::new();
    let turn = Arc::new(AtomicUsize::new(0));
    let number = turn.clone();
    let response = move |request: &Request| echoes(&sent_by(request)).swap_remove(number.load(Ordering::SeqCst));
    let entra = endpoint(response).await;
    let request = request_to(&entra.url()).retry(RetryPolicy::off());
    let mut shown = Vec::new();
    for credential in credentials(&folder) {
        for number in 0..echoes("").len() {
            turn.store(number, Ordering::SeqCst);
            if let Err(error) = credential.token(&request).await {
                shown.push(all_of(&error));
            }
        }
    }
    for number in 0..echoes("").len() {
        turn.store(number, Ordering::SeqCst);
        if let Err(error) = DeviceCode::new(TENANT, CLIENT_ID).sign_in(&request, |_| ()).await {
            shown.push(all_of(&error));
        }
        #[cfg(feature = "browser")]
        {
            let (code, redirect) = browser(&request)?;
            if let Err(error) = code.redeem(&redirect).await {
                shown.push(all_of(&error));
            }
        }
    }
    assert!(shown.len() > 50, "{} errors were looked at", shown.len());
    shown.extend(records().iter().map(|record| record.text.clone()));
    let unmarked = unmarked(&entra.requests());
    let kinds = usize::from(cfg!(feature = "certificate")) + usize::from(cfg!(feature = "browser"));
    assert!(unmarked.len() >= kinds * echoes("").len(), "{} assertions and verifiers were sent", unmarked.len());
    for shown in shown {
        assert_shows_no_secret(&shown);
        let found = unmarked.iter().find(|secret| shown.contains(secret.as_str()));
        assert!(found.is_none(), "an assertion or a verifier is shown: {shown}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn no_success_path_shows_a_secret() -> Outcome {
    let folder = Folder::new();
    let granted = json!({ "access_token": "s3cr3t-access", "refresh_token": "s3cr3t-rotated", "expires_in": 3600 });
    let entra = endpoint(move |_| MockResponse::json(200, &granted).into()).await;
    let request = request_to(&entra.url());
    for credential in credentials(&folder) {
        for _ in 0..2 {
            let token = credential.token(&request).await?;
            assert_shows_no_secret(&format!("{token:?} {token:#?}"));
        }
    }
    let sign_in = DeviceCode::new(TENANT, CLIENT_ID);
    let signed_in = sign_in.sign_in(&request, |prompt| assert_shows_no_secret(&format!("{prompt:?}"))).await?;
    assert_shows_no_secret(&format!("{signed_in:?}"));
    #[cfg(feature = "browser")]
    {
        let (code, redirect) = browser(&request)?;
        assert_shows_no_secret(&format!("{:?}", code.redeem(&redirect).await?));
    }

    let unmarked = unmarked(&entra.requests());
    let records = records();
    assert!(records.len() > 10, "hyper and reqwest are recorded too");
    for record in records.iter() {
        assert_shows_no_secret(&record.text);
        assert!(!unmarked.iter().any(|secret| record.text.contains(secret)), "an assertion or a verifier is shown");
    }
    Ok(())
}

#[tokio::test]
async fn debug_output_shows_no_secret() -> Outcome {
    fn shown(value: &dyn Debug) -> String {
        format!("{value:?} {value:#?}")
    }
    let folder = Folder::new();
    let memory = MemoryStore::new(REFRESH_TOKEN);
    memory.save(&REFRESH_TOKEN.into()).await?;
    let refresh_token = RefreshToken::new(TENANT, CLIENT_ID, FileStore::new(folder.file("token")))
        .client_secret(CLIENT_SECRET)
        .initial(REFRESH_TOKEN);
    let request = TokenRequest::for_audience("https://service.example", "http://127.0.0.1:1")?;
    let builder = Client::builder().credential(StaticToken::new(MARK));
    let secret = ClientSecret::new(TENANT, CLIENT_ID, CLIENT_SECRET);
    for value in [
        &memory as &dyn Debug,
        &memory.load().await?,
        &FileStore::new(folder.file("token")),
        &refresh_token,
        &secret,
        &StaticToken::new(MARK),
        &AccessToken::new(MARK, Duration::from_secs(1)),
        &AccessToken::without_expiry(MARK),
        &DeviceCode::new(TENANT, CLIENT_ID),
        #[cfg(feature = "browser")]
        &browser(&request)?.0,
        &CredentialError::new(CredentialErrorKind::Other, "said"),
        &request,
        &builder,
    ] {
        assert_shows_no_secret(&shown(value));
    }
    assert_shows_no_secret(&shown(&builder.build()?));
    #[cfg(feature = "browser")]
    {
        let code = browser(&request)?.0;
        assert_eq!(shown(&code).matches('"').count(), 2 * 4, "tenant and application alone: {code:?}");
    }
    assert!(shown(&secret).contains(TENANT) && shown(&secret).contains(CLIENT_ID), "what helps is shown");
    Ok(())
}
