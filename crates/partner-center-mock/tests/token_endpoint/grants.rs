//! Client credentials, refresh tokens and authorization codes.

use super::*;

#[tokio::test]
async fn client_credentials_give_an_application_token() -> Outcome {
    let entra = TokenEndpoint::builder().client_id("app").client_secret("s+&=").start().await?;
    let form = |secret| {
        [("grant_type", "client_credentials"), ("client_id", "app"), ("client_secret", secret), ("scope", SCOPE)]
    };
    let (status, body) = ask(&entra, &form("s+&=")).await?;
    assert_eq!((status, &body["token_type"], &body["expires_in"]), (200, &json!("Bearer"), &json!(3600)));
    assert!(body.get("refresh_token").is_none());
    let claims = claims(&text(&body, "access_token"))?;
    assert_eq!(
        (&claims["aud"], &claims["appid"], &claims["idtyp"]),
        (&json!("https://api.partnercenter.microsoft.com"), &json!("app"), &json!("app"))
    );
    assert_eq!(entra.access_tokens(), [text(&body, "access_token")]);
    let (status, body) = ask(&entra, &form("s")).await?;
    assert_eq!((status, text(&body, "error").as_str(), code(&body)), (401, "invalid_client", 7_000_215));
    assert_eq!(entra.count(Grant::ClientCredentials), 2);
    assert_eq!(code(&redeem(&entra, "any").await?.1), 7_000_218);
    Ok(())
}

#[tokio::test]
async fn client_credentials_require_a_secret_and_a_default_scope() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let form = [("grant_type", "client_credentials"), ("client_id", "app"), ("scope", SCOPE)];
    assert_eq!(code(&ask(&entra, &form).await?.1), 7_000_218);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "app"),
        ("client_secret", "s"),
        ("scope", "https://api.partnercenter.microsoft.com/user_impersonation"),
    ];
    assert_eq!(code(&ask(&entra, &form).await?.1), 1_002_012);
    assert_eq!(code(&ask(&entra, &form[..3]).await?.1), 900_144);
    Ok(())
}

#[tokio::test]
async fn a_client_assertion_must_name_the_client_and_the_endpoint() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let url = entra.token_url(TENANT);
    let cases = [
        (kind, json!({ "iss": "app", "sub": "app", "aud": url }), 200),
        (kind, json!({ "iss": "other", "sub": "app", "aud": url }), 401),
        (kind, json!({ "iss": "app", "sub": "other", "aud": url }), 401),
        (kind, json!({ "iss": "app", "sub": "app", "aud": "https://login.example.com/x/oauth2/v2.0/token" }), 401),
        ("jwt", json!({ "iss": "app", "sub": "app", "aud": url }), 401),
    ];
    for (kind, claims, expected) in cases {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"PS256"}"#);
        let assertion = format!("{header}.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", "app"),
            ("scope", SCOPE),
            ("client_assertion_type", kind),
            ("client_assertion", &assertion),
        ];
        assert_eq!(ask(&entra, &form).await?.0, expected, "{kind} {claims}");
    }
    let requests = entra.requests();
    let (header, claims) = requests[0].client_assertion().ok_or("no assertion")?;
    assert_eq!((&header["alg"], &claims["sub"]), (&json!("PS256"), &json!("app")));
    Ok(())
}

#[tokio::test]
async fn redemption_gives_a_new_refresh_token_and_keeps_the_old_valid() -> Outcome {
    let entra = TokenEndpoint::builder().refresh_token("first").start().await?;
    let mut token = "first".to_owned();
    let mut seen = HashSet::from([token.clone()]);
    for _ in 0..3 {
        let (status, body) = redeem(&entra, &token).await?;
        token = text(&body, "refresh_token");
        assert_eq!((status, seen.insert(token.clone())), (200, true));
    }
    assert_eq!(redeem(&entra, "first").await?.0, 200);
    assert_eq!(entra.refresh_tokens()[2], token);
    assert_eq!(code(&redeem(&entra, "made up").await?.1), 70000);
    Ok(())
}

#[tokio::test]
async fn rotation_can_revoke_the_old_refresh_token() -> Outcome {
    let entra = TokenEndpoint::builder().refresh_token("first").rotation(Rotation::OldIsRevoked).start().await?;
    let (_, body) = redeem(&entra, "first").await?;
    assert_eq!(code(&redeem(&entra, "first").await?.1), 50173);
    assert_eq!(redeem(&entra, &text(&body, "refresh_token")).await?.0, 200);
    Ok(())
}

#[tokio::test]
async fn rotation_can_be_off_and_a_token_can_be_revoked() -> Outcome {
    let entra = TokenEndpoint::builder().rotation(Rotation::NoNewToken).start().await?;
    assert!(redeem(&entra, "any").await?.1.get("refresh_token").is_none());
    entra.revoke("any");
    let (status, body) = redeem(&entra, "any").await?;
    assert_eq!((status, text(&body, "error").as_str(), code(&body)), (400, "invalid_grant", 50173));
    Ok(())
}

#[tokio::test]
async fn an_authorization_code_is_redeemed_once() -> Outcome {
    let entra = TokenEndpoint::builder().authorization_code("code").start().await?;
    let form = |code| {
        [("grant_type", "authorization_code"), ("client_id", "app"), ("code", code), ("redirect_uri", "http://x")]
    };
    let (status, body) = ask(&entra, &form("code")).await?;
    assert!(status == 200 && body.get("refresh_token").is_some());
    assert_eq!(code(&ask(&entra, &form("code")).await?.1), 54005);
    assert_eq!(code(&ask(&entra, &form("other")).await?.1), 70000);
    assert_eq!(code(&ask(&entra, &form("code")[..3]).await?.1), 900_144);
    Ok(())
}
