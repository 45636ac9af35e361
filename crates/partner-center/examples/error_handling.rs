//! Handles failed calls by the kind of their error.

use std::time::Duration;

use partner_center::auth::StaticToken;
use partner_center::{Client, Error, ErrorKind, RetryPolicy, uuid::Uuid};
use partner_center_mock::examples::get_customer_organization as responses;
use partner_center_mock::{MockServerExt, ThenExt, httpmock::MockServer};

/// What this program does about a failed customer.
fn next_step(error: &Error) -> String {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NoRelationship => "skip the customer".to_owned(),
        ErrorKind::GdapRoleMissing | ErrorKind::PartnerRoleMissing | ErrorKind::MfaRequired => {
            "notify the administrator".to_owned()
        }
        _ if error.is_retryable() => {
            format!("retry in {:?}", error.retry_after().unwrap_or(Duration::from_secs(60)))
        }
        _ => "give up".to_owned(),
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    for response in
        [responses::TENANT_NOT_FOUND, responses::GDAP_ROLE_MISSING, responses::THROTTLED, responses::BAD_INPUT]
    {
        let mock = MockServer::start_async().await;
        mock.get_customer_organization(|_, then| {
            then.into_inner().respond(response);
        });
        let client = Client::builder()
            .base_url(mock.base_url())
            .credential(StaticToken::new("any-token-will-do"))
            .retry(RetryPolicy::off())
            .build()?;

        if let Err(error) = client.customer(Uuid::new_v4()).organization().await {
            println!("{error}\n  help: {}\n  this program: {}\n", error.help(), next_step(&error));
        }
    }
    Ok(())
}
