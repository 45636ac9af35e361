//! `partner-center organization get`: some customers, shown at once.

use crate::arguments::Get;
use crate::client;
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::output::record::Record;
use crate::output::{self, Format};
use crate::settings::Settings;

pub(crate) async fn run(settings: &Settings, arguments: &Get) -> Result<Exit, Failure> {
    let client = client::signed_in(settings).await?;
    let is_list = arguments.customers.len() > 1;
    let mut organizations = client.organizations(arguments.customers.clone()).ordered();
    if let Some(id) = settings.correlation_id {
        organizations = organizations.correlation_id(id);
    }
    let (mut records, mut failures) = (Vec::new(), Vec::new());
    while let Some((customer, result)) = organizations.next().await {
        match result {
            Ok(response) => records.push(Record::new(customer, response)),
            Err(error) if exit::concerns_everybody(&error) => return Err(error.into()),
            Err(error) => failures.push(Failure::of_customer(customer, &error)),
        }
    }
    if is_list || !records.is_empty() {
        output::print(&records, is_list, arguments.output.unwrap_or_else(Format::usual))?;
    }
    failures.iter().for_each(Failure::print);
    Ok(match failures.first() {
        None => Exit::Fine,
        Some(first) if records.is_empty() => first.exit(),
        Some(_) => Exit::SomeFailed,
    })
}
