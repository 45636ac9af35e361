//! Base URLs and authorities: which ones a token may be sent to.

use partner_center::auth::StaticToken;
use partner_center::{Client, Cloud, ErrorKind};

use crate::capture::install;
use crate::support::{CUSTOMER, Outcome, Recorder, builder};

/// The error of `build()` for a base URL.
fn build_error(url: &str) -> String {
    let error = builder(url).build().expect_err(url);
    assert_eq!(error.kind(), ErrorKind::Configuration, "{url}");
    assert!(!error.may_have_been_sent());
    assert_eq!((error.attempts(), error.request_id(), error.status()), (0, None, None), "{url}");
    error.to_string()
}

#[test]
fn an_invalid_base_url_is_explained() {
    for (url, says) in [
        ("", "the base URL is not an absolute URL"),
        ("api.partnercenter.microsoft.com", "the base URL is not an absolute URL"),
        ("/v1", "the base URL is not an absolute URL"),
        ("https://", "the base URL is not an absolute URL"),
        ("ftp://api.example", "the base URL must begin with https://"),
        ("file:///etc/hosts", "the base URL must begin with https://"),
        ("http://api.partnercenter.microsoft.com", "plain http"),
        ("http://10.0.0.1", "plain http"),
        ("http://localhost.example", "plain http"),
        ("http://127.0.0.1.example", "plain http"),
        ("https://user:secret-word@api.example", "user name or a password"),
        ("https://api.example/?key=secret-word", "query or a fragment"),
        ("https://api.example/#part", "query or a fragment"),
        ("https://api.example/v1", "/v1"),
        ("https://api.example/v1/", "/v1"),
    ] {
        let shown = build_error(url);
        assert!(shown.contains(says), "{url}: {shown}");
        assert!(!shown.contains("secret-word"), "{shown}");
    }
}

#[test]
fn the_authority_follows_the_same_rules() {
    let error = builder("https://api.example").authority("http://login.example").build().expect_err("plain http");
    assert!(error.to_string().contains("the authority is plain http"), "{error}");
}

#[test]
fn plain_http_to_other_hosts_needs_the_dangerous_option() -> Outcome {
    builder("http://gateway.example").dangerously_allow_plain_http(true).build()?;
    build_error("http://gateway.example");
    Ok(())
}

#[tokio::test]
async fn plain_http_to_loopback_is_allowed() -> Outcome {
    let server = Recorder::contoso().await;
    builder(server.base_url()).build()?.customer(CUSTOMER).organization().await?;
    builder("http://localhost:1").build()?;
    builder("http://[::1]:1").build()?;
    let gateway = builder(" https://gateway.example/partner-center// ").build()?;
    assert!(format!("{gateway:?}").contains(r#""https://gateway.example/partner-center""#), "{gateway:?}");
    Ok(())
}

#[test]
fn each_cloud_has_its_own_https_addresses() -> Outcome {
    install();
    for cloud in [Cloud::Global, Cloud::UsGovernment, Cloud::China] {
        let client = Client::builder().cloud(cloud).credential(StaticToken::new("t")).build()?;
        assert!(format!("{client:?}").contains(cloud.base_url()));
        assert!(cloud.base_url().starts_with("https://") && cloud.authority().starts_with("https://"));
    }
    Ok(())
}
