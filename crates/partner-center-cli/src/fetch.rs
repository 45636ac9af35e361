//! Fetches several customers concurrently, and shows them together.

use std::collections::BTreeMap;

use partner_center::uuid::Uuid;
use partner_center::{Client, Customer, Request, Response};
use tokio::task::JoinSet;

use crate::arguments::{Column, Get};
use crate::client;
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::list;
use crate::output::Printer;
use crate::output::record::Record;
use crate::settings::Settings;
use crate::signals::Signals;
use crate::terminal::{notify, warn};
use crate::throttle_notice::ThrottleNotice;

const CONCURRENCY: usize = 8;

#[derive(Default)]
struct Fetched {
    /// Each with its place among the customers, since they come in another order.
    results: BTreeMap<usize, Result<Record, Failure>>,
    /// A failure that would affect every further customer.
    end: Option<Failure>,
    signal: Option<Exit>,
}

/// How to call the service for a customer, and how to convert its response.
pub(crate) struct About<T> {
    pub(crate) call: fn(&Customer) -> Request<T>,
    pub(crate) record: fn(Uuid, &Response<T>) -> Record,
    pub(crate) columns: &'static [Column],
}

pub(crate) async fn run<T: Send + 'static>(
    settings: &Settings,
    arguments: &Get,
    about: About<T>,
) -> Result<Exit, Failure> {
    let printer = Printer::new(&arguments.output, about.columns)?;
    let (customers, unreadable) = match &arguments.list.from {
        Some(path) => {
            let list = list::read(path, &arguments.list)?;
            (list.customers, list.unreadable.len())
        }
        None => (arguments.customers.clone(), 0),
    };
    let is_list = arguments.list.from.is_some() || customers.len() > 1;
    let client = client::signed_in(settings).await?;
    let fetched = fetch(&client, &customers, settings.correlation_id, &about).await?;
    let missing = customers.len() - fetched.results.len() - usize::from(fetched.end.is_some());
    let (mut records, mut failures) = (Vec::new(), Vec::new());
    for result in fetched.results.into_values() {
        match result {
            Ok(record) => records.push(record),
            Err(failure) => failures.push(failure),
        }
    }
    let has_none = records.is_empty();
    if !has_none || is_list && fetched.end.is_none() {
        printer.print_all(records, is_list)?;
    }
    if missing > 0 {
        warn(&format!("customers not fetched: {missing} of {}", customers.len()));
    }
    failures.iter().chain(&fetched.end).for_each(Failure::print);
    Ok(match (fetched.signal, fetched.end.as_ref().or(failures.first())) {
        (Some(signal), _) => signal,
        (None, Some(failure)) if has_none => failure.exit,
        (None, None) if unreadable == 0 => Exit::Success,
        (None, _) => Exit::Partial,
    })
}

/// Fetches the customers, until a signal or a failure that would affect all of them.
async fn fetch<T: Send + 'static>(
    client: &Client,
    customers: &[Uuid],
    correlation_id: Option<Uuid>,
    about: &About<T>,
) -> Result<Fetched, Failure> {
    let mut signals = Signals::listen()?;
    let mut notice = ThrottleNotice::new();
    let (mut fetched, mut calls) = (Fetched::default(), JoinSet::new());
    let mut left = customers.iter().copied().enumerate();
    loop {
        while fetched.end.is_none() && calls.len() < CONCURRENCY {
            let Some((place, customer)) = left.next() else { break };
            let call = (about.call)(&client.customer(customer)).correlation_id(correlation_id);
            calls.spawn(async move { (place, customer, call.await) });
        }
        tokio::select! {
            call = notice.during(|| client.throttled_for(), notify, calls.join_next()) => match call {
                Some(Ok((_, _, Err(error)))) if exit::ends_run(&error) => {
                    fetched.end.get_or_insert_with(|| Failure::from(error));
                }
                Some(Ok((place, customer, result))) => {
                    let record = result.map(|response| (about.record)(customer, &response));
                    fetched.results.insert(place, record.map_err(|error| Failure::about(customer, &error)));
                }
                Some(Err(error)) => {
                    return Err(Failure::new(Exit::Unavailable, error.to_string(), "Run the command again."));
                }
                None => return Ok(fetched),
            },
            // Nothing is lost by a call that is not finished.
            signal = signals.next() => {
                fetched.signal = Some(signal);
                return Ok(fetched);
            }
        }
    }
}
