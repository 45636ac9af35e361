//! Responses of the endpoint that are the same for every grant.

use super::*;

#[tokio::test]
async fn tenant_client_and_grant_are_checked_if_set() -> Outcome {
    let entra = TokenEndpoint::builder().tenant(TENANT).client_id("app").public_client().start().await?;
    let refresh =
        |client, extra| [("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", "r"), extra];
    assert_eq!(code(&post(&entra.token_url("other"), &refresh("app", ("x", "y"))).await?.1), 90002);
    assert_eq!(code(&ask(&entra, &refresh("other", ("x", "y"))).await?.1), 700_016);
    assert_eq!(code(&ask(&entra, &refresh("app", ("client_secret", "s"))).await?.1), 700_025);
    assert_eq!(code(&ask(&entra, &[("client_id", "app")]).await?.1), 900_144);
    assert_eq!(code(&ask(&entra, &[("client_id", "app"), ("grant_type", "password")]).await?.1), 70003);
    assert_eq!(entra.count(Grant::Other), 2);
    assert_eq!(reqwest::get(entra.token_url(TENANT)).await?.status(), 400);
    assert_eq!(reqwest::get(entra.authority()).await?.status(), 404);
    Ok(())
}

#[tokio::test]
async fn a_body_that_is_not_a_form_is_ignored() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let request = reqwest::Client::new().post(entra.token_url(TENANT)).body("grant_type=refresh_token&client_id=app");
    let body: Value = request.send().await?.json().await?;
    assert_eq!((code(&body), entra.requests()[0].fields().len()), (900_144, 0));
    Ok(())
}

#[tokio::test]
async fn claims_and_response_fields_can_be_changed() -> Outcome {
    let entra = TokenEndpoint::builder()
        .lifetime(Duration::from_secs(90))
        .claim("amr", json!(["pwd"]))
        .claim("scp", Value::Null)
        .response_field("expires_in", "90")
        .response_field("ext_expires_in", Value::Null)
        .start()
        .await?;
    let (_, body) = redeem(&entra, "any").await?;
    assert_eq!((&body["expires_in"], body.get("ext_expires_in")), (&json!("90"), None));
    let claims = claims(&text(&body, "access_token"))?;
    assert_eq!((&claims["amr"], claims.get("scp")), (&json!(["pwd"]), None));
    let opaque = TokenEndpoint::builder().opaque_tokens().start().await?;
    assert!(!text(&redeem(&opaque, "any").await?.1, "access_token").contains('.'));
    Ok(())
}

#[tokio::test]
async fn other_responses_can_replace_the_regular_ones() -> Outcome {
    let entra = TokenEndpoint::start().await?;
    let oauth_error = OAuthError::inactive_refresh_token();
    let trace_id = oauth_error.trace_id().to_string();
    entra.respond_next(oauth_error);
    entra.respond_next(MockResponse::new(429).header("Retry-After", "7").body("{}"));
    entra.respond_next(FaultResponse::reset());
    let (status, body) = redeem(&entra, "any").await?;
    assert_eq!((status, code(&body), text(&body, "trace_id")), (400, 700_082, trace_id));
    assert_eq!(redeem(&entra, "any").await?.0, 429);
    assert!(redeem(&entra, "any").await.is_err());
    assert_eq!(redeem(&entra, "any").await?.0, 200);
    entra.respond_always(OAuthError::temporarily_unavailable());
    assert_eq!([redeem(&entra, "any").await?.0, redeem(&entra, "any").await?.0], [503, 503]);
    entra.respond_normally();
    assert_eq!(redeem(&entra, "any").await?.0, 200);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn responses_take_the_set_delay() -> Outcome {
    let entra = TokenEndpoint::builder().delay(Duration::from_secs(20)).start().await?;
    let begun = Instant::now();
    assert_eq!(redeem(&entra, "any").await?.0, 200);
    assert_eq!(begun.elapsed().as_secs(), 20);
    Ok(())
}

#[tokio::test]
async fn concurrent_requests_each_get_their_own_token() -> Outcome {
    let entra = std::sync::Arc::new(TokenEndpoint::start().await?);
    let gate = entra.hold();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let entra = entra.clone();
        calls.spawn(async move { redeem(&entra, "any").await.map_err(|error| error.to_string()) });
    }
    gate.wait_for(100).await;
    gate.open();
    let mut seen = HashSet::new();
    while let Some(call) = calls.join_next().await {
        let (status, body) = call??;
        assert!(status == 200 && seen.insert(text(&body, "access_token")));
    }
    assert_eq!((seen.len(), entra.count(Grant::RefreshToken)), (100, 100));
    Ok(())
}

#[tokio::test]
async fn debug_output_shows_no_secret() -> Outcome {
    let builder = TokenEndpoint::builder().client_secret("s3cret").refresh_token("s3cret");
    let mut shown = format!("{builder:?}");
    let entra = builder.start().await?;
    redeem(&entra, "s3cret").await?;
    shown += &format!("{entra:?} {:?} {:?}", entra.requests(), entra.server().requests());
    assert!(!shown.contains("s3cret") && !entra.refresh_tokens().iter().any(|token| shown.contains(token)), "{shown}");
    Ok(())
}
