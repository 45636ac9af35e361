//! Passes the correlation id of an incoming request on, so that one id finds the request in every log.

use partner_center::auth::StaticToken;
use partner_center::{Client, Error, uuid::Uuid};
use partner_center_mock::examples::get_customer_organization::CONTOSO;
use partner_center_mock::{MockServerExt, ThenExt, httpmock::MockServer};

/// A web framework's request, reduced to what this example needs.
struct IncomingRequest {
    correlation_id: Option<String>,
    customer: Uuid,
}

/// Your handler: sends the caller's id to Partner Center and logs it.
async fn handle(client: &Client, incoming: IncomingRequest) -> Result<String, Error> {
    // Replaces an id that is missing or not a GUID.
    let id = incoming.correlation_id.and_then(|id| Uuid::parse_str(&id).ok()).unwrap_or_else(Uuid::new_v4);
    let organization = client.customer(incoming.customer).organization().correlation_id(id).await?;
    println!("{id}: looked up, request id {}", organization.request_id());
    Ok(organization.display_name.clone().unwrap_or_default())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let mock = MockServer::start_async().await;
    let incoming_id = Uuid::new_v4();
    let lookup = mock.get_customer_organization(|when, then| {
        when.ms_correlation_id(&incoming_id);
        then.into_inner().respond(CONTOSO);
    });
    let client =
        Client::builder().base_url(mock.base_url()).credential(StaticToken::new("any-token-will-do")).build()?;

    let incoming = IncomingRequest { correlation_id: Some(incoming_id.to_string()), customer: Uuid::new_v4() };
    println!("{}", handle(&client, incoming).await?);
    lookup.assert_async().await;
    Ok(())
}
