//! `partner-center organization export`: many customers, at the pace the service allows, to be resumed after any stop.
//!
//! The files are the journal: each customer is one line in the one or the other, written whole and at once. What a crash
//! leaves of a line is cut off by the next `--resume`, which fetches the customers that have no line yet.

mod earlier;
mod journal;
mod lines;
mod plan;
mod progress;
mod summary;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use partner_center::models::Organization;
use partner_center::uuid::Uuid;
use partner_center::{Client, Error, ErrorKind, Response};
use tokio::time::MissedTickBehavior;

use self::lines::FailureLine;
use self::plan::Plan;
use self::progress::Progress;
use self::summary::Summary;
use crate::arguments::Export;
use crate::client;
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::output::record::Record;
use crate::settings::Settings;
use crate::signals::{Signal, Signals};
use crate::terminal::notify;

/// How often the progress is shown while nothing happens.
const TICK: Duration = Duration::from_millis(250);
/// After this many failures in a row that have nothing to do with a customer, the service is taken to be down.
const GIVE_UP: u32 = 50;
/// How long a stopped run waits for throttled calls.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longer than any run.
const FOREVER: Duration = Duration::from_secs(10 * 365 * 86_400);

/// How a run ended.
enum Ended {
    /// Every customer has a line.
    Complete,
    Stopped(Signal),
    /// After `--max-time`.
    OutOfTime,
    /// The next customers would fail the same way.
    Failed(Failure),
}

struct Run<'a> {
    arguments: &'a Export,
    plan: Plan<'a>,
    summary: Summary,
    progress: Progress,
    /// Whether no further customer is begun.
    is_closed: Arc<AtomicBool>,
    /// Failures in a row that have nothing to do with a customer.
    in_a_row: u32,
}

pub(crate) async fn run(settings: &Settings, arguments: &Export) -> Result<Exit, Failure> {
    let client = client::signed_in(settings).await?;
    let mut plan = Plan::make(arguments)?;
    // Before anything shows that the run has begun, so that no Ctrl-C is too early.
    let signals = Signals::listen()?;
    let (customers, summary) = (std::mem::take(&mut plan.customers), std::mem::take(&mut plan.summary));
    let total = summary.settled() + customers.len() as u64;
    let progress = Progress::start(arguments, settings.verbose, summary.settled(), summary.failed(), total);
    let mut run = Run { arguments, plan, summary, progress, is_closed: Arc::default(), in_a_row: 0 };
    let ended = run.fetch(&client, customers, settings.correlation_id, signals).await;
    run.progress.end();
    let ended = ended?;
    run.plan.finish()?;
    run.conclude(ended, total)
}

impl Run<'_> {
    /// Fetches the customers and writes a line for each.
    async fn fetch(
        &mut self,
        client: &Client,
        customers: Vec<Uuid>,
        correlation_id: Option<Uuid>,
        mut signals: Signals,
    ) -> Result<Ended, Failure> {
        let is_closed = self.is_closed.clone();
        let customers = customers.into_iter().take_while(move |_| !is_closed.load(Ordering::Acquire));
        let mut organizations = client.organizations(customers).concurrency(self.arguments.concurrency.into());
        if let Some(id) = correlation_id {
            organizations = organizations.correlation_id(id);
        }
        if self.arguments.ordered {
            organizations = organizations.ordered();
        }
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let out_of_time = tokio::time::sleep(self.arguments.max_time.unwrap_or(FOREVER));
        tokio::pin!(out_of_time);
        let mut stopped = None;
        // How long throttling has kept a stopped run from its end.
        let mut held_up = Duration::ZERO;
        loop {
            tokio::select! {
                item = organizations.next() => {
                    let Some((customer, result)) = item else { break };
                    let failure = self.add(customer, result)?;
                    self.progress.count(self.summary.settled(), self.summary.failed());
                    if let (Some(failure), None) = (failure, &stopped) {
                        stopped = Some(Ended::Failed(failure));
                        self.close();
                    }
                }
                _ = ticks.tick() => {
                    let delay = organizations.throttled_for();
                    self.progress.show(delay);
                    if stopped.is_some() {
                        held_up += delay.map_or(Duration::ZERO, |_| TICK);
                        if held_up.max(delay.unwrap_or_default()) > PATIENCE {
                            break;
                        }
                    }
                }
                () = &mut out_of_time, if stopped.is_none() => {
                    stopped = Some(Ended::OutOfTime);
                    self.close();
                }
                signal = signals.next() => {
                    let is_last = signal == Signal::Terminate || matches!(stopped, Some(Ended::Stopped(_)));
                    if !matches!(stopped, Some(Ended::Failed(_))) {
                        stopped = Some(Ended::Stopped(signal));
                    }
                    self.close();
                    if is_last {
                        break;
                    }
                    self.say("Finishing the calls in flight; Ctrl-C again stops at once.");
                }
            }
        }
        Ok(stopped.unwrap_or(Ended::Complete))
    }

    /// Writes the line of a customer; returns the failure where it ends the run.
    fn add(
        &mut self,
        customer: Uuid,
        result: Result<Response<Organization>, Error>,
    ) -> Result<Option<Failure>, Failure> {
        match result {
            Ok(response) => {
                self.plan.write_organization(&Record::of_organization(customer, &response))?;
                self.summary.add_success();
                self.in_a_row = 0;
                Ok(None)
            }
            // Without a line, so that the next run fetches the customer.
            Err(error) if exit::ends_run(&error) => Ok(Some(Failure::from(error))),
            Err(error) => {
                if let Some(failure) = self.plan.write_failure(customer, &error)? {
                    self.progress.above(|| failure.print());
                }
                self.summary.add_failure(FailureLine::from(&error));
                self.in_a_row =
                    if error.is_retryable() || error.kind() == ErrorKind::Proxy { self.in_a_row + 1 } else { 0 };
                Ok((self.in_a_row >= GIVE_UP).then(|| Failure::from(error)))
            }
        }
    }

    fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
    }

    fn say(&self, line: &str) {
        if !self.arguments.quiet {
            self.progress.above(|| notify(line));
        }
    }

    /// Says how it went, and how to continue.
    fn conclude(self, ended: Ended, total: u64) -> Result<Exit, Failure> {
        let failed = self.summary.failed();
        self.summary.lines(total - self.summary.settled()).iter().for_each(|line| self.say(line));
        if let Some(path) = self.plan.failures_path().filter(|_| failed > 0) {
            self.say(&format!("The failures are in {}.", path.display()));
        }
        match (&ended, self.plan.is_resumable()) {
            (Ended::Complete, true) => self.summary.retry().iter().for_each(|line| self.say(line)),
            (Ended::Complete, false) => {}
            (_, true) => self.say("To continue, run the same command with --resume."),
            (_, false) => self.say("Pass a file in --to to be able to continue after a stop."),
        }
        match ended {
            Ended::Complete => Ok(self.summary.exit()),
            // The last call ended in time.
            Ended::OutOfTime if self.summary.settled() == total => Ok(self.summary.exit()),
            Ended::Stopped(signal) => Ok(signal.exit()),
            Ended::OutOfTime => Ok(Exit::Unavailable),
            Ended::Failed(failure) => Err(failure),
        }
    }
}
