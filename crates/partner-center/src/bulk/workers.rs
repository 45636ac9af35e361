//! The tasks that make a run's calls.
//!
//! Each makes one call after the other, which costs a good deal less than a task for every call.

use std::task::{Context, Poll, ready};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::run::Job;
use crate::client::Client;
use crate::customer;
use crate::error::{Error, ErrorKind};
use crate::models::Organization;
use crate::request::CallOptions;
use crate::response::Response;
use crate::retry_policy::RetryPolicy;

/// As many workers as were busy at once; dropping them ends every call.
pub(super) struct Workers {
    tasks: JoinSet<()>,
    /// Where each worker is handed its next job; closed where it is gone.
    hands: Vec<UnboundedSender<InHand>>,
    /// The numbers of those that have none.
    idle: Vec<usize>,
    busy: usize,
    reports: UnboundedReceiver<Report>,
    /// Where reports come from; the jobs in hand hold its copies.
    report: UnboundedSender<Report>,
}

/// What became of a call.
pub(super) type Outcome = Result<Response<Organization>, Error>;

struct Report {
    worker: usize,
    job: Job,
    /// `None` where the task was ended from outside or died.
    outcome: Option<Outcome>,
}

impl Workers {
    pub(super) fn new() -> Self {
        let (report, reports) = unbounded_channel();
        Self { tasks: JoinSet::new(), hands: Vec::new(), idle: Vec::new(), busy: 0, reports, report }
    }

    /// How many jobs are in hand.
    pub(super) fn busy(&self) -> usize {
        self.busy
    }

    /// Gives a job to a worker that has none, or to a new one.
    pub(super) fn begin(&mut self, job: Job, client: &Client, correlation_id: Option<Uuid>) {
        self.busy += 1;
        let worker = self.idle.pop().unwrap_or(self.hands.len());
        if worker == self.hands.len() {
            self.hands.push(closed());
        }
        let hand = &mut self.hands[worker];
        if hand.is_closed() {
            let (sender, jobs) = unbounded_channel();
            self.tasks.spawn(work(client.clone(), jobs));
            *hand = sender;
        }
        // What nobody takes is dropped, and reported by that. Where the worker goes at this very moment, the job may be
        // left in its channel, which goes with the sender.
        let _ = hand.send(InHand { worker, job, correlation_id, outcome: None, report: self.report.clone() });
        if hand.is_closed() {
            *hand = closed();
        }
    }

    /// The next job that is done; `None` where none is in hand.
    pub(super) fn poll_done(&mut self, context: &mut Context<'_>) -> Poll<Option<(Job, Outcome)>> {
        if self.busy == 0 {
            return Poll::Ready(None);
        }
        let Some(Report { worker, job, outcome }) = ready!(self.reports.poll_recv(context)) else {
            return Poll::Ready(None);
        };
        self.busy -= 1;
        self.idle.push(worker);
        Poll::Ready(Some((job, outcome.unwrap_or_else(|| Err(self.bury(worker))))))
    }

    /// Clears up after a worker whose task has ended within a call; gives the error of that call.
    fn bury(&mut self, worker: usize) -> Error {
        self.hands[worker] = closed();
        let error = Error::new(ErrorKind::Connection, "the task of the call has died, or was ended from outside");
        let ended = std::iter::from_fn(|| self.tasks.try_join_next()).filter_map(Result::err).last();
        match ended {
            Some(reason) => error.caused_by(reason),
            None => error,
        }
    }
}

fn closed() -> UnboundedSender<InHand> {
    unbounded_channel().0
}

async fn work(client: Client, mut jobs: UnboundedReceiver<InHand>) {
    // A call that sent itself again after a refusal would do so behind the pace's back.
    let retry = RetryPolicy { retries_throttled: false, ..client.inner().defaults.retry };
    while let Some(mut in_hand) = jobs.recv().await {
        let correlation_id = in_hand.correlation_id;
        let options = CallOptions { retry: Some(retry), correlation_id, ..CallOptions::default() };
        in_hand.outcome = Some(customer::organization(client.clone(), in_hand.job.customer, options).await);
    }
}

/// A job and its outcome. Whatever ends it reports it, so that nobody is lost.
struct InHand {
    worker: usize,
    job: Job,
    correlation_id: Option<Uuid>,
    outcome: Option<Outcome>,
    report: UnboundedSender<Report>,
}

impl Drop for InHand {
    fn drop(&mut self) {
        let report = Report { worker: self.worker, job: self.job, outcome: self.outcome.take() };
        // Nobody listens any more where the run was dropped.
        let _ = self.report.send(report);
    }
}

#[cfg(test)]
mod tests;
