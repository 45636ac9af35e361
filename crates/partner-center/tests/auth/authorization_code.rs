//! A user signs in with the browser of this machine: what is opened, which redirect is taken, and how it ends.

use std::error::Error;

use partner_center::auth::{
    AuthorizationCode, CredentialError, CredentialErrorKind as Kind, ExposeSecret, MemoryStore, RefreshTokenStore,
    TokenRequest,
};
use partner_center_mock::MockResponse;
use partner_center_mock::token_endpoint::{Authorization, Grant, OAuthError, TokenEndpoint};

use crate::support::{AUDIENCE, CLIENT_ID, Outcome, TENANT, exposed, request};

const REDIRECT_URI: &str = "http://localhost:51234";

fn start(entra: &TokenEndpoint) -> Result<AuthorizationCode, CredentialError> {
    AuthorizationCode::start(TENANT, CLIENT_ID, &request(entra), REDIRECT_URI)
}

/// Visits Entra as the browser does; where it sends the browser.
async fn visit(code: &AuthorizationCode) -> Result<String, Box<dyn Error>> {
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
    let response = client.get(code.authorization_url()).send().await?;
    Ok(response.headers().get("location").ok_or("no redirect")?.to_str()?.to_owned())
}

/// A field of the address that the browser is opened with.
fn opened_with(code: &AuthorizationCode, name: &str) -> String {
    let (_, query) = code.authorization_url().split_once('?').expect("a query");
    let mut fields = form_urlencoded::parse(query.as_bytes());
    fields.find(|(known, _)| known == name).map(|(_, value)| value.into_owned()).expect("the field is there")
}

#[tokio::test]
async fn the_code_in_the_redirect_yields_both_tokens() -> Outcome {
    let entra = TokenEndpoint::builder().public_client().start().await?;
    let code = start(&entra)?;
    assert!(code.authorization_url().starts_with(&format!("{}?client_id=", entra.authorization_url(TENANT))));
    for (name, value) in [
        ("client_id", CLIENT_ID),
        ("response_type", "code"),
        ("response_mode", "query"),
        ("redirect_uri", REDIRECT_URI),
        ("scope", &format!("{AUDIENCE}/user_impersonation offline_access")),
        ("code_challenge_method", "S256"),
        ("prompt", "select_account"),
    ] {
        assert_eq!(opened_with(&code, name), value, "{name}");
    }
    let redirect = visit(&code).await?;
    assert!(redirect.starts_with(REDIRECT_URI) && code.is_redirect(&redirect));
    // In the form of a request line.
    let target = redirect.replace(REDIRECT_URI, "/");
    let signed_in = code.redeem(&target).await?;
    assert_eq!(entra.access_tokens(), [exposed(signed_in.access_token())]);
    let store = MemoryStore::new("the token of an earlier sign-in");
    signed_in.save(&store).await?;
    let stored = store.load().await?.map(|token| token.expose_secret().to_owned());
    assert_eq!(entra.refresh_tokens().last(), stored.as_ref());

    let redemption = entra.requests().pop().ok_or("no redemption")?;
    assert_eq!(redemption.grant(), Grant::AuthorizationCode);
    let verifier = redemption.field("code_verifier").unwrap_or_default();
    assert!((43..=128).contains(&verifier.len()) && verifier.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    assert_eq!(redemption.field("client_secret"), None);
    Ok(())
}

#[tokio::test]
async fn each_sign_in_has_a_state_and_a_challenge_of_its_own() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let (one, other) = (start(&entra)?, start(&entra)?);
    for name in ["state", "code_challenge"] {
        assert_ne!(opened_with(&one, name), opened_with(&other, name), "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn a_redirect_with_another_state_is_rejected() -> Outcome {
    let entra = TokenEndpoint::builder().authorization(Authorization::WrongState).start().await?;
    let code = start(&entra)?;
    let state = opened_with(&code, "state");
    for url in ["/", "", "/favicon.ico", "/?code=x", "/?code=x&state=", "/?state=other", &format!("/state={state}")] {
        assert!(!code.is_redirect(url), "{url}");
    }
    let redirect = visit(&code).await?;
    assert!(!code.is_redirect(&redirect));
    let error = code.redeem(&redirect).await.expect_err("it is another's");
    assert_eq!((error.kind(), entra.count(Grant::AuthorizationCode)), (Kind::UnexpectedResponse, 0));
    assert!(error.to_string().contains("state") && error.help().contains("Start the sign-in again"), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_code_of_another_sign_in_is_rejected() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let (mine, others) = (start(&entra)?, start(&entra)?);
    let injected = visit(&others).await?.replace(&opened_with(&others, "state"), &opened_with(&mine, "state"));
    assert!(mine.is_redirect(&injected));
    let error = mine.redeem(&injected).await.expect_err("PKCE binds the code to its own sign-in");
    assert_eq!((error.aadsts_codes(), entra.access_tokens().len()), (&[501_481][..], 0));
    Ok(())
}

#[tokio::test]
async fn an_error_in_the_redirect_is_reported_with_entras_text() -> Outcome {
    let entra = TokenEndpoint::builder().authorization(Authorization::Declined).start().await?;
    let code = start(&entra)?;
    let redirect = visit(&code).await?;
    let error = code.redeem(&redirect).await.expect_err("the user declined");
    assert_eq!(
        (error.kind(), error.error(), error.aadsts_codes()),
        (Kind::Declined, Some("access_denied"), &[65004][..])
    );
    assert!(error.to_string().contains("User declined to consent"), "{error}");

    let description = "AADSTS53003: Access has been blocked. Trace ID: t-1 Correlation ID: c-1 Timestamp: now";
    for (fields, kind) in [
        (&[("error", "access_denied"), ("error_description", description)][..], Kind::ConditionalAccess),
        (&[("error", "consent_required")], Kind::ConsentMissing),
        (&[("error", "temporarily_unavailable")], Kind::ServerFailure),
        (&[("error", "invalid_request"), ("code", "x")], Kind::Rejected),
        (&[("code", "")], Kind::UnexpectedResponse),
        (&[], Kind::UnexpectedResponse),
    ] {
        let code = start(&entra)?;
        let mut query = form_urlencoded::Serializer::new(String::new());
        let query = query.extend_pairs(fields).append_pair("state", &opened_with(&code, "state")).finish();
        let error = code.redeem(&format!("/?{query}")).await.expect_err("there is no code");
        assert_eq!(error.kind(), kind, "{fields:?}: {error}");
        if kind == Kind::ConditionalAccess {
            assert_eq!((error.trace_id(), error.correlation_id()), (Some("t-1"), Some("c-1")));
        }
    }
    assert_eq!(entra.count(Grant::AuthorizationCode), 0);
    Ok(())
}

#[tokio::test]
async fn transient_failures_are_retried_and_a_redeemed_code_is_not() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let code = start(&entra)?;
    let redirect = visit(&code).await?;
    entra.respond_next(MockResponse::new(503));
    code.redeem(&redirect).await?;
    assert_eq!(entra.count(Grant::AuthorizationCode), 2);

    let code = start(&entra)?;
    let redirect = visit(&code).await?;
    entra.respond_next(OAuthError::redeemed_code());
    let error = code.redeem(&redirect).await.expect_err("the code was redeemed before");
    assert_eq!((error.kind(), entra.count(Grant::AuthorizationCode)), (Kind::SignInRequired, 3));
    Ok(())
}

#[tokio::test]
async fn an_application_registered_for_another_platform_says_what_to_change() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let single_page = OAuthError::new("invalid_request", 9_002_327, "Tokens may only be redeemed cross-origin.");
    for (oauth_error, kind) in [(OAuthError::missing_secret(), Kind::InvalidClient), (single_page, Kind::InvalidClient)]
    {
        let code = start(&entra)?;
        let redirect = visit(&code).await?;
        entra.respond_next(oauth_error);
        let error = code.redeem(&redirect).await.expect_err("it is not a public client");
        assert_eq!(error.kind(), kind);
        assert!(error.help().contains("under \"Mobile and desktop applications\""), "{}", error.help());
    }
    Ok(())
}

#[tokio::test]
async fn an_impossible_sign_in_is_an_error_before_the_browser_opens() -> Outcome {
    let request = TokenRequest::for_audience(AUDIENCE, "http://127.0.0.1:1")?;
    for (tenant, client_id) in [("", CLIENT_ID), ("a/b", CLIENT_ID), (TENANT, " ")] {
        let error = AuthorizationCode::start(tenant, client_id, &request, REDIRECT_URI).expect_err("it must fail");
        assert_eq!(error.kind(), Kind::Configuration, "{tenant} {client_id}");
    }
    Ok(())
}
