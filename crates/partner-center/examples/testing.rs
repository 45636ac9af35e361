//! Tests your code with `partner-center-mock`: no Microsoft account, no tokens, no network.

use partner_center::auth::StaticToken;
use partner_center::models::Organization;
use partner_center::{Client, Error, uuid::Uuid};
use partner_center_mock::examples::get_customer_organization as responses;
use partner_center_mock::{MockResponse, MockServerExt, ResponseScript, ThenExt, httpmock::MockServer};

/// The code under test: the first address for technical notifications.
async fn technical_contact(client: &Client, customer: Uuid) -> Result<Option<String>, Error> {
    let organization = client.customer(customer).organization().await?.into_inner();
    Ok(organization.technical_notification_mails.and_then(|mails| mails.into_iter().next()))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let mock = MockServer::start_async().await;
    let customer = Uuid::new_v4();

    // A transient failure, then a custom organization.
    let mut fabrikam = Organization::default();
    fabrikam.technical_notification_mails = Some(vec!["it@fabrikam.example".to_owned()]);
    let script =
        ResponseScript::new([MockResponse::from(responses::SERVER_FAILURE), MockResponse::organization(&fabrikam)]);
    mock.get_customer_organization(|when, then| {
        when.customer_tenant_id(&customer);
        then.into_inner().script(&script);
    });
    let client =
        Client::builder().base_url(mock.base_url()).credential(StaticToken::new("any-token-will-do")).build()?;

    assert_eq!(technical_contact(&client, customer).await?.as_deref(), Some("it@fabrikam.example"));
    assert_eq!(script.served(), 2, "the failure was retried");
    println!("the code under test works");
    Ok(())
}
