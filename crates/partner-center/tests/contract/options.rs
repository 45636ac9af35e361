//! Options: the client's by default, the call's own if set.

use partner_center::RetryPolicy;
use partner_center_mock::MockResponse;

use crate::support::{CONTOSO, CUSTOMER, Outcome, Recorder, builder, client, header, mock, quick_retries, receive};

#[tokio::test]
async fn a_call_without_options_uses_the_clients() -> Outcome {
    let server = Recorder::contoso().await;
    let client = builder(server.base_url()).application_name("of-client").validate_mfa(true).build()?;
    client.customer(CUSTOMER).organization().await?;
    let request = &server.requests()[0];
    assert_eq!(header(request, "ms-partnercenter-application"), Some("of-client"));
    assert_eq!(header(request, "validatemfa"), Some("true"));
    Ok(())
}

#[tokio::test]
async fn a_calls_options_replace_the_clients_for_this_call_only() -> Outcome {
    let server = Recorder::contoso().await;
    let client = builder(server.base_url()).application_name("of-client").validate_mfa(true).build()?;
    let request = client.customer(CUSTOMER).organization();
    request.application_name("of-call").validate_mfa(false).await?;
    client.customer(CUSTOMER).organization().await?;
    let requests = server.requests();
    assert_eq!(header(&requests[0], "ms-partnercenter-application"), Some("of-call"));
    assert_eq!(header(&requests[0], "validatemfa"), None);
    assert_eq!(header(&requests[1], "ms-partnercenter-application"), Some("of-client"));
    assert_eq!(header(&requests[1], "validatemfa"), Some("true"));
    Ok(())
}

#[tokio::test]
async fn a_call_may_request_the_mfa_check_if_the_client_does_not() -> Outcome {
    let server = Recorder::contoso().await;
    client(server.base_url()).customer(CUSTOMER).organization().validate_mfa(true).await?;
    assert_eq!(header(&server.requests()[0], "validatemfa"), Some("true"));
    Ok(())
}

#[tokio::test]
async fn the_user_agent_names_the_clients_application() -> Outcome {
    let server = Recorder::contoso().await;
    let client = builder(server.base_url()).application_name("Contoso Inventory").build()?;
    client.customer(CUSTOMER).organization().await?;
    let agent = concat!("Contoso-Inventory partner-center/", env!("CARGO_PKG_VERSION"));
    assert_eq!(header(&server.requests()[0], "user-agent"), Some(agent));
    Ok(())
}

#[tokio::test]
async fn a_calls_retry_policy_replaces_the_clients() -> Outcome {
    let server = mock([MockResponse::new(503)]).await;
    let retrying = builder(server.base_url()).retry(quick_retries().max_attempts(3)).build()?;
    let attempts = |result: Result<_, partner_center::Error>| {
        result.map(|_: partner_center::Response<_>| 0).map_err(|error| error.attempts()).expect_err("always 503")
    };
    assert_eq!(attempts(retrying.customer(CUSTOMER).organization().await), 3);
    assert_eq!(attempts(retrying.customer(CUSTOMER).organization().retry(RetryPolicy::off()).await), 1);
    let never = builder(server.base_url()).retry(RetryPolicy::off()).build()?;
    assert_eq!(attempts(never.customer(CUSTOMER).organization().await), 1);
    assert_eq!(attempts(never.customer(CUSTOMER).organization().retry(quick_retries()).await), 4);
    Ok(())
}

#[tokio::test]
async fn mfa_compliance_is_true_false_or_unknown() -> Outcome {
    let yes = [Some("true"), Some("True")].map(|header| (header, Some(true)));
    let no = [Some("false"), Some("FALSE")].map(|header| (header, Some(false)));
    let unsaid = [Some("perhaps"), Some("1"), Some(""), None].map(|header| (header, None));
    for (header, compliance) in yes.into_iter().chain(no).chain(unsaid) {
        let response = MockResponse::text(200, CONTOSO);
        let response = header.map_or(response.clone(), |value| response.header("isMfaCompliant", value));
        assert_eq!(receive(response).await?.mfa_compliant(), compliance, "{header:?}");
    }
    Ok(())
}
