//! Requests on the wire, byte for byte.

use partner_center::uuid::uuid;

use crate::support::{CUSTOMER, Outcome, Recorder, TOKEN, builder, client, header, lines, raw_response};

#[tokio::test]
async fn sends_the_documented_headers_and_no_others() -> Outcome {
    let server = Recorder::contoso().await;
    client(server.base_url())
        .customer(CUSTOMER)
        .organization()
        .request_id(uuid!("5CE66DE5-0A0B-4C4D-8E8F-ABCDEFABCDEF"))
        .correlation_id(uuid!("F00DF00D-BEEF-4BAD-A000-ABCDEFABCDEF"))
        .await?;
    let expected = [
        format!("GET /v1/customers/{CUSTOMER}/organization HTTP/1.1"),
        "accept: application/json".to_owned(),
        format!("authorization: Bearer {TOKEN}"),
        format!("host: {}", server.address()),
        "ms-contract-version: v1".to_owned(),
        "ms-correlationid: f00df00d-beef-4bad-a000-abcdefabcdef".to_owned(),
        "ms-requestid: 5ce66de5-0a0b-4c4d-8e8f-abcdefabcdef".to_owned(),
        concat!("user-agent: partner-center/", env!("CARGO_PKG_VERSION")).to_owned(),
    ];
    assert_eq!(server.only_request(), expected);
    Ok(())
}

#[tokio::test]
async fn sends_the_optional_headers_that_are_set_and_no_others() -> Outcome {
    let server = Recorder::contoso().await;
    builder(server.base_url())
        .application_name("Contoso Inventory")
        .validate_mfa(true)
        .build()?
        .customer(CUSTOMER)
        .organization()
        .request_id(uuid!("5ce66de5-0a0b-4c4d-8e8f-000000000001"))
        .correlation_id(uuid!("5ce66de5-0a0b-4c4d-8e8f-000000000002"))
        .await?;
    let expected = [
        format!("GET /v1/customers/{CUSTOMER}/organization HTTP/1.1"),
        "accept: application/json".to_owned(),
        format!("authorization: Bearer {TOKEN}"),
        format!("host: {}", server.address()),
        "ms-contract-version: v1".to_owned(),
        "ms-correlationid: 5ce66de5-0a0b-4c4d-8e8f-000000000002".to_owned(),
        "ms-partnercenter-application: Contoso Inventory".to_owned(),
        "ms-requestid: 5ce66de5-0a0b-4c4d-8e8f-000000000001".to_owned(),
        concat!("user-agent: Contoso-Inventory partner-center/", env!("CARGO_PKG_VERSION")).to_owned(),
        "validatemfa: true".to_owned(),
    ];
    assert_eq!(server.only_request(), expected);
    Ok(())
}

#[tokio::test]
async fn keeps_the_path_of_the_base_url() -> Outcome {
    let server = Recorder::contoso().await;
    client(format!("{}/gateway/pc/", server.base_url())).customer(CUSTOMER).organization().await?;
    let request_line = format!("GET /gateway/pc/v1/customers/{CUSTOMER}/organization HTTP/1.1");
    assert_eq!(server.only_request()[0], request_line);
    Ok(())
}

#[tokio::test]
async fn sends_the_customer_id_in_lower_case_with_hyphens() -> Outcome {
    let server = Recorder::contoso().await;
    let customer = uuid!("{ABCDEFAB-CDEF-ABCD-EFAB-CDEFABCDEFAB}");
    client(server.base_url()).customer(customer).organization().await?;
    let request_line = "GET /v1/customers/abcdefab-cdef-abcd-efab-cdefabcdefab/organization HTTP/1.1";
    assert_eq!(server.only_request()[0], request_line);
    Ok(())
}

#[tokio::test]
async fn sends_the_same_bytes_on_every_attempt() -> Outcome {
    let busy = raw_response("503 Service Unavailable", "");
    let server = Recorder::start(&[&busy, &busy, &raw_response("200 OK", "[{}]")]).await;
    client(server.base_url()).customer(CUSTOMER).organization().await?;
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| *request == requests[0]), "{requests:#?}");
    Ok(())
}

#[tokio::test]
async fn keeps_the_callers_default_headers_but_not_over_the_sdks_own() -> Outcome {
    let server = Recorder::contoso().await;
    let mut own = partner_center::reqwest::header::HeaderMap::new();
    own.insert("x-gateway-key", "one".parse()?);
    own.insert("authorization", "Basic bm90OnRoaXM=".parse()?);
    own.insert("ms-requestid", "not-this".parse()?);
    let http = partner_center::reqwest::Client::builder().default_headers(own).user_agent("not-this").no_gzip();
    builder(server.base_url()).http_client_builder(http).build()?.customer(CUSTOMER).organization().await?;
    let request = &server.requests()[0];
    assert_eq!(header(request, "x-gateway-key"), Some("one"));
    assert_eq!(header(request, "authorization"), Some(&*format!("Bearer {TOKEN}")));
    assert!(!request.contains("not-this"), "{request}");
    assert_eq!(lines(request).len(), 9, "the usual eight lines and one more: {request}");
    Ok(())
}
