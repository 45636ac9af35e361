//! Invalid configuration: errors of `build()`, and of calls before they are sent.

use std::time::Duration;

use partner_center::{Client, ClientBuilder, ErrorKind};
use partner_center_mock::{MockResponse, ResponseScript};

use crate::support::{CONTOSO, CUSTOMER, Outcome, builder, client, mock, raw_response};

#[test]
fn a_client_without_a_credential_is_an_error_with_help() {
    let error = Client::builder().build().expect_err("there is no credential");
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("no credential") && error.to_string().contains("StaticToken"), "{error}");
    assert!(!error.help().is_empty());
}

#[test]
fn the_message_names_the_invalid_setting() {
    type Change = fn(ClientBuilder) -> ClientBuilder;
    let wrong: &[(Change, &str)] = &[
        (|builder| builder.application_name(""), "the application name is empty"),
        (|builder| builder.application_name("a\r\nX: y"), "the application name contains a character"),
        (|builder| builder.application_name("naïve"), "the application name contains a character"),
        (|builder| builder.application_name("x".repeat(257)), "the application name is longer than 256 bytes"),
        (|builder| builder.application_name(" a"), "the application name begins or ends with a space"),
        (|builder| builder.timeout(Duration::ZERO), "the timeout is zero"),
        (|builder| builder.attempt_timeout(Duration::ZERO), "the attempt timeout is zero"),
        (|builder| builder.body_limit(0), "the body limit is zero"),
        (|builder| builder.audience(" "), "the audience is empty"),
    ];
    for (change, says) in wrong {
        let error = change(builder("https://api.example")).build().expect_err(says);
        assert_eq!(error.kind(), ErrorKind::Configuration, "{says}");
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[tokio::test]
async fn a_call_with_an_invalid_header_value_is_not_sent() -> Outcome {
    let script = ResponseScript::new([MockResponse::text(200, CONTOSO)]);
    let server = mock(&script).await;
    let customer = client(server.base_url()).customer(CUSTOMER);
    for (request, says) in [
        (customer.organization().application_name(""), "the application name is empty"),
        (customer.organization().application_name("  "), "the application name is empty"),
        (customer.organization().application_name("a\tb"), "the application name contains"),
        (customer.organization().application_name("a\nb"), "the application name contains"),
        (customer.organization().application_name("de\r\nX-Forged: 1"), "the application name contains"),
        (customer.organization().application_name("\u{7f}"), "the application name contains"),
        (customer.organization().application_name("a\0b"), "the application name contains"),
        (customer.organization().application_name("naïve"), "the application name contains"),
    ] {
        let error = request.await.expect_err(says);
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 0), "{says}");
        assert!(!error.may_have_been_sent());
        assert!(error.to_string().contains(says), "{error}");
    }
    assert_eq!(script.served(), 0);
    Ok(())
}

#[tokio::test]
async fn safety_settings_override_the_callers_http_client() -> Outcome {
    let elsewhere = crate::support::Recorder::contoso().await;
    let redirect = format!("HTTP/1.1 302 Found\r\nLocation: {}/v1\r\nContent-Length: 0\r\n\r\n", elsewhere.base_url());
    let server = crate::support::Recorder::start(&[&redirect, &raw_response("200 OK", CONTOSO)]).await;
    let follows = partner_center::reqwest::redirect::Policy::limited(9);
    let http = partner_center::reqwest::Client::builder().redirect(follows);
    let client = builder(server.base_url()).http_client_builder(http).build()?;
    let error = client.customer(CUSTOMER).organization().await.expect_err("redirects are not followed");
    assert_eq!(error.kind(), ErrorKind::Redirected);
    assert!(elsewhere.requests().is_empty());
    Ok(())
}

#[test]
fn an_http_client_that_cannot_be_built_is_an_error() {
    let http = partner_center::reqwest::Client::builder().user_agent("a\nline break");
    let error = builder("https://api.example").http_client_builder(http).build().expect_err("no such header");
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("the HTTP client cannot be built"), "{error}");
}
