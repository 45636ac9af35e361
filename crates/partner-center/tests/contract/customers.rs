//! The list of customers, read from the contract's examples.

use partner_center::ErrorKind;
use partner_center_mock::httpmock::MockServer;
use partner_center_mock::{MockServerExt, ThenExt, examples::get_customers as pages};
use serde_json::{Value, json};

use crate::support::{Outcome, Recorder, client, header, raw_response};

#[tokio::test]
async fn the_documented_pages_are_read_as_one_list() -> Outcome {
    let server = MockServer::start_async().await;
    let first = server.get_customers(|when, then| {
        when.ms_continuation_token(None).size(2);
        then.into_inner().respond(pages::FIRST_PAGE);
    });
    server.get_customers(|when, then| {
        when.ms_continuation_token("AQAAAA,made/up==").seek_operation("Next").size(2);
        then.into_inner().respond(pages::LAST_PAGE);
    });
    let customers: Vec<_> = client(server.base_url()).customers().page_size(2).try_collect().await?;
    let [bakery, mill, ferries] = &customers[..] else { panic!("three customers: {customers:?}") };
    assert_eq!((bakery.company_name(), bakery.domain()), (Some("North Bakery"), Some("northbakery.example")));
    assert_eq!(bakery.relationship_to_partner.as_deref(), Some("reseller"));
    assert_eq!((mill.company_name(), mill.relationship_to_partner.as_deref()), (Some("South Mill"), Some("none")));
    assert_eq!((ferries.company_name(), ferries.domain()), (None, Some("eastferries.example")));
    let raw: Value = serde_json::from_slice(bakery.raw())?;
    let document: Value = serde_json::from_str(pages::FIRST_PAGE.body)?;
    assert_eq!((&raw, first.calls()), (&document["items"][0], 1));
    Ok(())
}

#[tokio::test]
async fn a_token_without_a_link_and_an_empty_list_are_read() -> Outcome {
    let server = MockServer::start_async().await;
    server.get_customers(|_, then| {
        then.into_inner().script([pages::PAGE_WITH_TOKEN_ONLY, pages::NO_CUSTOMERS]);
    });
    let customers: Vec<_> = client(server.base_url()).customers().try_collect().await?;
    assert_eq!(customers.len(), 1);
    let none: Vec<_> = client(server.base_url()).customers().try_collect().await?;
    assert!(none.is_empty());
    Ok(())
}

#[tokio::test]
async fn fields_without_a_value_are_none_and_unknown_words_are_kept() -> Outcome {
    let id = |number: u8| format!("00000000-0000-0000-0000-00000000000{number}");
    let body = json!({ "items": [
        { "id": id(1), "relationshipToPartner": "a_new_word", "tags": ["kept"] },
        { "id": id(2), "companyProfile": null, "relationshipToPartner": null },
        { "id": id(3), "companyProfile": { "companyName": null, "domain": "" } },
    ] });
    let recorder = Recorder::start(&[&raw_response("200 OK", &body.to_string())]).await;
    let customers: Vec<_> = client(recorder.base_url()).customers().try_collect().await?;
    assert_eq!(customers.len(), 3);
    assert_eq!(customers[0].relationship_to_partner.as_deref(), Some("a_new_word"));
    assert!(std::str::from_utf8(customers[0].raw())?.contains(r#""tags":["kept"]"#));
    for customer in customers {
        assert_eq!((customer.company_name(), customer.domain()), (None, None));
    }
    Ok(())
}

#[tokio::test]
async fn a_filter_is_json_in_the_documented_form_for_any_prefix() -> Outcome {
    for prefix in ["north", "Smith & Sons", r#"a"b\c"#, "50% +1?", "Åse/株"] {
        let body = pages::NO_CUSTOMERS.body;
        let recorder = Recorder::start(&[&raw_response("200 OK", body)]).await;
        let by_name: Vec<_> = client(recorder.base_url()).customers().name_starts_with(prefix).try_collect().await?;
        let by_domain: Vec<_> =
            client(recorder.base_url()).customers().domain_starts_with(prefix).try_collect().await?;
        assert!(by_name.is_empty() && by_domain.is_empty());
        for (request, field) in recorder.requests().iter().zip(["CompanyName", "Domain"]) {
            let query = request.split(' ').nth(1).and_then(|target| target.strip_prefix("/v1/customers?filter="));
            let query = query.ok_or("only a filter")?;
            assert!(!query.contains('+'), "{query}");
            let (filter, _) = form_urlencoded::parse(query.as_bytes()).next().ok_or("a filter")?;
            assert!(
                filter.starts_with(r#"{"Field":"#) && filter.ends_with(r#","Operator":"starts_with"}"#),
                "{filter}"
            );
            let expected = json!({ "Field": field, "Value": prefix, "Operator": "starts_with" });
            assert_eq!(serde_json::from_str::<Value>(&filter)?, expected);
        }
    }
    Ok(())
}

#[tokio::test]
async fn every_page_has_the_filter_even_if_links_omit_it() -> Outcome {
    let on = r#"{"items":[],"continuationToken":"t1"}"#;
    let link = r#"{"items":[],"links":{"next":{"uri":"/v1/customers?filter=x&seekOperation=Next","headers":[{"key":"MS-ContinuationToken","value":"t2"}]}}}"#;
    let responses = [on, link, pages::NO_CUSTOMERS.body].map(|body| raw_response("200 OK", body));
    let recorder = Recorder::start(&[&responses[0], &responses[1], &responses[2]]).await;
    let _: Vec<_> = client(recorder.base_url()).customers().name_starts_with("n").page_size(3).try_collect().await?;
    let requests = recorder.requests();
    let filter = |request: &String| Some(request.split("filter=").nth(1)?.split(['&', ' ']).next()?.to_owned());
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| filter(request).is_some() && filter(request) == filter(&requests[0])));
    assert!(requests[1..].iter().all(|request| request.contains("&seekOperation=Next&size=3 ")));
    assert_eq!(header(&requests[2], "ms-continuationtoken"), Some("t2"));
    Ok(())
}

#[tokio::test]
async fn without_options_the_request_has_no_query_and_an_empty_prefix_is_none() -> Outcome {
    let recorder = Recorder::start(&[&raw_response("200 OK", pages::NO_CUSTOMERS.body)]).await;
    let _: Vec<_> = client(recorder.base_url()).customers().name_starts_with("").try_collect().await?;
    let request = recorder.only_request();
    assert_eq!(request[0], "GET /v1/customers HTTP/1.1");
    assert!(!request.iter().any(|line| line.to_lowercase().starts_with("ms-continuationtoken")), "{request:?}");
    Ok(())
}

#[tokio::test]
async fn a_setting_out_of_bounds_is_an_error_and_nothing_is_sent() -> Outcome {
    let recorder = Recorder::start(&[&raw_response("200 OK", pages::NO_CUSTOMERS.body)]).await;
    let client = client(recorder.base_url());
    for customers in [
        client.customers().page_size(0),
        client.customers().page_size(501).name_starts_with("n"),
        client.customers().name_starts_with("n").domain_starts_with("n"),
    ] {
        let error = customers.try_collect::<Vec<_>>().await.expect_err("out of bounds");
        assert_eq!(error.kind(), ErrorKind::Configuration);
    }
    assert!(recorder.requests().is_empty());
    Ok(())
}
