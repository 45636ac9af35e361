//! Classifies responses without a success status.

use http::header::WWW_AUTHENTICATE;

use super::body::ErrorBody;
use crate::error_kind::ErrorKind;
use crate::received::{CORRELATION_ID, CORRELATION_VECTOR, REQUEST_ID, Received, SERVER_ID};

/// The kind of error of a response without a success status.
///
/// The service uses the same code under several statuses, so both decide. Sources of the codes: the
/// [table of error codes](https://learn.microsoft.com/partner-center/developer/error-codes) and, where that is silent,
/// the contract's `x-partner-center-error-codes`.
pub(crate) fn classify(received: &Received, body: &ErrorBody) -> ErrorKind {
    let says =
        |needle: &str| body.description.as_deref().is_some_and(|text| text.to_ascii_lowercase().contains(needle));
    match (received.status.as_u16(), body.code.as_deref()) {
        (407 | 511, _) => ErrorKind::Proxy,
        (401 | 403 | 404, _) if is_foreign_page(received) => ErrorKind::Proxy,
        (304, _) => ErrorKind::UnexpectedStatus,
        (300..=399, _) => ErrorKind::Redirected,
        (400, _) => ErrorKind::InvalidInput,
        (401, Some("900420")) => ErrorKind::AudienceRetired,
        (401, Some("900421" | "10001")) => ErrorKind::MfaRequired,
        (401, _) if says("mfa required") || is_bare_invalid_token(received) => ErrorKind::MfaRequired,
        (401, _) => ErrorKind::Unauthenticated,
        (403, Some("900308" | "Authorization_RequestDenied")) => ErrorKind::GdapRoleMissing,
        (403, Some("900309")) => ErrorKind::ConditionalAccess,
        (403, Some("900329")) => ErrorKind::AppOnlyDenied,
        (403, Some("900150")) => ErrorKind::PartnerRoleMissing,
        (403, Some("20002")) => ErrorKind::NoRelationship,
        (403, _) if says("supplied role") => ErrorKind::PartnerRoleMissing,
        (403, _) if says("insufficient privileges") => ErrorKind::GdapRoleMissing,
        (403, _) => ErrorKind::Forbidden,
        (404, _) => ErrorKind::NotFound,
        (408, _) => ErrorKind::Timeout,
        (429, _) => ErrorKind::Throttled,
        (400..=499, _) => ErrorKind::Rejected,
        (500..=599, _) => ErrorKind::ServerFailure,
        _ => ErrorKind::UnexpectedStatus,
    }
}

/// Whether the response is a web page without any of the service's ids, and so comes from a proxy or gateway.
fn is_foreign_page(received: &Received) -> bool {
    let has_ids =
        [REQUEST_ID, CORRELATION_ID, CORRELATION_VECTOR, SERVER_ID].iter().any(|id| received.header(id).is_some());
    !has_ids && received.body().trim_ascii_start().starts_with(b"<")
}

/// The documented response for missing multi-factor authentication: no body, and a challenge that calls the token
/// invalid ([source](https://learn.microsoft.com/partner-center/security/partner-security-requirements-mandating-mfa)).
///
/// A challenge with another reason, such as an expired token, does not count.
fn is_bare_invalid_token(received: &Received) -> bool {
    let challenge = received.headers(&WWW_AUTHENTICATE).collect::<Vec<_>>().join(", ").to_ascii_lowercase();
    let gives_another_reason =
        challenge.contains("error_description") && !challenge.contains("mfa") && !challenge.contains("multi");
    received.raw.is_empty() && challenge.contains("invalid_token") && !gives_another_reason
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::received::tests::received;

    fn kind(status: u16, body: &'static str) -> ErrorKind {
        let received = received(status, &[], body);
        classify(&received, &ErrorBody::read(&received))
    }

    #[test]
    fn a_bare_invalid_token_challenge_means_that_mfa_is_missing() {
        let invalid = r#"Bearer error="invalid_token""#;
        let expired = r#"Bearer error="invalid_token", error_description="The token expired at 10:00""#;
        for (challenges, kind) in [
            (&[][..], ErrorKind::Unauthenticated),
            (&[invalid], ErrorKind::MfaRequired),
            (&["Negotiate", invalid], ErrorKind::MfaRequired),
            (&[expired], ErrorKind::Unauthenticated),
        ] {
            let headers: Vec<_> = challenges.iter().map(|challenge| (WWW_AUTHENTICATE, *challenge)).collect();
            let received = received(401, &headers, "");
            assert_eq!(classify(&received, &ErrorBody::read(&received)), kind, "{challenges:?}");
        }
    }

    #[test]
    fn a_page_without_the_services_ids_is_from_a_proxy() {
        let page = "\u{feff}\n<html><title>Access denied</title></html>";
        for status in [401, 403, 404, 407, 511] {
            assert_eq!(kind(status, page), ErrorKind::Proxy, "{status}");
        }
        for (headers, body, expected) in [
            (&[(CORRELATION_ID, "c")][..], page, ErrorKind::Forbidden),
            (&[], "", ErrorKind::Forbidden),
            (&[], r#"{"code": 900308}"#, ErrorKind::GdapRoleMissing),
        ] {
            let received = received(403, headers, body);
            assert_eq!(classify(&received, &ErrorBody::read(&received)), expected, "{body}");
        }
        assert_eq!(kind(502, page), ErrorKind::ServerFailure);
    }

    proptest! {
        #[test]
        fn any_body_under_any_status_has_a_kind_of_that_status(status in 300..600_u16, body: Vec<u8>) {
            let received = received(status, &[], body);
            let kind = classify(&received, &ErrorBody::read(&received));
            match status {
                407 | 511 => prop_assert_eq!(kind, ErrorKind::Proxy),
                404 => prop_assert!(matches!(kind, ErrorKind::NotFound | ErrorKind::Proxy)),
                408 => prop_assert_eq!(kind, ErrorKind::Timeout),
                429 => prop_assert_eq!(kind, ErrorKind::Throttled),
                500.. => prop_assert_eq!(kind, ErrorKind::ServerFailure),
                _ => {}
            }
        }
    }
}
