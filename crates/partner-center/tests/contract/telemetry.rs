//! Tracing of a call: one span for the call, one for each attempt, one event; with ids, without secrets.

use partner_center::auth::StaticToken;
use partner_center::{Client, Cloud, uuid::Uuid};
use partner_center_mock::MockResponse;
use tracing::Level;

use crate::capture::Capture;
use crate::support::{CONTOSO, CUSTOMER, Outcome, TOKEN, builder, client, mock};

#[tokio::test]
async fn a_call_is_one_span_with_one_child_for_each_attempt() -> Outcome {
    let server =
        mock([MockResponse::new(503), MockResponse::text(200, CONTOSO).header("MS-CorrelationId", "theirs")]).await;
    let capture = Capture::start();
    let response = client(server.base_url()).customer(CUSTOMER).organization().await?;

    let [call] = &capture.spans("partner_center.call")[..] else { panic!("one call: {capture:?}") };
    assert_eq!(call.field("otel.name"), Some("get_customer_organization"));
    assert_eq!(call.field("otel.kind"), Some("client"));
    assert_eq!(call.field("partner_center.operation"), Some("get_customer_organization"));
    assert_eq!(call.field("partner_center.request_id"), Some(&*response.request_id().to_string()));
    assert_eq!(call.field("partner_center.correlation_id"), Some(&*response.correlation_id().to_string()));
    assert_eq!(call.field("server.address"), Some("127.0.0.1"));
    assert_eq!(call.field("http.response.status_code"), Some("200"));
    assert_eq!(call.field("error.type"), None);
    assert_eq!(capture.only_event().field("partner_center.received_correlation_id"), Some("theirs"));

    let [first, second] = &capture.spans("partner_center.attempt")[..] else { panic!("two attempts: {capture:?}") };
    for attempt in [first, second] {
        assert_eq!(attempt.parent, call.id);
        assert_eq!(attempt.field("otel.name"), Some("GET"));
        assert_eq!(attempt.field("http.request.method"), Some("GET"));
        assert_eq!(attempt.field("server.port"), Some(&*server.port().to_string()));
        let url = format!("{}/v1/customers/{CUSTOMER}/organization", server.base_url());
        assert_eq!(attempt.field("url.full"), Some(&*url));
    }
    assert_eq!(first.field("http.request.resend_count"), Some("0"));
    assert_eq!(first.field("http.response.status_code"), Some("503"));
    assert_eq!(first.field("error.type"), Some("503"));
    assert_eq!(second.field("http.request.resend_count"), Some("1"));
    assert_eq!(second.field("http.response.status_code"), Some("200"));
    assert_eq!(second.field("error.type"), None);
    Ok(())
}

#[tokio::test]
async fn a_success_is_one_debug_event() -> Outcome {
    let server = mock([MockResponse::text(200, CONTOSO)]).await;
    let capture = Capture::start();
    let response = client(server.base_url()).customer(CUSTOMER).organization().await?;

    let event = capture.only_event();
    assert_eq!(event.level, Level::DEBUG);
    assert_eq!(event.parent, capture.spans("partner_center.call")[0].id);
    assert_eq!(event.field("partner_center.request_id"), Some(&*response.request_id().to_string()));
    assert_eq!(event.field("partner_center.correlation_id"), Some(&*response.correlation_id().to_string()));
    assert_eq!(event.field("http.response.status_code"), Some("200"));
    assert_eq!(event.field("http.request.resend_count"), Some("0"));
    assert!(event.field("elapsed_ms").is_some_and(|elapsed| elapsed.parse::<u64>().is_ok()));
    Ok(())
}

#[tokio::test]
async fn a_failure_is_one_warning_with_what_support_needs() {
    let body = serde_json::json!({ "code": 900308, "description": "Not allowed." });
    let server = mock([MockResponse::json(403, &body).header("MS-CorrelationId", "their\u{9}trace")]).await;
    let capture = Capture::start();
    let correlation_id = Uuid::new_v4();
    let request = client(server.base_url()).customer(CUSTOMER).organization().correlation_id(correlation_id);
    let error = request.await.expect_err("403");

    let event = capture.only_event();
    assert_eq!(event.level, Level::WARN);
    assert_eq!(event.field("message"), Some(&*error.to_string()));
    assert_eq!(event.field("error.type"), Some("gdap-role-missing"));
    assert_eq!(event.field("partner_center.code"), Some("900308"));
    assert_eq!(event.field("partner_center.correlation_id"), Some(&*correlation_id.to_string()));
    assert_eq!(event.field("partner_center.received_correlation_id"), Some("their\\u{9}trace"));
    assert_eq!(event.field("http.response.status_code"), Some("403"));
    assert_eq!(event.field("help"), Some(error.help()));
    let call = &capture.spans("partner_center.call")[0];
    assert_eq!(call.field("otel.status_code"), Some("ERROR"));
    assert_eq!(call.field("error.type"), Some("gdap-role-missing"));
    assert_eq!(call.field("http.response.status_code"), Some("403"));
}

#[tokio::test]
async fn a_success_with_an_unexpected_body_is_a_warning() -> Outcome {
    let server = mock([MockResponse::text(200, "[{},{}]")]).await;
    let client = client(server.base_url());
    let capture = Capture::start();
    let error = client.customer(CUSTOMER).organization().await.expect_err("two where one is wanted");
    let event = capture.only_event();
    assert_eq!((event.level, event.field("error.type")), (Level::WARN, Some("not-exactly-one")));
    assert_eq!(event.field("message"), Some(&*error.to_string()));
    let capture = Capture::start();
    client.customer(CUSTOMER).organizations().await?;
    assert_eq!(capture.only_event().level, Level::DEBUG);
    Ok(())
}

#[tokio::test]
async fn a_call_without_a_response_logs_its_ids_and_the_kind() {
    let capture = Capture::start();
    let error = client("http://127.0.0.1:1").customer(CUSTOMER).organization().await.expect_err("nothing listens");
    let event = capture.only_event();
    assert_eq!(event.field("error.type"), Some("connection"));
    assert_eq!(event.field("http.response.status_code"), None);
    assert_eq!(event.field("http.request.resend_count"), Some("3"));
    let request_id = error.request_id().expect("the call had begun").to_string();
    assert_eq!(event.field("partner_center.request_id"), Some(&*request_id));
    assert_eq!(capture.spans("partner_center.attempt").len(), 4);
}

#[tokio::test]
async fn no_token_no_body_and_no_other_header_is_logged() -> Outcome {
    let found = MockResponse::text(200, CONTOSO).header("X-Private", "header-text").header("Set-Cookie", "cookie-text");
    let not_found = MockResponse::text(404, r#"{"code":1,"data":["body-text"]}"#).header("X-Private", "header-text");
    let server = mock([found, not_found]).await;
    let capture = Capture::start();
    let client = builder(server.base_url()).application_name("app-text").build()?;
    client.customer(CUSTOMER).organization().await?;
    client.customer(CUSTOMER).organization().await.expect_err("not found");
    let logged = format!("{capture:?}");
    assert!(logged.contains("get_customer_organization"), "something is logged");
    for hidden in [TOKEN, "Bearer", "header-text", "cookie-text", "body-text", "Contoso", "app-text"] {
        assert!(!logged.contains(hidden), "{hidden} is logged: {logged}");
    }
    Ok(())
}

#[test]
fn an_undocumented_cloud_is_one_warning_when_the_client_is_built() -> Outcome {
    for (cloud, expected) in [(Cloud::Global, 0), (Cloud::UsGovernment, 1), (Cloud::China, 1)] {
        let capture = Capture::start();
        Client::builder().cloud(cloud).credential(StaticToken::new(TOKEN)).build()?;
        let warnings = capture.events().iter().filter(|event| event.level == Level::WARN).count();
        assert_eq!(warnings, expected, "{cloud:?}: {capture:?}");
    }
    Ok(())
}
