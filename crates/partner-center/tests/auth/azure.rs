//! Credentials of the Azure SDK.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::error::{Error, ErrorKind};
use azure_core::http::StatusCode;
use partner_center::auth::{AzureCredential, Credential, CredentialErrorKind as Kind};

use crate::support::{AUDIENCE, Outcome, exposed, lock, request_to};

/// A credential that records the requested scopes.
#[derive(Debug)]
struct Fake {
    outcome: fn() -> azure_core::Result<AccessToken>,
    scopes: Mutex<Vec<String>>,
}

impl Fake {
    fn new(outcome: fn() -> azure_core::Result<AccessToken>) -> Arc<Self> {
        Arc::new(Self { outcome, scopes: Mutex::default() })
    }
}

// The expansion of `async_trait` for `async fn get_token`.
impl TokenCredential for Fake {
    fn get_token<'a, 'b, 'c, 'd, 'e>(
        &'a self,
        scopes: &'b [&'c str],
        _: Option<TokenRequestOptions<'d>>,
    ) -> Pin<Box<dyn Future<Output = azure_core::Result<AccessToken>> + Send + 'e>>
    where
        'a: 'e,
        'b: 'e,
        'c: 'e,
        'd: 'e,
        Self: 'e,
    {
        lock(&self.scopes).extend(scopes.iter().map(|scope| (*scope).to_owned()));
        Box::pin(std::future::ready((self.outcome)()))
    }
}

#[tokio::test]
async fn returns_the_token_and_its_remaining_lifetime() -> Outcome {
    let fake = Fake::new(|| {
        let expires = SystemTime::now() + Duration::from_secs(1800);
        Ok(AccessToken::new("s3cr3t-azure", expires.into()))
    });
    let credential = AzureCredential::new(fake.clone());
    let token = credential.token(&request_to("http://127.0.0.1:1")).await?;
    assert_eq!(exposed(&token), "s3cr3t-azure");
    let lifetime = token.lifetime().ok_or("it has an end")?.as_secs();
    assert!((1790..=1800).contains(&lifetime), "{lifetime}");
    assert_eq!(*lock(&fake.scopes), [format!("{AUDIENCE}/.default")]);
    assert!(!format!("{credential:?}").contains("s3cr3t"));
    Ok(())
}

#[tokio::test]
async fn a_token_expired_by_the_local_clock_is_still_returned() -> Outcome {
    let fake = Fake::new(|| Ok(AccessToken::new("s3cr3t-azure", SystemTime::UNIX_EPOCH.into())));
    let token = AzureCredential::new(fake).token(&request_to("http://127.0.0.1:1")).await?;
    assert_eq!(token.lifetime(), Some(Duration::ZERO));
    Ok(())
}

#[tokio::test]
async fn keeps_the_azure_sdks_message_and_parses_its_codes() {
    fn mfa() -> azure_core::Result<AccessToken> {
        Err(Error::with_message(ErrorKind::Credential, "AADSTS50076: MFA is needed"))
    }
    fn io() -> azure_core::Result<AccessToken> {
        Err(Error::with_message(ErrorKind::Io, "reset"))
    }
    fn other() -> azure_core::Result<AccessToken> {
        Err(Error::with_message(ErrorKind::Credential, "no CLI"))
    }
    type Responder = fn() -> azure_core::Result<AccessToken>;
    let cases: [(Responder, _, _); 3] =
        [(mfa, Kind::MfaRequired, "MFA is needed"), (io, Kind::Unreachable, "reset"), (other, Kind::Other, "no CLI")];
    for (outcome, kind, said) in cases {
        let credential = AzureCredential::new(Fake::new(outcome));
        let error = credential.token(&request_to("http://127.0.0.1:1")).await.expect_err("it must fail");
        assert_eq!((error.kind(), error.is_retryable()), (kind, kind == Kind::Unreachable));
        assert!(error.to_string().contains(said), "{error}");
        assert_eq!(error.aadsts_codes(), if kind == Kind::MfaRequired { &[50076][..] } else { &[] });
    }
}

#[tokio::test]
async fn parses_the_error_that_the_azure_sdk_wraps() {
    type Responder = fn() -> azure_core::Result<AccessToken>;
    fn wrapped(cause: Error) -> azure_core::Result<AccessToken> {
        let inner = Error::with_error(ErrorKind::Credential, cause, "no token");
        Err(Error::with_error(ErrorKind::Credential, inner, "every credential failed"))
    }
    fn error_with(status: StatusCode) -> azure_core::Result<AccessToken> {
        let kind = ErrorKind::HttpResponse { status, error_code: None, raw_response: None };
        wrapped(kind.into_error())
    }
    let cases: [(Responder, Kind); 7] = [
        (|| wrapped(Error::with_message(ErrorKind::Io, "reset")), Kind::Unreachable),
        (|| wrapped(Error::with_message(ErrorKind::Connection, "connection refused")), Kind::Unreachable),
        (|| error_with(StatusCode::ServiceUnavailable), Kind::ServerFailure),
        (|| error_with(StatusCode::TooManyRequests), Kind::Throttled),
        (|| error_with(StatusCode::BadRequest), Kind::Other),
        (|| wrapped(Error::with_message(ErrorKind::Credential, "AADSTS7000222: too old")), Kind::InvalidClient),
        (|| wrapped(Error::with_message(ErrorKind::Credential, "no CLI")), Kind::Other),
    ];
    for (outcome, kind) in cases {
        let credential = AzureCredential::new(Fake::new(outcome));
        let error = credential.token(&request_to("http://127.0.0.1:1")).await.expect_err("it must fail");
        let may_pass = matches!(kind, Kind::Unreachable | Kind::ServerFailure | Kind::Throttled);
        assert_eq!((error.kind(), error.is_retryable()), (kind, may_pass));
        assert!(error.to_string().contains("every credential failed"), "{error}");
    }
}
