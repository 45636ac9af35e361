//! Sign-in during calls: clock skew, OAuth errors, tokens that expire between calls.

use std::time::Duration;

use partner_center::auth::{ClientSecret, CredentialErrorKind};
use partner_center::{Client, ErrorKind};
use partner_center_mock::faults::{EventKind, FaultResponse, FaultServer};
use partner_center_mock::token_endpoint::{Grant, OAuthError, TokenEndpoint, TokenEndpointBuilder};
use tokio::task::JoinSet;

use crate::capture::SECRET;
use crate::clock::Clock;
use crate::support::{Outcome, builder, call, contoso};

const SECOND: Duration = Duration::from_secs(1);

fn client(entra: &TokenEndpoint, service: &FaultServer) -> Result<Client, partner_center::Error> {
    let credential = ClientSecret::new("contoso.example", "an-application", SECRET);
    builder(service.url()).authority(entra.authority()).credential(credential).build()
}

/// An endpoint whose clock is `ahead` seconds ahead of the local one, and whose tokens are valid for one hour.
fn skewed(ahead: i64) -> TokenEndpointBuilder {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |now| now.as_secs());
    let now = i64::try_from(now).unwrap_or_default() + ahead;
    TokenEndpoint::builder()
        .response_field("not_before", now)
        .response_field("expires_on", now + 3600)
        .claim("nbf", now)
        .claim("iat", now)
        .claim("exp", now + 3600)
}

#[tokio::test]
async fn clock_skew_neither_costs_a_request_nor_extends_a_token() -> Outcome {
    for ahead in [-86_400, -600, 600, 86_400] {
        let clock = Clock::pause();
        let (entra, service) = (skewed(ahead).start().await?, FaultServer::start([contoso()]).await?);
        let client = client(&entra, &service)?;
        for _ in 0..20 {
            call(&client).await?;
        }
        assert_eq!(entra.count(Grant::ClientCredentials), 1, "{ahead} s: one token is used for its whole lifetime");
        // Two hours later by the monotonic clock.
        clock.run(600 * SECOND, tokio::time::sleep(7200 * SECOND)).await;
        call(&client).await?;
        assert_eq!(entra.count(Grant::ClientCredentials), 2, "{ahead} s: a dead token is replaced");
        tokio::time::resume();
    }
    Ok(())
}

#[tokio::test]
async fn five_hundred_calls_succeed_with_tokens_of_a_few_seconds() -> Outcome {
    let clock = Clock::pause();
    let entra = TokenEndpoint::builder().lifetime(4 * SECOND).start().await?;
    let service = FaultServer::start([contoso()]).await?;
    let client = client(&entra, &service)?;
    let calls = async {
        for _ in 0..50 {
            let mut together = JoinSet::new();
            for _ in 0..10 {
                let client = client.clone();
                together.spawn(async move { call(&client).await.map(|response| response.attempts()) });
            }
            for attempts in together.join_all().await {
                assert_eq!(attempts?, 1);
            }
            tokio::time::sleep(SECOND / 2).await;
        }
        Ok::<_, partner_center::Error>(())
    };
    clock.run(SECOND / 10, calls).await?;
    assert_eq!(service.count(EventKind::Request), 500);
    assert!(entra.requests().len() > 5, "tokens ended in between");
    Ok(())
}

#[tokio::test]
async fn nothing_is_sent_after_a_failed_sign_in() -> Outcome {
    for (oauth_error, kind) in [
        (OAuthError::mfa_required(), CredentialErrorKind::MfaRequired),
        (OAuthError::wrong_secret(), CredentialErrorKind::InvalidClient),
    ] {
        let (entra, service) = (TokenEndpoint::start().await?, FaultServer::start([contoso()]).await?);
        entra.respond_always(oauth_error);
        let error = call(&client(&entra, &service)?).await.expect_err("no token");
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Credential, 0));
        let cause = error.credential_error().ok_or("the cause is kept")?;
        assert_eq!(cause.kind(), kind);
        assert_eq!(error.help(), cause.help());
        assert!(error.request_id().is_some() && !error.may_have_been_sent());
        assert!(!format!("{error} {error:?}").contains(SECRET));
        assert_eq!(service.count(EventKind::Connected), 0);
    }
    Ok(())
}

#[tokio::test]
async fn a_hanging_sign_in_ends_at_the_calls_deadline() -> Outcome {
    let clock = Clock::pause();
    let (entra, service) = (TokenEndpoint::start().await?, FaultServer::start([contoso()]).await?);
    entra.respond_always(FaultResponse::stall());
    let client = client(&entra, &service)?;
    let request = client.customer(crate::support::CUSTOMER).organization().timeout(20 * SECOND);
    let error = clock.run(SECOND, request.into_future()).await.expect_err("no token in time");
    assert!(matches!(error.kind(), ErrorKind::Timeout | ErrorKind::Credential), "{error}");
    assert!(error.elapsed() <= 25 * SECOND && !error.may_have_been_sent(), "{:?}", error.elapsed());
    assert_eq!(service.count(EventKind::Connected), 0);
    Ok(())
}
