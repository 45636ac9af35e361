//! The tasks that make a run's calls.
//!
//! Each makes one call after the other, which costs a good deal less than a task for every call.

use std::task::{Context, Poll, ready};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
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
    /// Where workers that have no job are handed one.
    idle: Vec<oneshot::Sender<InHand>>,
    busy: usize,
    reports: UnboundedReceiver<Report>,
    /// Where reports come from; the jobs in hand hold its copies.
    report: UnboundedSender<Report>,
}

/// What became of a call.
pub(super) type Outcome = Result<Response<Organization>, Error>;

struct Report {
    job: Job,
    /// With where the worker takes its next job; `None` where its task has died or was ended from outside.
    outcome: Option<(Outcome, oneshot::Sender<InHand>)>,
}

impl Workers {
    pub(super) fn new() -> Self {
        let (report, reports) = unbounded_channel();
        Self { tasks: JoinSet::new(), idle: Vec::new(), busy: 0, reports, report }
    }

    /// How many jobs are in hand.
    pub(super) fn busy(&self) -> usize {
        self.busy
    }

    /// Gives a job to a worker that has none, or to a new one.
    pub(super) fn begin(&mut self, job: Job, client: &Client, correlation_id: Option<Uuid>) {
        self.busy += 1;
        let mut in_hand = InHand { job, correlation_id, report: Some(self.report.clone()) };
        while let Some(worker) = self.idle.pop() {
            match worker.send(in_hand) {
                Ok(()) => return,
                // Its runtime has gone.
                Err(back) => in_hand = back,
            }
        }
        let (worker, first) = oneshot::channel();
        self.tasks.spawn(work(client.clone(), first));
        // What nobody takes is dropped, and reported by that.
        let _ = worker.send(in_hand);
    }

    /// The next job that is done; `None` where none is in hand.
    pub(super) fn poll_done(&mut self, context: &mut Context<'_>) -> Poll<Option<(Job, Outcome)>> {
        if self.busy == 0 {
            return Poll::Ready(None);
        }
        let Some(Report { job, outcome }) = ready!(self.reports.poll_recv(context)) else {
            return Poll::Ready(None);
        };
        self.busy -= 1;
        let outcome = match outcome {
            Some((outcome, worker)) => {
                self.idle.push(worker);
                outcome
            }
            None => Err(self.bury()),
        };
        Poll::Ready(Some((job, outcome)))
    }

    /// Clears up after a worker whose task has ended within a call; gives the error of that call.
    fn bury(&mut self) -> Error {
        let error = Error::new(ErrorKind::Connection, "the task of the call has died, or was ended from outside");
        let ended = std::iter::from_fn(|| self.tasks.try_join_next()).filter_map(Result::err).last();
        match ended {
            Some(reason) => error.caused_by(reason),
            None => error,
        }
    }
}

async fn work(client: Client, mut next: oneshot::Receiver<InHand>) {
    // A call that sent itself again after a refusal would do so behind the pace's back.
    let retry = RetryPolicy { retries_throttled: false, ..client.inner().defaults.retry };
    while let Ok(in_hand) = next.await {
        let correlation_id = in_hand.correlation_id;
        let options = CallOptions { retry: Some(retry), correlation_id, ..CallOptions::default() };
        let outcome = customer::organization(client.clone(), in_hand.job.customer, options).await;
        let (worker, after) = oneshot::channel();
        next = after;
        in_hand.done(outcome, worker);
    }
}

/// A job on its way to a worker and with it. Whatever ends it reports it, so that nobody is lost.
struct InHand {
    job: Job,
    correlation_id: Option<Uuid>,
    /// Until it is reported.
    report: Option<UnboundedSender<Report>>,
}

impl InHand {
    fn done(mut self, outcome: Outcome, worker: oneshot::Sender<InHand>) {
        self.report(Some((outcome, worker)));
    }

    fn report(&mut self, outcome: Option<(Outcome, oneshot::Sender<InHand>)>) {
        if let Some(report) = self.report.take() {
            // Nobody listens any more where the run was dropped.
            let _ = report.send(Report { job: self.job, outcome });
        }
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        self.report(None);
    }
}

#[cfg(test)]
mod tests;
