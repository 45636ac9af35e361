//! A run in progress: what is in flight, who waits to be asked again, and what is handed out next.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, Sleep};
use uuid::Uuid;

use super::pace::Pace;
use super::suspects::Suspects;
use super::{Item, OPERATION, Settings, Source};
use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::pipeline::backoff::Backoff;
use crate::retry_policy::RetryPolicy;

/// What a run in progress knows.
pub(super) struct Run {
    pace: Pace,
    suspects: Suspects,
    tasks: JoinSet<Item>,
    /// Which customer each task is for.
    jobs: HashMap<Id, Job>,
    /// Customers that were refused, by the time at which they may be asked for again.
    refused: BTreeMap<(Instant, u64), Job>,
    /// Answers that came before their turn, where order is kept.
    early: BTreeMap<u64, Item>,
    /// The number of the next customer from the source, and of the next item to hand out.
    taken: u64,
    handed_out: u64,
    /// How many refusals the client had seen when this run last looked.
    refusals: u64,
    timer: Pin<Box<Sleep>>,
}

/// One customer of the run.
#[derive(Clone, Copy)]
struct Job {
    number: u64,
    customer: Uuid,
    /// How often it was refused.
    refusals: u32,
}

/// How often a customer is asked for that is refused each time.
const TRIES: u32 = 20;
/// Whoever is told to wait for longer is handed out as throttled, since nobody wants to wait for that unasked.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

impl Run {
    pub(super) fn new(client: &Client, settings: &Settings) -> Self {
        let now = Instant::now();
        let pace = match settings.limit {
            Some(rate) => Pace::given(rate, now),
            None => Pace::searching(settings.concurrency, now),
        };
        Self {
            pace,
            suspects: Suspects::default(),
            tasks: JoinSet::new(),
            jobs: HashMap::new(),
            refused: BTreeMap::new(),
            early: BTreeMap::new(),
            taken: 0,
            handed_out: 0,
            refusals: client.inner().throttle.refusals(),
            timer: Box::pin(tokio::time::sleep_until(now)),
        }
    }

    /// The next item, after as many calls were begun as there is room and time for.
    pub(super) fn poll_next(
        &mut self,
        client: &Client,
        settings: &Settings,
        source: &mut Source,
        context: &mut Context<'_>,
    ) -> Poll<Option<Item>> {
        loop {
            if let Some(item) = self.next_in_order() {
                return Poll::Ready(Some(item));
            }
            self.begin_calls(client, settings, source, context);
            match ready!(self.tasks.poll_join_next_with_id(context)) {
                Some(finished) => {
                    self.heed_refusals(client);
                    if let Some(item) = self.take_in(client, finished, settings.is_ordered) {
                        return Poll::Ready(Some(item));
                    }
                }
                // Nothing in flight: at the end, or waiting for the source or for the time of the next call.
                None if source.is_finished() && self.refused.is_empty() => return Poll::Ready(None),
                None => return Poll::Pending,
            }
        }
    }

    fn begin_calls(&mut self, client: &Client, settings: &Settings, source: &mut Source, context: &mut Context<'_>) {
        loop {
            self.heed_refusals(client);
            let in_hand = self.tasks.len() + self.refused.len() + self.early.len();
            let has_room = !source.is_finished() && in_hand < settings.concurrency;
            let due = self.refused.first_key_value().map(|((due, _), _)| *due);
            let ready_at = match due.filter(|_| !has_room) {
                Some(due) => self.pace.ready_at().max(due),
                None if has_room => self.pace.ready_at(),
                None => return,
            };
            if !self.has_come(ready_at, context) {
                return;
            }
            match (self.next_job(has_room, source, context), due) {
                (Some(job), _) => {
                    self.pace.sent(Instant::now());
                    self.begin(job, client, settings);
                }
                // The source has nobody now; whoever was refused may be next.
                (None, Some(due)) if self.has_come(due, context) => {}
                (None, _) => return,
            }
        }
    }

    /// Whether it is time; if not, the run is woken when it is.
    fn has_come(&mut self, time: Instant, context: &mut Context<'_>) -> bool {
        if time <= Instant::now() {
            return true;
        }
        self.timer.as_mut().reset(time);
        self.timer.as_mut().poll(context).is_ready()
    }

    /// A customer whose wait is over, or the next of the source; `None` where there is none now.
    fn next_job(&mut self, has_room: bool, source: &mut Source, context: &mut Context<'_>) -> Option<Job> {
        let now = Instant::now();
        let is_due = self.refused.first_key_value().is_some_and(|((due, _), _)| *due <= now);
        // After a wait for everybody, somebody who was not refused goes ahead: that shows whose limit it was.
        if has_room
            && (!is_due || self.pace.is_held())
            && let Poll::Ready(Some(customer)) = source.poll_next(context)
        {
            self.taken += 1;
            return Some(Job { number: self.taken - 1, customer, refusals: 0 });
        }
        if is_due { self.refused.pop_first().map(|(_, job)| job) } else { None }
    }

    fn begin(&mut self, job: Job, client: &Client, settings: &Settings) {
        // A call that sent itself again after a refusal would do so behind the pace's back.
        let retry = RetryPolicy { retries_throttled: false, ..client.inner().defaults.retry };
        let mut request = client.customer(job.customer).organization().retry(retry);
        if let Some(id) = settings.correlation_id {
            request = request.correlation_id(id);
        }
        let task = self.tasks.spawn(async move { (job.customer, request.await) });
        self.jobs.insert(task.id(), job);
    }

    /// Slows down for what the service has told any call of the client.
    fn heed_refusals(&mut self, client: &Client) {
        let throttle = &client.inner().throttle;
        let refusals = throttle.refusals();
        if refusals != self.refusals {
            self.refusals = refusals;
            let now = Instant::now();
            let until = throttle.held_until(OPERATION, None).unwrap_or(now);
            if until.saturating_duration_since(now) <= LONGEST_WAIT {
                self.suspects.note(&self.pace);
                self.pace.refused(now, until);
            }
        }
    }

    /// Takes in a finished call; the item to hand out, unless it waits for its turn or is tried again.
    fn take_in(&mut self, client: &Client, finished: Result<(Id, Item), JoinError>, is_ordered: bool) -> Option<Item> {
        let id = finished.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        let job = self.jobs.remove(&id)?;
        let item = match finished {
            Ok((_, item)) => item,
            Err(error) => {
                let error = Error::new(ErrorKind::Connection, "the call was ended from outside").caused_by(error);
                (job.customer, Err(error))
            }
        };
        let attempts = item.1.as_ref().map_or_else(Error::attempts, |response| response.attempts());
        self.pace.repeated(attempts.saturating_sub(1));
        match &item.1 {
            Err(error) if error.kind() == ErrorKind::Throttled => {
                if attempts > 0 && client.inner().throttle.is_own(OPERATION, job.customer) {
                    self.suspects.clear(job.customer, &mut self.pace);
                    self.pace.skip();
                } else if attempts > 0 {
                    self.suspects.add(job.customer);
                }
                if let Some((due, job)) = again(job, error, client) {
                    self.refused.insert((due, job.number), job);
                    return None;
                }
            }
            _ => {
                self.pace.answered();
                self.suspects.confirm(job.customer);
            }
        }
        if is_ordered {
            self.early.insert(job.number, item);
            return None;
        }
        Some(item)
    }

    /// The item whose turn it is, where order is kept.
    fn next_in_order(&mut self) -> Option<Item> {
        let item = self.early.remove(&self.handed_out)?;
        self.handed_out += 1;
        Some(item)
    }
}

/// When a refused customer is to be asked for again; `None` where that is no use.
fn again(mut job: Job, error: &Error, client: &Client) -> Option<(Instant, Job)> {
    // A call that was held back all its time has asked for nothing yet.
    job.refusals += error.attempts().min(1);
    let told = error.retry_after().unwrap_or_default();
    if job.refusals >= TRIES || told > LONGEST_WAIT {
        return None;
    }
    let policy = &client.inner().defaults.retry;
    // On top of the told wait, so that others are answered first: if they are, the limit is this customer's own.
    let backoff = Backoff { base: policy.base_delay, cap: policy.max_delay }.wait(job.refusals);
    Some((Instant::now() + told + backoff, job))
}
