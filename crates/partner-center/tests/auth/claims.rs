//! What a token says about itself: read as far as it goes, never an error.

use std::time::{Duration, UNIX_EPOCH};

use base64::Engine;
use base64::prelude::{BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
use partner_center::auth::Claims;

use crate::support::AUDIENCE;

fn token(claims: &str) -> String {
    format!("e30.{}.signature", BASE64_URL_SAFE_NO_PAD.encode(claims))
}

#[test]
fn reads_what_diagnosis_needs() {
    let claims = Claims::read(&token(
        r#"{"aud":"https://api.partnercenter.microsoft.com","tid":"t","amr":["pwd","mfa"],
            "scp":"user_impersonation other","exp":1547581389,"upn":"x"}"#,
    ))
    .unwrap();
    assert_eq!(claims.audiences(), [AUDIENCE]);
    assert_eq!((claims.tenant_id(), claims.has_mfa()), (Some("t"), Some(true)));
    assert_eq!(claims.scopes(), ["user_impersonation", "other"]);
    assert_eq!(claims.expires(), Some(UNIX_EPOCH + Duration::from_secs(1_547_581_389)));
    for scopes in [r#"{"scope":"one two"}"#, r#"{"scp":["one","two"],"scope":"other"}"#] {
        assert_eq!(Claims::read(&token(scopes)).unwrap().scopes(), ["one", "two"], "{scopes}");
    }
}

#[test]
fn takes_padded_base64_too() {
    let padded = format!("e30.{}.s", BASE64_URL_SAFE.encode(r#"{"tid":"t"}"#));
    assert!(padded.contains('='));
    assert_eq!(Claims::read(&padded).unwrap().tenant_id(), Some("t"));
}

#[test]
fn an_opaque_token_is_not_an_error() {
    let not_an_object = token("[1]");
    for opaque in ["", "abc", "a.b", "a.b.c", "..", "a.%%%.c", "a.4pyT.c", not_an_object.as_str()] {
        assert_eq!(Claims::read(opaque), None, "{opaque}");
    }
}

#[test]
fn a_claim_of_another_type_is_absent() {
    let odd = r#"{"aud":5,"tid":{},"amr":"mfa","scp":7,"exp":"soon"}"#;
    let claims = Claims::read(&token(odd)).unwrap();
    assert_eq!((claims.audiences().len(), claims.tenant_id(), claims.scopes().len()), (0, None, 0));
    assert_eq!((claims.has_mfa(), claims.expires()), (Some(true), None));
    assert_eq!(Claims::read(&token("{}")), Some(Claims::default()));
    assert_eq!(Claims::read(&token(r#"{"exp":18446744073709551615}"#)).unwrap().expires(), None);
}

#[test]
fn knows_a_foreign_audience_and_is_silent_where_it_cannot_tell() {
    for (aud, is_for) in [
        (r#""https://api.partnercenter.microsoft.com""#, Some(true)),
        (r#""https://API.partnercenter.microsoft.com/""#, Some(true)),
        (r#""api.partnercenter.microsoft.com""#, Some(true)),
        (r#"["x","https://api.partnercenter.microsoft.com"]"#, Some(true)),
        (r#""https://graph.windows.net""#, Some(false)),
        (r#""fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd""#, None),
        ("[]", None),
    ] {
        let claims = Claims::read(&token(&format!(r#"{{"aud":{aud}}}"#))).unwrap();
        assert_eq!(claims.is_for(AUDIENCE), is_for, "{aud}");
    }
}
