//! Fetches one customer's organization and prints it with both ids.
//!
//! By default, it calls mocks of Partner Center and its sign-in on loopback: it redeems a refresh token for an access
//! token and fetches the organization of Contoso. With `PARTNER_CENTER_CUSTOMER` and a credential in the environment
//! (the README lists the variables), it calls Partner Center.

use std::error::Error;

use partner_center::auth::{self, MemoryStore, RefreshToken};
use partner_center::{Client, uuid::Uuid};
use partner_center_mock::examples::get_customer_organization::CONTOSO;
use partner_center_mock::token_endpoint::TokenEndpoint;
use partner_center_mock::{MockServerExt, ThenExt, httpmock::MockServer};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Ok(customer) = std::env::var("PARTNER_CENTER_CUSTOMER") {
        let client = Client::builder().credential(auth::from_env()?).application_name("quickstart").build()?;
        return print_organization(&client, customer.trim().parse()?).await;
    }

    println!("PARTNER_CENTER_CUSTOMER is not set: using mocks on loopback.\n");
    let entra = TokenEndpoint::builder().refresh_token("first-refresh-token").start().await?;
    let partner_center = MockServer::start_async().await;
    partner_center.get_customer_organization(|_, then| {
        then.into_inner().respond(CONTOSO);
    });
    let credential = RefreshToken::new("contoso-partner.example", "an-application-id", MemoryStore::default())
        .initial("first-refresh-token");
    let client = Client::builder()
        .base_url(partner_center.base_url())
        .authority(entra.authority())
        .credential(credential)
        .application_name("quickstart")
        .build()?;
    print_organization(&client, Uuid::new_v4()).await
}

async fn print_organization(client: &Client, customer: Uuid) -> Result<(), Box<dyn Error>> {
    let organization = client.customer(customer).organization().await?;

    println!("customer        {customer}");
    println!("display name    {}", organization.display_name.as_deref().unwrap_or("-"));
    println!("street          {}", organization.street.as_deref().unwrap_or("-"));
    println!("postal code     {}", organization.postal_code.as_deref().unwrap_or("-"));
    println!("city            {}", organization.city.as_deref().unwrap_or("-"));
    println!("state           {}", organization.state.as_deref().unwrap_or("-"));
    println!("country         {}", organization.country_letter_code.as_deref().unwrap_or("-"));
    for mail in organization.technical_notification_mails.iter().flatten() {
        println!("technical mail  {mail}");
    }
    println!("request id      {}", organization.request_id());
    println!("correlation id  {}", organization.correlation_id());
    Ok(())
}
