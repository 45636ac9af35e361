//! Sign-in with proxy variables in the environment.
//!
//! Each test runs this binary again with the variables set, since a process must not change its own environment.

use std::env;
use std::ffi::OsStr;

use partner_center::auth::{Credential, from_env};
use partner_center_mock::token_endpoint::{Grant, TokenEndpoint};

use crate::other_process::Other;
use crate::support::{Outcome, request_to};

const AUTHORITY: &str = "PARTNER_CENTER_TEST_AUTHORITY";

/// Runs the test again with these variables and those of an application.
async fn passes(test: &'static str, authority: &str, variables: &[(&str, &str)]) -> Outcome {
    let application = [
        (AUTHORITY, authority),
        ("AZURE_TENANT_ID", "contoso.example"),
        ("AZURE_CLIENT_ID", "app"),
        ("AZURE_CLIENT_SECRET", "s3cr3t"),
    ];
    let variables: Vec<(&str, &OsStr)> =
        application.iter().chain(variables).map(|(name, value)| (*name, value.as_ref())).collect();
    let other = Other::start(module_path!(), test, &variables)?;
    let (is_well, said) = tokio::task::spawn_blocking(move || other.wait()).await??;
    assert!(is_well, "{said}");
    Ok(())
}

#[tokio::test]
async fn a_sign_in_on_loopback_bypasses_the_proxy() -> Outcome {
    if let Ok(authority) = env::var(AUTHORITY) {
        from_env()?.token(&request_to(&authority)).await?;
        return Ok(());
    }
    let entra = TokenEndpoint::start().await?;
    // Nothing listens there.
    let proxy = "http://127.0.0.1:1";
    let variables = [("HTTP_PROXY", proxy), ("http_proxy", proxy), ("ALL_PROXY", proxy), ("NO_PROXY", "")];
    passes("a_sign_in_on_loopback_bypasses_the_proxy", &entra.authority(), &variables).await?;
    assert_eq!(entra.count(Grant::ClientCredentials), 1);
    Ok(())
}
