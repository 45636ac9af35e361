//! The form fields that each credential sends.

use partner_center::auth::{AccessToken, Credential};
use partner_center::auth::{ClientSecret, CredentialErrorKind, MemoryStore, RefreshToken, StaticToken, credential_fn};
use partner_center_mock::token_endpoint::{Grant, TokenEndpoint};

use crate::support::{AUDIENCE, CLIENT_ID, Outcome, TENANT, exposed, request, request_to, token};

/// The form of the only request, as `name=value` in order.
fn form(entra: &TokenEndpoint) -> Vec<String> {
    let requests = entra.requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    assert_eq!(requests[0].tenant(), TENANT);
    requests[0].fields().iter().map(|(name, value)| format!("{name}={value}")).collect()
}

#[tokio::test]
async fn a_client_secret_requests_the_default_scope() -> Outcome {
    const SECRET: &str = "s3cr3t&q=+~ü";
    let entra = TokenEndpoint::builder().client_secret(SECRET).start().await?;
    let credential = ClientSecret::new(format!(" {TENANT}\n"), format!(" {CLIENT_ID}\n"), SECRET);
    let got = token(&credential, &request(&entra)).await?;
    assert_eq!(entra.access_tokens(), [got]);
    let expected = [
        &format!("client_id={CLIENT_ID}"),
        "grant_type=client_credentials",
        &format!("client_secret={SECRET}"),
        &format!("scope={AUDIENCE}/.default"),
    ];
    assert_eq!(form(&entra), expected);
    Ok(())
}

#[tokio::test]
async fn a_refresh_token_requests_user_scopes_and_offline_access() -> Outcome {
    let entra = TokenEndpoint::builder().client_secret("s3cr3t").refresh_token("r1").start().await?;
    let credential = RefreshToken::new(TENANT, CLIENT_ID, MemoryStore::new("r1")).client_secret("s3cr3t");
    let got = token(&credential, &request(&entra)).await?;
    assert_eq!(entra.access_tokens(), [got]);
    let expected = [
        &format!("client_id={CLIENT_ID}"),
        "grant_type=refresh_token",
        "client_secret=s3cr3t",
        "refresh_token=r1",
        &format!("scope={AUDIENCE}/user_impersonation offline_access"),
    ];
    assert_eq!(form(&entra), expected);
    Ok(())
}

#[tokio::test]
async fn a_public_client_sends_no_secret() -> Outcome {
    let entra = TokenEndpoint::builder().public_client().start().await?;
    let credential = RefreshToken::new(TENANT, CLIENT_ID, MemoryStore::new("r1"));
    token(&credential, &request(&entra)).await?;
    assert!(!form(&entra).iter().any(|field| field.starts_with("client_secret")), "{:?}", form(&entra));
    Ok(())
}

#[tokio::test]
async fn all_attempts_have_the_same_headers_and_correlation_id() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    entra.respond_next(partner_center_mock::MockResponse::new(503));
    token(&ClientSecret::new(TENANT, CLIENT_ID, "s3cr3t"), &request(&entra)).await?;
    let requests = entra.requests();
    let headers = |index: usize| {
        let request = requests[index].request();
        let mut names: Vec<_> = request.headers().iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
        names.sort();
        assert_eq!((request.method(), request.header("accept")), ("POST", Some("application/json")));
        assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
        assert_eq!(names, ["accept", "client-request-id", "content-length", "content-type", "host", "user-agent"]);
        request.header("client-request-id").map(str::to_owned)
    };
    assert_eq!(requests.len(), 2);
    assert_eq!(headers(0), headers(1));
    Ok(())
}

#[tokio::test]
async fn static_tokens_and_closures_send_no_request() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    assert_eq!(token(&StaticToken::new("s3cr3t-1"), &request(&entra)).await?, "s3cr3t-1");
    let closure = credential_fn(|request| async move { Ok(AccessToken::without_expiry(request.audience())) });
    // Shared and boxed credentials are credentials.
    let shared: std::sync::Arc<dyn Credential> = std::sync::Arc::new(Box::new(closure));
    assert_eq!(exposed(&shared.token(&request(&entra)).await?), AUDIENCE);
    assert_eq!(entra.requests().len(), 0);
    Ok(())
}

#[tokio::test]
async fn invalid_settings_are_rejected_before_anything_is_sent() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    // The tenant becomes part of the address and must not lead elsewhere.
    let tenants = ["", " ", "..", ".", "a/b", "a?b", "a#b", "a%2fb", "a@b", "ä", "-a", "a b"];
    let invalid = tenants.map(|tenant| (tenant, CLIENT_ID, "tenant"));
    for (tenant, client_id, culprit) in invalid.into_iter().chain([(TENANT, " ", "client")]) {
        let error =
            token(&ClientSecret::new(tenant, client_id, "s3cr3t"), &request(&entra)).await.expect_err("it must fail");
        assert_eq!(error.kind(), CredentialErrorKind::Configuration);
        assert!(error.to_string().contains(culprit), "{error}");
    }
    let none = RefreshToken::new(TENANT, CLIENT_ID, MemoryStore::default());
    let error = token(&none, &request(&entra)).await.expect_err("it must fail");
    assert!(error.to_string().contains("there is no refresh token"), "{error}");
    assert_eq!(error.kind(), CredentialErrorKind::SignInRequired);
    assert_eq!(entra.requests().len(), 0);
    Ok(())
}

#[test]
fn secrets_are_sent_over_https_or_to_loopback_only() {
    use partner_center::auth::TokenRequest;
    for authority in ["http://login.example", "http://127.0.0.1.example", "login.example", "", "https://a/?b"] {
        assert!(TokenRequest::for_audience(AUDIENCE, authority).is_err(), "{authority}");
    }
    assert_eq!(request_to("http://127.0.0.1:1/").authority(), "http://127.0.0.1:1");
    assert_eq!(request_to("https://login.microsoftonline.com").audience(), AUDIENCE);
}

#[tokio::test]
async fn the_mock_counts_each_grant() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    token(&ClientSecret::new(TENANT, CLIENT_ID, "s3cr3t"), &request(&entra)).await?;
    token(&RefreshToken::new(TENANT, CLIENT_ID, MemoryStore::new("r1")), &request(&entra)).await?;
    assert_eq!((entra.count(Grant::ClientCredentials), entra.count(Grant::RefreshToken)), (1, 1));
    Ok(())
}
