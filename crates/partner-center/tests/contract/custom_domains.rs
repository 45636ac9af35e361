//! The domains of one customer, read from the contract's example.

use partner_center_mock::httpmock::MockServer;
use partner_center_mock::{MockServerExt, ThenExt, examples::get_customer_custom_domains as domains};

use crate::support::{CUSTOMER, Outcome, client};

#[tokio::test]
async fn domains_keep_their_order_and_other_bodies_are_errors() -> Outcome {
    let server = MockServer::start_async().await;
    let mixed = partner_center_mock::MockResponse::text(200, r#"["a.example", 7]"#);
    server.get_customer_custom_domains(|when, then| {
        when.customer_tenant_id(&CUSTOMER);
        then.into_inner().script([domains::TWO_DOMAINS.into(), mixed]);
    });
    let customer = client(server.base_url()).customer(CUSTOMER);
    assert_eq!(*customer.custom_domains().await?, ["northbakery.example", "north-bakery.example"]);
    let error = customer.custom_domains().await.expect_err("a number is no domain");
    assert!(error.to_string().contains("at [1]: "), "{error}");
    Ok(())
}
