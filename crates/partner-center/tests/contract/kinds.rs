//! Error kinds: from status and code together, never from the code alone.

use partner_center::ErrorKind::{self, *};
use partner_center::RetryPolicy;
use partner_center_mock::{MockResponse, ResponseScript};
use serde_json::{Value, json};

use crate::support::{CUSTOMER, client, mock, receive_error};

#[tokio::test]
async fn the_kind_follows_from_status_and_code_together() {
    let table: &[(u16, Value, ErrorKind)] = &[
        (400, json!(2000), InvalidInput),
        (400, json!(3000), InvalidInput),
        (400, json!(900118), InvalidInput),
        (400, json!(900329), InvalidInput),
        (401, json!(400), Unauthenticated),
        (401, json!(800001), Unauthenticated),
        (401, json!(900420), AudienceRetired),
        (401, json!("900420"), AudienceRetired),
        (401, json!(900421), MfaRequired),
        (401, json!("10001"), MfaRequired),
        (401, json!(900308), Unauthenticated),
        (403, json!(900308), GdapRoleMissing),
        (403, json!("Authorization_RequestDenied"), GdapRoleMissing),
        (403, json!(900309), ConditionalAccess),
        (403, json!(900329), AppOnlyDenied),
        (403, json!(900150), PartnerRoleMissing),
        (403, json!(20002), NoRelationship),
        (403, json!(2032), Forbidden),
        (403, json!(900421), Forbidden),
        (403, json!("something new"), Forbidden),
        (404, json!(1000), NotFound),
        (404, json!(3000), NotFound),
        (404, json!(60003), NotFound),
        (404, json!(20002), NotFound),
        (408, json!(900225), Timeout),
        (409, json!(27009), Rejected),
        (429, json!(900420), Throttled),
        (500, json!(800003), ServerFailure),
        (500, json!(900329), ServerFailure),
        (501, json!(0), ServerFailure),
    ];
    let body = |code: &Value| json!({ "code": code, "description": "d" });
    let script = ResponseScript::new(table.iter().map(|(status, code, _)| MockResponse::json(*status, &body(code))));
    let server = mock(&script).await;
    let client = client(server.base_url());
    for (status, code, kind) in table {
        let policy = RetryPolicy::off().shared_throttle(false);
        let error = client.customer(CUSTOMER).organization().retry(policy).await.expect_err("no success");
        assert_eq!(error.kind(), *kind, "{status} with {code}");
        let text = code.as_str().map_or_else(|| code.to_string(), str::to_owned);
        assert_eq!(error.code(), Some(&*text), "{status} with {code}");
    }
}

#[tokio::test]
async fn only_transient_failures_are_retryable() {
    for (status, is_retryable) in [
        (400, false),
        (401, false),
        (403, false),
        (404, false),
        (409, false),
        (301, false),
        (408, true),
        (429, true),
        (500, true),
        (502, true),
        (503, true),
        (504, true),
    ] {
        assert_eq!(receive_error(MockResponse::new(status)).await.is_retryable(), is_retryable, "{status}");
    }
}

#[tokio::test]
async fn a_kind_is_displayed_as_a_machine_readable_word() {
    let error = receive_error(MockResponse::json(403, &json!({ "code": 900308 }))).await;
    assert_eq!(error.kind().as_str(), "gdap-role-missing");
    assert_eq!(error.kind().to_string(), "gdap-role-missing");
}
