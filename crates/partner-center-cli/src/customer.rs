//! `partner-center customer list`: the partner's customers, shown as the pages of the list come.

use std::time::Duration;

use indicatif::ProgressBar;
use partner_center::{Client, Error};
use tokio::time::{Instant, sleep};

use crate::arguments::columns::CUSTOMER;
use crate::arguments::{Format, List};
use crate::client;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Printer;
use crate::output::record::Record;
use crate::settings::Settings;
use crate::signals::Signals;
use crate::terminal::{self, notify};
use crate::throttle_notice::ThrottleNotice;

/// How much longer than a call's timeout to wait for a page.
const GRACE: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(100);
pub(crate) const NOT_READ: &str = "the list of customers cannot be read to its end";

/// The failure of a list that breaks, here and in an export.
pub(crate) fn not_read(error: &Error) -> Failure {
    Failure::about(NOT_READ, error)
}

pub(crate) async fn list(settings: &Settings, arguments: &List) -> Result<Exit, Failure> {
    let mut printer = Printer::new(&arguments.output, &CUSTOMER)?;
    let client = client::signed_in(settings).await?;
    let mut customers = client.customers().correlation_id(settings.correlation_id);
    if let Some(prefix) = &arguments.name {
        customers = customers.name_starts_with(prefix);
    }
    if let Some(prefix) = &arguments.domain {
        customers = customers.domain_starts_with(prefix);
    }
    // Lines or the trace on the same terminal would tear it apart.
    let is_hidden = settings.verbose || terminal::is_terminal() && printer.format != Format::Table;
    let progress = if is_hidden { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
    let say = |line: &str| progress.suspend(|| notify(line));
    let (mut signals, mut notice, mut count) = (Signals::listen()?, ThrottleNotice::new(), 0);
    let ended = loop {
        let customer = tokio::select! {
            customer = notice.during(|| client.throttled_for(), say, customers.next()) => customer,
            signal = signals.next() => break Ok(signal),
            () = throttled_past(&client, settings.timeout.value + GRACE) => {
                let help = "Try again later, or give each page more time with --timeout.";
                break Err(Failure::new(Exit::Unavailable, format!("{NOT_READ}: throttled by the service"), help));
            }
        };
        match customer {
            Some(Ok(customer)) => printer.print(Record::of_listed(&customer))?,
            Some(Err(error)) => break Err(not_read(&error)),
            None => break Ok(Exit::Success),
        }
        count += 1;
        progress.set_message(format!("customers listed: {count}"));
    };
    progress.finish_and_clear();
    printer.finish(matches!(ended, Ok(Exit::Success)))?;
    if count == 0 && matches!(ended, Ok(Exit::Success)) {
        notify("no customers");
    }
    ended
}

/// Ends once throttling, which the call's own shorter limit leaves out, keeps a page for longer than `limit`.
async fn throttled_past(client: &Client, limit: Duration) {
    let end = Instant::now() + limit;
    while Instant::now() + client.throttled_for().unwrap_or_default() < end {
        sleep(TICK).await;
    }
}
