//! `partner-center organization get`: some customers, shown at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::arguments::Get;
use crate::client;
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::output::record::Record;
use crate::output::{self, Format};
use crate::settings::Settings;
use crate::terminal::warn;

pub(crate) async fn run(settings: &Settings, arguments: &Get) -> Result<Exit, Failure> {
    let client = client::signed_in(settings).await?;
    let is_list = arguments.customers.len() > 1;
    // How many are still to be begun; none after a failure that would meet them all.
    let left = Arc::new(AtomicUsize::new(arguments.customers.len()));
    let customers = arguments.customers.clone().into_iter().map_while({
        let left = left.clone();
        move |customer| {
            let begins = left.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(1));
            begins.is_ok().then_some(customer)
        }
    });
    let mut organizations = client.organizations(customers).ordered();
    if let Some(id) = settings.correlation_id {
        organizations = organizations.correlation_id(id);
    }
    let (mut records, mut failures, mut broken, mut not_asked) = (Vec::new(), Vec::new(), None, 0);
    while let Some((customer, result)) = organizations.next().await {
        match result {
            Ok(response) => records.push(Record::new(customer, response)),
            Err(error) if exit::concerns_everybody(&error) => {
                broken.get_or_insert_with(|| Failure::from(error));
                not_asked += left.swap(0, Ordering::AcqRel);
            }
            Err(error) => failures.push(Failure::of_customer(customer, &error)),
        }
    }
    if !records.is_empty() || is_list && broken.is_none() {
        output::print(&records, is_list, arguments.output.unwrap_or_else(Format::usual))?;
    }
    if not_asked > 0 {
        warn(&format!("{not_asked} customers were not asked for"));
    }
    failures.iter().chain(&broken).for_each(Failure::print);
    Ok(match broken.as_ref().or(failures.first()) {
        None => Exit::Fine,
        Some(failure) if records.is_empty() => failure.exit(),
        Some(_) => Exit::SomeFailed,
    })
}
