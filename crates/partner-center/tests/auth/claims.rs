//! Claims of access tokens: read if possible, never an error.

use std::time::{Duration, UNIX_EPOCH};

use base64::Engine;
use base64::prelude::{BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
use partner_center::auth::Claims;

use crate::support::AUDIENCE;

fn token(claims: &str) -> String {
    format!("e30.{}.signature", BASE64_URL_SAFE_NO_PAD.encode(claims))
}

#[test]
fn reads_the_claims_for_diagnosis() {
    let claims = Claims::read(&token(
        r#"{"aud":"https://api.partnercenter.microsoft.com","tid":"t","appid":"a",
            "amr":["pwd","mfa"],"scp":"user_impersonation other","nbf":1547577489,"exp":1547581389,"upn":"x"}"#,
    ))
    .unwrap();
    assert_eq!(claims.audiences, [AUDIENCE]);
    assert_eq!((claims.tenant_id.as_deref(), claims.has_mfa()), (Some("t"), Some(true)));
    assert_eq!((claims.application_id.as_deref(), claims.user.as_deref()), (Some("a"), Some("x")));
    assert_eq!(Claims::read(&token(r#"{"azp":"b"}"#)).unwrap().application_id.as_deref(), Some("b"));
    assert_eq!(Claims::read(&token(r#"{"upn":1,"unique_name":"y"}"#)).unwrap().user.as_deref(), Some("y"));
    assert_eq!(claims.scopes, ["user_impersonation", "other"]);
    assert_eq!(claims.expires, Some(UNIX_EPOCH + Duration::from_secs(1_547_581_389)));
    assert_eq!(claims.not_before, Some(UNIX_EPOCH + Duration::from_secs(1_547_577_489)));
    for scopes in [r#"{"scope":"one two"}"#, r#"{"scp":["one","two"],"scope":"other"}"#] {
        assert_eq!(Claims::read(&token(scopes)).unwrap().scopes, ["one", "two"], "{scopes}");
    }
}

#[test]
fn accepts_padded_base64() {
    let padded = format!("e30.{}.s", BASE64_URL_SAFE.encode(r#"{"tid":"t"}"#));
    assert!(padded.contains('='));
    assert_eq!(Claims::read(&padded).unwrap().tenant_id.as_deref(), Some("t"));
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
    let odd = r#"{"aud":5,"tid":{},"appid":null,"amr":"mfa","scp":7,"exp":"soon"}"#;
    let claims = Claims::read(&token(odd)).unwrap();
    assert_eq!((claims.audiences.len(), claims.tenant_id.as_deref(), claims.scopes.len()), (0, None, 0));
    assert_eq!((claims.has_mfa(), claims.application_id.as_deref(), claims.expires), (Some(true), None, None));
    assert_eq!(Claims::read(&token("{}")), Some(Claims::default()));
    assert_eq!(Claims::read(&token(r#"{"exp":18446744073709551615}"#)).unwrap().expires, None);
}

#[test]
fn detects_a_wrong_audience_only_if_the_claim_is_readable() {
    for (aud, is_for) in [
        (r#""https://api.partnercenter.microsoft.com""#, Some(true)),
        (r#""https://API.partnercenter.microsoft.com/""#, Some(true)),
        (r#""api.partnercenter.microsoft.com""#, Some(true)),
        (r#"["x","https://api.partnercenter.microsoft.com"]"#, Some(true)),
        (r#""https://graph.windows.net""#, Some(false)),
        (r#""fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd""#, Some(true)),
        (r#""00000003-0000-0000-C000-000000000000""#, Some(false)),
        (r#"["00000002-0000-0000-c000-000000000000","5d2b6f3a-0f8e-4a7c-9a53-0d3e5c9b7f10"]"#, None),
        ("[]", None),
    ] {
        let claims = Claims::read(&token(&format!(r#"{{"aud":{aud}}}"#))).unwrap();
        assert_eq!(claims.is_for(AUDIENCE), is_for, "{aud}");
    }
    let claims = Claims::read(&token(r#"{"aud":["fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd","x"]}"#)).unwrap();
    // The same application may be another cloud's resource.
    assert_eq!(claims.is_for("https://api.partnercenter.example"), None);
    assert_eq!(claims.audience_names(), [&format!("{AUDIENCE} (fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd)"), "x"]);
}
