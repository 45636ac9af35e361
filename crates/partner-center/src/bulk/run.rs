//! A run in progress: what is in flight, who waits to be asked again, and what is handed out next.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep};
use uuid::Uuid;

use super::pace::Pace;
use super::suspects::Suspects;
use super::workers::{Outcome, Workers};
use super::{Item, OPERATION, Settings, Source};
use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::pipeline::backoff::Backoff;
use crate::pipeline::throttle::LONGEST_WAIT;
use crate::response::Response;

/// What a run in progress knows.
pub(super) struct Run {
    pace: Pace,
    suspects: Suspects,
    workers: Workers,
    /// Customers that were refused, by the time at which they may be asked for again.
    refused: BTreeMap<(Instant, u64), Job>,
    /// Answers that came before their turn, where order is kept.
    early: BTreeMap<u64, Item>,
    /// A customer that was taken from the source before its time, to know whether there is one.
    ahead: Option<Uuid>,
    /// The number of the next customer from the source, and of the next item to hand out.
    taken: u64,
    handed_out: u64,
    /// How many customers were answered, and since when the service has done nothing but refuse.
    answers: u64,
    silent_since: Option<Instant>,
    timer: Pin<Box<Sleep>>,
}

/// One customer of the run.
#[derive(Clone, Copy)]
pub(super) struct Job {
    number: u64,
    pub(super) customer: Uuid,
    /// How often it was refused while others were answered.
    refusals: u32,
    /// How many had been answered when it was begun or last refused.
    answers: u64,
}

impl Job {
    pub(super) fn of(customer: Uuid) -> Self {
        Self { number: 0, customer, refusals: 0, answers: 0 }
    }
}

/// How often a customer is asked for that is refused each time.
const TRIES: u32 = 20;
/// How long a service that does nothing but refuse is asked; whoever is refused later is handed out.
const LONGEST_SILENCE: Duration = Duration::from_secs(3 * 60 * 60);
/// How many customers wait at most to be asked for again.
const MOST_REFUSED: usize = 1024;

impl Run {
    pub(super) fn new(client: &Client, settings: &Settings) -> Self {
        let now = Instant::now();
        let pace = match settings.limit {
            Some(rate) => Pace::given(rate, now),
            None => Pace::searching(settings.concurrency, now),
        };
        Self {
            pace,
            suspects: Suspects::new(&client.inner().throttle),
            workers: Workers::new(),
            refused: BTreeMap::new(),
            early: BTreeMap::new(),
            ahead: None,
            taken: 0,
            handed_out: 0,
            answers: 0,
            silent_since: None,
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
            match ready!(self.workers.poll_done(context)) {
                Some((job, outcome)) => {
                    self.heed_refusals(client);
                    if let Some(item) = self.take_in(client, job, outcome, settings.is_ordered) {
                        return Poll::Ready(Some(item));
                    }
                }
                // Nothing in flight: waiting for the time of the next call, or at the end if the source is.
                None if self.ahead.is_some() || !self.refused.is_empty() => return Poll::Pending,
                None => match ready!(source.poll_last(context)) {
                    Some(customer) => self.ahead = Some(customer),
                    None => {
                        // No task outlives its use, even if the stream itself is kept.
                        self.workers = Workers::new();
                        return Poll::Ready(None);
                    }
                },
            }
        }
    }

    fn begin_calls(&mut self, client: &Client, settings: &Settings, source: &mut Source, context: &mut Context<'_>) {
        loop {
            self.heed_refusals(client);
            let may_begin = self.workers.busy() < settings.concurrency;
            // Whoever was refused takes nobody's place.
            let is_full =
                self.workers.busy() + self.early.len() >= settings.concurrency || self.refused.len() >= MOST_REFUSED;
            let has_room = !is_full && (self.ahead.is_some() || source.has_more());
            let due = self.refused.first_key_value().map(|((due, _), _)| *due).filter(|_| may_begin);
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
                    self.workers.begin(job, client, settings.correlation_id);
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
            && let Some(customer) = self.ahead.take().or_else(|| next_of(source, context))
        {
            self.taken += 1;
            return Some(Job { number: self.taken - 1, answers: self.answers, ..Job::of(customer) });
        }
        if is_due { self.refused.pop_first().map(|(_, job)| job) } else { None }
    }

    /// Slows down for what the service has told any call of the client.
    fn heed_refusals(&mut self, client: &Client) {
        self.suspects.heed(&client.inner().throttle, &mut self.pace);
    }

    /// Takes in a finished call; the item to hand out, unless it waits for its turn or is tried again.
    fn take_in(&mut self, client: &Client, job: Job, outcome: Outcome, is_ordered: bool) -> Option<Item> {
        let item = (job.customer, outcome);
        let attempts = item.1.as_ref().map_or_else(Error::attempts, |response| response.attempts());
        self.pace.repeated(attempts.saturating_sub(1));
        match &item.1 {
            Err(error) if error.kind() == ErrorKind::Throttled => {
                let throttle = &client.inner().throttle;
                let is_own = attempts > 0 && throttle.is_own(OPERATION, job.customer);
                if is_own {
                    self.pace.skip();
                }
                if let Some((due, job)) = self.again(job, error, is_own, client) {
                    self.refused.insert((due, job.number), job);
                    return None;
                }
                throttle.gave_up(OPERATION, job.customer);
            }
            _ => {
                self.answers += 1;
                self.silent_since = None;
                self.suspects.answered();
                self.pace.answered(item.1.as_ref().map_or_else(Error::elapsed, Response::elapsed));
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

    /// When a refused customer is to be asked for again; `None` where that is no use.
    fn again(&mut self, mut job: Job, error: &Error, is_own: bool, client: &Client) -> Option<(Instant, Job)> {
        let now = Instant::now();
        let silent_for = now - *self.silent_since.get_or_insert(now);
        // A call that was held back all its time has asked for nothing yet, and a refusal of everybody is not its fault.
        job.refusals += u32::from(error.attempts() > 0 && (is_own || self.answers > job.answers));
        job.answers = self.answers;
        let told = error.retry_after().unwrap_or_default();
        if job.refusals >= TRIES || told > LONGEST_WAIT || (silent_for > LONGEST_SILENCE && !is_own) {
            return None;
        }
        let policy = &client.inner().defaults.retry;
        // On top of the told wait, so that others are answered first: if they are, the limit is this customer's own.
        let backoff = Backoff { base: policy.base_delay, cap: policy.max_delay }.wait(job.refusals);
        Some((now + told + backoff, job))
    }
}

/// The next customer, if there is one now.
fn next_of(source: &mut Source, context: &mut Context<'_>) -> Option<Uuid> {
    match source.poll_next(context) {
        Poll::Ready(next) => next,
        Poll::Pending => None,
    }
}
