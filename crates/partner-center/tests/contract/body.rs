//! Success bodies: the documented array, a bare object and the envelopes.

use partner_center::ErrorKind;
use partner_center_mock::MockResponse;

use crate::support::{CONTOSO, CUSTOMER, Outcome, builder, client, mock, receive, receive_error};

async fn display_names(body: &str) -> Result<Vec<Option<String>>, partner_center::Error> {
    let server = mock([MockResponse::text(200, body)]).await;
    let organizations = client(server.base_url()).customer(CUSTOMER).organizations().await?;
    Ok(organizations.iter().map(|organization| organization.display_name.clone()).collect())
}

#[tokio::test]
async fn reads_the_array_a_bare_object_and_both_envelopes() -> Outcome {
    for body in [
        CONTOSO,
        "  [ {\"displayName\" : \"Contoso\"} ]\r\n",
        r#"{"displayName":"Contoso"}"#,
        r#"{"items":[{"displayName":"Contoso"}],"totalCount":1,"attributes":{"objectType":"Collection"}}"#,
        r#"{"@odata.context":"x","value":[{"displayName":"Contoso"}]}"#,
        "\u{feff}[{\"displayName\":\"Contoso\"}]",
        "\u{feff}{\"displayName\":\"Contoso\"}",
    ] {
        let names = display_names(body).await.map_err(|error| format!("{body}: {error}"))?;
        assert_eq!(names, [Some("Contoso".to_owned())], "{body}");
    }
    Ok(())
}

#[tokio::test]
async fn the_content_type_does_not_matter() -> Outcome {
    for content_type in ["application/json", "text/plain", "text/html", "application/json; charset=utf-16", "nonsense"]
    {
        let response = receive(MockResponse::new(200).header("Content-Type", content_type).body(CONTOSO)).await?;
        assert_eq!(response.display_name.as_deref(), Some("Contoso"), "{content_type}");
    }
    let response = receive(MockResponse::new(200).body(CONTOSO)).await?;
    assert_eq!(response.display_name.as_deref(), Some("Contoso"), "no content type");
    Ok(())
}

#[tokio::test]
async fn missing_and_null_fields_are_none_and_empty_ones_are_empty() -> Outcome {
    let missing = receive(MockResponse::text(200, "[{}]")).await?.into_inner();
    let null = r#"[{"street":null,"countryLetterCode":null,"postalCode":null,"city":null,"state":null,
        "displayName":null,"technicalNotificationMails":null}]"#;
    assert_eq!(receive(MockResponse::text(200, null)).await?.into_inner(), missing);
    assert_eq!((missing.city, missing.technical_notification_mails), (None, None));
    let empty =
        receive(MockResponse::text(200, r#"[{"city":"","technicalNotificationMails":[]}]"#)).await?.into_inner();
    assert_eq!((empty.city.as_deref(), empty.technical_notification_mails), (Some(""), Some(vec![])));
    Ok(())
}

#[tokio::test]
async fn unknown_fields_are_kept_in_the_raw_body() -> Outcome {
    let body = r#"[{"displayName":"Contoso","tenantType":"AAD","nested":{"a":[1,2.5e300,null]}}]"#;
    let response = receive(MockResponse::text(200, body)).await?;
    assert_eq!(response.display_name.as_deref(), Some("Contoso"));
    assert_eq!(response.raw(), body);
    Ok(())
}

#[tokio::test]
async fn the_raw_body_keeps_byte_order_mark_and_whitespace() -> Outcome {
    let body = format!("\u{feff} {CONTOSO}\r\n");
    assert_eq!(receive(MockResponse::text(200, body.clone())).await?.raw(), &body);
    Ok(())
}

#[tokio::test]
async fn text_in_any_language_is_unchanged() -> Outcome {
    let body = r#"[{"displayName":"Žluťoučký 株式会社 \ud83d\ude00 \u0000 \"","city":"Zürich"}]"#;
    let response = receive(MockResponse::text(200, body)).await?;
    assert_eq!(response.display_name.as_deref(), Some("Žluťoučký 株式会社 😀 \0 \""));
    assert_eq!(response.city.as_deref(), Some("Zürich"));
    Ok(())
}

#[tokio::test]
async fn other_than_one_organization_is_an_error_that_says_how_many() {
    for (body, count) in [("[]", "empty"), (r#"{"items":[]}"#, "empty"), ("[{},{}]", "2"), ("[{},{},{}]", "3")] {
        let error = receive_error(MockResponse::text(200, body)).await;
        assert_eq!(error.kind(), ErrorKind::NotExactlyOne, "{body}");
        assert!(error.to_string().contains(count), "{error}");
        assert!(error.help().contains("organizations()"), "{}", error.help());
        assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
        assert_eq!(error.raw(), body);
        assert!(error.request_id().is_some() && error.attempts() == 1);
    }
}

#[tokio::test]
async fn organizations_returns_the_whole_array() -> Outcome {
    assert!(display_names("[]").await?.is_empty());
    let two = r#"[{"displayName":"b"},{"displayName":"a"}]"#;
    assert_eq!(display_names(two).await?, [Some("b".to_owned()), Some("a".to_owned())]);
    Ok(())
}

#[tokio::test]
async fn a_body_at_the_limit_is_read_and_one_byte_more_is_not() -> Outcome {
    let body = format!("{CONTOSO}{}", " ".repeat(300_000));
    let server = mock([MockResponse::text(200, body.clone())]).await;
    let at_limit = builder(server.base_url()).body_limit(body.len()).build()?;
    assert_eq!(at_limit.customer(CUSTOMER).organization().await?.raw(), &body);
    let below = builder(server.base_url()).body_limit(body.len() - 1).build()?;
    let error = below.customer(CUSTOMER).organization().await.expect_err("one byte too many");
    assert_eq!(error.kind(), ErrorKind::UnexpectedBody);
    assert!(error.to_string().contains(&(body.len() - 1).to_string()), "{error}");
    assert_eq!(error.attempts(), 1, "a body that is too large is not asked for again");
    Ok(())
}

#[tokio::test]
async fn the_elapsed_time_includes_reading_an_envelope() -> Outcome {
    let unknown = vec!["0"; 4_000_000].join(",");
    let body = format!(r#"{{"unknown":[{unknown}],"items":{CONTOSO}}}"#);
    let server = mock([MockResponse::text(200, body.clone())]).await;
    let client = builder(server.base_url()).body_limit(body.len()).build()?;
    let begun = std::time::Instant::now();
    let response = client.customer(CUSTOMER).organization().await?;
    let after = begun.elapsed() - response.elapsed();
    assert!(after < response.elapsed() / 10, "{after:?} passed after {:?}", response.elapsed());
    Ok(())
}

#[tokio::test]
async fn the_default_limit_is_one_mebibyte() -> Outcome {
    let fitting = format!("{CONTOSO}{}", " ".repeat((1 << 20) - CONTOSO.len()));
    assert_eq!(receive(MockResponse::text(200, fitting.clone())).await?.raw().len(), 1 << 20);
    let error = receive_error(MockResponse::text(200, fitting + " ")).await;
    assert_eq!(error.kind(), ErrorKind::UnexpectedBody);
    assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
    Ok(())
}
