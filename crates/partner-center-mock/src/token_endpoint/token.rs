//! Access tokens like Entra's.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// The audience of a token if the request names no resource.
const AUDIENCE: &str = "https://api.partnercenter.microsoft.com";

/// The subject of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Application,
    User,
}

/// The contents of a token.
pub(super) struct Contents<'a> {
    pub(super) subject: Subject,
    pub(super) tenant: &'a str,
    pub(super) client_id: &'a str,
    pub(super) scope: Option<&'a str>,
    pub(super) lifetime: Duration,
}

/// An unsigned token with the claims of Entra's v1 access tokens, changed by `changes`; `null` removes a claim.
pub(super) fn jwt(contents: &Contents<'_>, changes: &Map<String, Value>) -> String {
    let mut claims = claims(contents);
    for (name, value) in changes {
        match value {
            Value::Null => claims.remove(name),
            value => claims.insert(name.clone(), value.clone()),
        };
    }
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({ "typ": "JWT", "alg": "none" });
    format!("{}.{}.{}", part(&header), part(&claims.into()), URL_SAFE_NO_PAD.encode("unsigned"))
}

fn claims(contents: &Contents<'_>) -> Map<String, Value> {
    let Contents { subject, tenant, client_id, scope, lifetime } = contents;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let mut claims = Map::from_iter([
        ("aud".to_owned(), audience(*scope).into()),
        ("iss".to_owned(), format!("https://sts.windows.net/{tenant}/").into()),
        ("iat".to_owned(), now.into()),
        ("nbf".to_owned(), now.into()),
        ("exp".to_owned(), now.saturating_add(lifetime.as_secs()).into()),
        ("tid".to_owned(), (*tenant).into()),
        ("appid".to_owned(), (*client_id).into()),
        ("uti".to_owned(), Uuid::new_v4().to_string().into()),
        ("ver".to_owned(), "1.0".into()),
    ]);
    match subject {
        Subject::Application => {
            claims.insert("idtyp".to_owned(), "app".into());
            claims.insert("roles".to_owned(), json!([]));
        }
        Subject::User => {
            claims.insert("upn".to_owned(), "admin@contoso.onmicrosoft.com".into());
            claims.insert("amr".to_owned(), json!(["pwd", "mfa"]));
            claims.insert("scp".to_owned(), "user_impersonation".into());
        }
    }
    claims
}

/// The resource in a scope such as `https://api.example.com/.default offline_access`.
fn audience(scope: Option<&str>) -> &str {
    let of_a_resource = |scope: &&str| scope.contains("://");
    let scope = scope.unwrap_or_default().split_whitespace().find(of_a_resource);
    scope.and_then(|scope| scope.rsplit_once('/')).map_or(AUDIENCE, |(resource, _)| resource)
}

/// Header and claims of a JWT, unverified.
pub(super) fn decode(jwt: &str) -> Option<(Value, Value)> {
    let mut parts = jwt.split('.');
    let mut part = || serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts.next()?).ok()?).ok();
    let decoded = (part()?, part()?);
    // The signature, and nothing after it.
    (parts.next().is_some() && parts.next().is_none()).then_some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTENTS: Contents<'_> = Contents {
        subject: Subject::User,
        tenant: "contoso",
        client_id: "app",
        scope: Some("offline_access https://api.example.com/user_impersonation"),
        lifetime: Duration::from_secs(60),
    };

    fn claims_of(contents: &Contents<'_>, changes: Value) -> Value {
        let changes = changes.as_object().cloned().unwrap_or_default();
        decode(&jwt(contents, &changes)).expect("the token can be read").1
    }

    #[test]
    fn a_users_token_has_mfa_and_scope() {
        let claims = claims_of(&CONTENTS, json!({}));
        assert_eq!((&claims["aud"], &claims["tid"]), (&json!("https://api.example.com"), &json!("contoso")));
        assert_eq!((&claims["amr"], &claims["scp"]), (&json!(["pwd", "mfa"]), &json!("user_impersonation")));
        assert_eq!(claims["exp"].as_u64().zip(claims["iat"].as_u64()).map(|(end, start)| end - start), Some(60));
        assert!(claims.get("roles").is_none());
    }

    #[test]
    fn an_applications_token_has_roles_instead() {
        let claims = claims_of(&Contents { subject: Subject::Application, scope: None, ..CONTENTS }, json!({}));
        assert_eq!((&claims["idtyp"], &claims["aud"]), (&json!("app"), &json!(AUDIENCE)));
        assert!(claims.get("amr").is_none() && claims.get("scp").is_none());
    }

    #[test]
    fn claims_can_be_changed_added_and_removed() {
        let claims = claims_of(&CONTENTS, json!({ "aud": "x", "amr": null, "extra": 1 }));
        assert_eq!((&claims["aud"], &claims["extra"]), (&json!("x"), &json!(1)));
        assert!(claims.get("amr").is_none());
    }

    #[test]
    fn only_a_jwt_can_be_decoded() {
        for text in ["", "a", "a.b.c", "e30.e30", "e30.e30.x.y"] {
            assert!(decode(text).is_none(), "{text}");
        }
        assert!(decode("e30.e30.").is_some());
    }
}
