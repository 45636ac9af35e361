//! `partner-center organization export`: many customers, at the pace the service allows, to be resumed after any stop.
//!
//! The files are the journal: each customer is one line in the one or the other, written whole and at once. What a
//! crash leaves of a line is cut off by the next `--resume`, which asks for whoever has no line yet.

mod cells;
mod earlier;
mod failures;
mod input;
mod journal;
mod lines;
mod plan;
mod progress;
mod stop;

use std::time::Duration;

use partner_center::models::Organization;
use partner_center::uuid::Uuid;
use partner_center::{Client, Error, Response};

use self::plan::Plan;
use self::progress::Progress;
use self::stop::Stop;
use crate::arguments::Export;
use crate::client;
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::output::record::Record;
use crate::settings::Settings;
use crate::terminal::tell;

/// How often the progress is looked at while nothing happens.
const TICK: Duration = Duration::from_millis(250);
/// So many failures in a row that have nothing to do with a customer, and the service is taken to be gone.
const GIVE_UP: u32 = 50;

/// How a run ended before its time.
enum Ended {
    /// Everybody has been asked for.
    Complete,
    /// Ctrl-C.
    Stopped,
    /// The next customers would fail the same way.
    Failed(Failure),
}

/// What has been done in this run.
#[derive(Default)]
struct Counts {
    done: u64,
    failed: u64,
    /// Customers answered for, those that ended the run included.
    answered: u64,
    in_a_row: u32,
    /// The exit code of the first failure.
    first: Option<Exit>,
}

pub(crate) async fn run(settings: &Settings, arguments: &Export) -> Result<Exit, Failure> {
    let client = client::signed_in(settings).await?;
    let mut plan = Plan::make(arguments)?;
    // Before anything shows that the run has begun, so that no Ctrl-C is too early.
    let mut stop = Stop::on_signals()?;
    let mut progress = Progress::start(&plan, settings.verbose, arguments);
    let mut counts = Counts::default();
    let ended = fetch(settings, arguments, &client, &mut plan, &mut stop, &mut progress, &mut counts).await;
    progress.end();
    plan.finish()?;
    conclude(arguments, &plan, &counts, ended?)
}

/// Fetches everybody of the plan and writes each down.
async fn fetch(
    settings: &Settings,
    arguments: &Export,
    client: &Client,
    plan: &mut Plan,
    stop: &mut Stop,
    progress: &mut Progress,
    counts: &mut Counts,
) -> Result<Ended, Failure> {
    let customers = stop.guard(std::mem::take(&mut plan.customers));
    let mut organizations = client.organizations(customers).concurrency(arguments.concurrency.into());
    if let Some(id) = settings.correlation_id {
        organizations = organizations.correlation_id(id);
    }
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut broken = None;
    loop {
        tokio::select! {
            item = organizations.next() => match item {
                Some((customer, result)) => {
                    let failure = take_in(customer, result, plan, progress, counts)?;
                    progress.count(counts.failed);
                    if failure.is_some() && broken.is_none() {
                        broken = failure;
                        stop.take_no_more();
                    }
                }
                None => break,
            },
            _ = ticks.tick() => {
                progress.show_wait(organizations.throttled_for());
                if stop.is_stopped() && stop.taken() == counts.answered {
                    break;
                }
            }
            () = stop.wait() => {
                if !stop.is_first() {
                    break;
                }
                // Whoever was told to wait is still to be asked for, and the wait may be long.
                let wait = organizations.throttled_for();
                let wait = wait.map(|wait| format!(", which wait until {}", progress::until(wait))).unwrap_or_default();
                let said = format!("Finishing the calls in flight{wait}; Ctrl-C again stops at once.");
                progress.above(|| tell(&said));
            }
        }
    }
    Ok(match broken {
        Some(failure) => Ended::Failed(failure),
        None if stop.is_stopped() => Ended::Stopped,
        None => Ended::Complete,
    })
}

/// Writes one answer down; gives back the failure that ends the run, if it is one.
fn take_in(
    customer: Uuid,
    result: Result<Response<Organization>, Error>,
    plan: &mut Plan,
    progress: &Progress,
    counts: &mut Counts,
) -> Result<Option<Failure>, Failure> {
    counts.answered += 1;
    match result {
        Ok(response) => {
            plan.write_organization(&Record::new(customer, response))?;
            counts.done += 1;
            counts.in_a_row = 0;
            Ok(None)
        }
        // Not written down, so that the next run asks again.
        Err(error) if exit::concerns_everybody(&error) => Ok(Some(Failure::from(error))),
        Err(error) => {
            if let Some(failure) = plan.write_failure(customer, &error)? {
                progress.above(|| failure.print());
            }
            counts.failed += 1;
            counts.first.get_or_insert(Exit::of(&error));
            counts.in_a_row = if error.is_retryable() { counts.in_a_row + 1 } else { 0 };
            Ok((counts.in_a_row >= GIVE_UP).then(|| Failure::from(error)))
        }
    }
}

/// Says how it went, and how to go on.
fn conclude(arguments: &Export, plan: &Plan, counts: &Counts, ended: Ended) -> Result<Exit, Failure> {
    let (done, failed) = (plan.done_earlier + counts.done, plan.failed_earlier + counts.failed);
    let mut said = format!("{done} organizations");
    if plan.done_earlier > 0 {
        said.push_str(&format!(" ({} of them earlier)", plan.done_earlier));
    }
    said.push_str(&format!(", {failed} failed"));
    if plan.unreadable > 0 {
        said.push_str(&format!(", {} lines that name no customer", plan.unreadable));
    }
    if plan.repeated > 0 {
        said.push_str(&format!(", {} repeated", plan.repeated));
    }
    tell(&format!("{said}."));
    if let Some(path) = plan.failures_path().filter(|_| failed > 0) {
        tell(&format!("The failures are in {}.", path.display()));
    }
    let resumable = plan.is_resumable();
    if matches!(ended, Ended::Complete) && failed > 0 && resumable && !arguments.retry_failed {
        tell("To ask for the failed ones again, give the same command with --resume --retry-failed.");
    }
    match ended {
        Ended::Complete => {}
        Ended::Stopped | Ended::Failed(_) if resumable => {
            let retry = if matches!(ended, Ended::Failed(_)) && failed > 0 { " --retry-failed" } else { "" };
            tell(&format!("To go on, give the same command with --resume{retry}."));
        }
        Ended::Stopped | Ended::Failed(_) => tell("Give --to a file to be able to go on after a stop."),
    }
    match ended {
        Ended::Failed(failure) => Err(failure),
        Ended::Stopped => Ok(Exit::Interrupted),
        Ended::Complete if failed == 0 && plan.unreadable == 0 => Ok(Exit::Fine),
        Ended::Complete if done == 0 && plan.unreadable == 0 => {
            Ok(plan.first_earlier.or(counts.first).unwrap_or(Exit::SomeFailed))
        }
        Ended::Complete => Ok(Exit::SomeFailed),
    }
}
