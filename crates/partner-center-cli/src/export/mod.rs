//! `partner-center organization export`: many customers, as fast as the service allows; can be resumed after any
//! interruption.
//!
//! The files are the journal: each customer is one line in one of them, written whole and at once. The next `--resume`
//! removes an incomplete last line, which a crash may leave, and fetches the customers that have no line yet.

mod earlier;
mod journal;
mod lines;
mod plan;
mod progress;
mod queue;
mod summary;

use std::pin::Pin;
use std::time::Duration;

use partner_center::models::Organization;
use partner_center::uuid::Uuid;
use partner_center::{Error, ErrorKind, Organizations, Response};
use tokio::time::{MissedTickBehavior, Sleep};

use self::lines::FailureLine;
use self::plan::Plan;
use self::progress::{Count, Progress};
use self::queue::Queue;
use self::summary::Summary;
use crate::arguments::Export;
use crate::client;
use crate::customer::{NOT_READ, not_read};
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::output::record::Record;
use crate::settings::Settings;
use crate::signals::Signals;
use crate::terminal::notify;
use crate::throttle_notice::ThrottleNotice;

/// How often the progress is shown while nothing happens.
const TICK: Duration = Duration::from_millis(250);
/// After this many failures in a row that have nothing to do with a customer, the service is taken to be down.
const GIVE_UP: u32 = 50;
/// How long a stopped run waits for throttled calls.
const PATIENCE: Duration = Duration::from_secs(5);

enum Ended {
    /// Every customer has a line.
    Complete,
    Stopped(Exit),
    OutOfTime,
    /// The next customers would fail the same way.
    Failed(Failure),
}

struct Run<'a> {
    arguments: &'a Export,
    plan: Plan<'a>,
    summary: Summary,
    progress: Progress,
    queue: Queue,
    /// Failures in a row that have nothing to do with a customer.
    in_a_row: u32,
}

pub(crate) async fn run(settings: &Settings, arguments: &Export) -> Result<Exit, Failure> {
    let client = client::signed_in(settings).await?;
    let mut plan = Plan::make(arguments)?;
    // Before anything shows that the run has begun, so that no Ctrl-C is too early.
    let mut signals = Signals::listen()?;
    let mut out_of_time = std::pin::pin!(tokio::time::sleep(arguments.max_time.unwrap_or(Duration::MAX)));
    let (summary, settled) = plan.settled();
    let list = plan.list.as_ref().map(|list| list.customers.clone());
    let service = client.customers().correlation_id(settings.correlation_id);
    let (mut queue, mut organizations) = Queue::new(&client, list, service, settled);
    organizations = organizations.concurrency(arguments.concurrency.into()).correlation_id(settings.correlation_id);
    if arguments.ordered {
        organizations = organizations.ordered();
    }
    // An unreadable or empty list never empties an earlier export.
    if !queue.is_complete {
        let mut notice = ThrottleNotice::new();
        tokio::select! {
            () = notice.during(|| client.throttled_for(), notify, queue.read_ahead()) => {}
            () = &mut out_of_time => {
                let what = format!("{NOT_READ} within --max-time");
                return Err(Failure::new(Exit::Unavailable, what, "Try again later, or raise --max-time."));
            }
            signal = signals.next() => return Ok(signal),
        }
        if let Some(error) = &queue.error {
            return Err(not_read(error));
        }
        if queue.is_complete {
            let help = "Check with `partner-center status` which partner is signed in.";
            return Err(Failure::new(Exit::NotFound, "the service lists no customers", help));
        }
    }
    plan.begin()?;
    let progress = Progress::start(arguments, settings.verbose, summary.settled());
    let mut run = Run { arguments, plan, summary, progress, queue, in_a_row: 0 };
    let ended = run.fetch(organizations, out_of_time, signals).await;
    run.progress.end();
    let ended = ended?;
    run.plan.finish()?;
    run.conclude(ended)
}

impl Run<'_> {
    /// Fetches the customers and writes a line for each.
    async fn fetch(
        &mut self,
        mut organizations: Organizations,
        mut out_of_time: Pin<&mut Sleep>,
        mut signals: Signals,
    ) -> Result<Ended, Failure> {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut stopped = None;
        // How long throttling has kept a stopped run from its end.
        let mut held_up = Duration::ZERO;
        loop {
            tokio::select! {
                item = organizations.next() => {
                    let Some((customer, result)) = item else { break };
                    let failure = self.add(customer, result)?;
                    self.progress.show(self.count(), organizations.throttled_for());
                    if let (Some(failure), None) = (failure, &stopped) {
                        stopped = Some(Ended::Failed(failure));
                        self.queue.close();
                    }
                }
                () = self.queue.read_ahead() => {}
                _ = ticks.tick() => {
                    let delay = organizations.throttled_for();
                    self.progress.show(self.count(), delay);
                    if stopped.is_some() {
                        held_up += delay.map_or(Duration::ZERO, |_| TICK);
                        if held_up.max(delay.unwrap_or_default()) > PATIENCE {
                            break;
                        }
                    }
                }
                () = &mut out_of_time, if stopped.is_none() => {
                    stopped = Some(Ended::OutOfTime);
                    self.queue.close();
                }
                signal = signals.next() => {
                    let is_last = signal != Exit::Interrupted || matches!(stopped, Some(Ended::Stopped(_)));
                    if !matches!(stopped, Some(Ended::Failed(_))) {
                        stopped = Some(Ended::Stopped(signal));
                    }
                    self.queue.close();
                    if is_last {
                        break;
                    }
                    self.say("Finishing the calls in flight; Ctrl-C again stops at once.");
                }
            }
        }
        let of_list = || self.queue.error.as_ref().map(|error| Ended::Failed(not_read(error)));
        Ok(stopped.or_else(of_list).unwrap_or(Ended::Complete))
    }

    fn count(&self) -> Count {
        Count {
            settled: self.summary.settled(),
            failed: self.summary.failed(),
            total: self.queue.count,
            is_total: self.queue.is_complete,
        }
    }

    /// Writes the line of a customer; returns the failure where it ends the run.
    fn add(
        &mut self,
        customer: Uuid,
        result: Result<Response<Organization>, Error>,
    ) -> Result<Option<Failure>, Failure> {
        let listed = self.queue.remove(customer);
        match result {
            Ok(response) => {
                self.plan.write_organization(&Record::of_organization(customer, listed, &response))?;
                self.summary.done += 1;
                self.in_a_row = 0;
                Ok(None)
            }
            // Without a line, so that the next run fetches the customer.
            Err(error) if exit::ends_run(&error) => Ok(Some(Failure::from(error))),
            Err(error) => {
                if let Some(failure) = self.plan.write_failure(customer, listed, &error)? {
                    self.progress.above(|| failure.print());
                }
                self.summary.add_failure(FailureLine::from(&error));
                self.in_a_row =
                    if error.is_retryable() || error.kind() == ErrorKind::Proxy { self.in_a_row + 1 } else { 0 };
                Ok((self.in_a_row >= GIVE_UP).then(|| Failure::from(error)))
            }
        }
    }

    fn say(&self, line: &str) {
        if !self.arguments.quiet {
            self.progress.above(|| notify(line));
        }
    }

    /// Says how it went, and how to continue.
    fn conclude(self, ended: Ended) -> Result<Exit, Failure> {
        let Count { failed, settled, total, is_total } = self.count();
        self.summary.lines(total - settled, is_total).iter().for_each(|line| self.say(line));
        if let Some(path) = self.plan.failures_path().filter(|_| failed > 0) {
            self.say(&format!("The failures are in {}.", path.display()));
        }
        match (&ended, self.plan.is_resumable()) {
            (Ended::Complete, true) => self.summary.retry().iter().for_each(|line| self.say(line)),
            (Ended::Complete, false) => {}
            (_, true) => self.say("To continue, run the same command with --resume."),
            (_, false) => self.say("Pass a file with --to to be able to resume an interrupted export."),
        }
        match ended {
            Ended::Complete => Ok(self.summary.exit()),
            // The last call ended in time.
            Ended::OutOfTime if is_total && settled == total => Ok(self.summary.exit()),
            Ended::Stopped(signal) => Ok(signal),
            Ended::OutOfTime => Ok(Exit::Unavailable),
            Ended::Failed(failure) => Err(failure),
        }
    }
}
