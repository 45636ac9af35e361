//! Every example of the contract is read correctly.

use partner_center::ErrorKind::{self, *};
use partner_center_mock::Example;
use partner_center_mock::examples::get_customer_organization as responses;

use crate::documented::{self, CORRELATION_ID, REQUEST_ID, assert_body};
use crate::support::Outcome;

/// An example of a failure: its kind, its code, and the start of its text.
type Failure = (Example, ErrorKind, Option<&'static str>, Option<&'static str>);

const FAILURES: &[Failure] = &[
    (responses::BAD_INPUT, InvalidInput, Some("2000"), Some("The tenant id")),
    (responses::MFA_MISSING, MfaRequired, Some("900421"), Some("The token does not")),
    (responses::AUDIENCE_RETIRED, AudienceRetired, Some("900420"), Some("Tokens for this")),
    (responses::MFA_MISSING_WITHOUT_BODY, MfaRequired, None, None),
    (responses::MFA_MISSING_AS_TEXT, MfaRequired, Some("10001"), Some("Authentication failed")),
    (responses::GDAP_ROLE_MISSING, GdapRoleMissing, Some("900308"), Some("Privileges do not")),
    (responses::APP_ONLY_DENIED, AppOnlyDenied, Some("900329"), Some("The operation takes")),
    (responses::NO_RELATIONSHIP, NoRelationship, Some("20002"), Some("No commerce")),
    (responses::NESTED, GdapRoleMissing, Some("Authorization_RequestDenied"), Some("Privileges do not")),
    (responses::PARTNER_ROLE_MISSING_AS_TEXT, PartnerRoleMissing, None, Some("The supplied role")),
    (responses::TENANT_NOT_FOUND, NotFound, Some("60003"), Some("The tenant was")),
    (responses::ACCOUNT_STATUS_NOT_FOUND, NotFound, Some("600074"), Some("No account status")),
    (responses::REQUEST_TIMEOUT, Timeout, Some("900225"), Some("The request took")),
    (responses::THROTTLED, Throttled, None, Some("Rate limit")),
    (responses::SERVER_FAILURE, ServerFailure, Some("800003"), Some("The service met")),
];

/// The examples that the server can send.
fn failures() -> impl Iterator<Item = &'static Failure> {
    FAILURES.iter().filter(|(example, ..)| documented::is_served(example))
}

#[test]
fn every_example_is_the_success_or_in_the_table_of_failures() {
    let in_contract: Vec<&str> = responses::ALL.iter().map(|example| example.name).collect();
    let mut known = vec![responses::CONTOSO.name];
    known.extend(FAILURES.iter().map(|(example, ..)| example.name));
    assert_eq!(in_contract, known);
}

#[tokio::test]
async fn the_documented_response_fills_every_field() -> Outcome {
    let response = documented::call_with(responses::CONTOSO).await?;
    assert_eq!(response.status().as_u16(), 200);
    assert_eq!(response.attempts(), 1);
    assert_body(response.raw(), &responses::CONTOSO);
    let organization = response.into_inner();
    assert_eq!(organization.street.as_deref(), Some("1 Microsoft Way"));
    assert_eq!(organization.country_letter_code.as_deref(), Some("US"));
    assert_eq!(organization.postal_code.as_deref(), Some("98052-8300"));
    assert_eq!(organization.city.as_deref(), Some("Redmond"));
    assert_eq!(organization.state.as_deref(), Some("WA"));
    assert_eq!(organization.display_name.as_deref(), Some("Contoso"));
    assert_eq!(organization.technical_notification_mails, Some(vec!["test@contoso.com".to_owned()]));
    Ok(())
}

#[tokio::test]
async fn every_failure_has_its_status_kind_code_text_ids_and_body() {
    for (example, kind, code, text) in failures() {
        let name = example.name;
        let error = documented::call_with(*example).await.expect_err(name);
        assert_eq!(error.kind(), *kind, "{name}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(example.status), "{name}");
        assert_eq!(error.code(), *code, "{name}");
        match text {
            Some(text) => assert!(error.description().is_some_and(|said| said.starts_with(text)), "{name}: {error:?}"),
            None => assert_eq!(error.description(), None, "{name}"),
        }
        assert_body(error.raw(), example);
        assert!(error.request_id().is_some() && error.correlation_id().is_some(), "{name}");
        assert_eq!(error.received_request_id(), Some(REQUEST_ID), "{name}");
        assert_eq!(error.received_correlation_id(), Some(CORRELATION_ID), "{name}");
        assert_eq!(error.attempts(), 1, "{name}");
        assert!(error.may_have_been_sent(), "{name}");
    }
}

#[tokio::test]
async fn every_failure_has_one_sentence_of_help() {
    for (example, ..) in failures() {
        let error = documented::call_with(*example).await.expect_err(example.name);
        let help = error.help();
        assert!(help.len() > 20 && help.ends_with('.') && !help.contains('\n'), "{}: {help:?}", example.name);
    }
}

#[tokio::test]
async fn the_gateways_retry_after_delay_is_returned() {
    let error = documented::call_with(responses::THROTTLED).await.expect_err("throttled");
    assert_eq!(error.retry_after().map(|wait| wait.as_secs()), Some(57));
    assert!(error.is_retryable());
    assert!(error.to_string().contains("57 s"), "{error}");
}
