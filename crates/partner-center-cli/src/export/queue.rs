//! The customers that a run takes: those of a list, or all that the service lists.

use std::collections::{HashMap, HashSet, VecDeque};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use futures_core::Stream;
use partner_center::uuid::Uuid;
use partner_center::{Customers, Error};

use crate::output::record::Listed;

/// How far the service's list is read ahead, so that the total is soon known; this many customers take some 10 MB.
const AHEAD: usize = 50_000;

/// The customers without a line, each once.
pub(super) struct Queue {
    /// What is left of the service's list.
    service: Option<Customers>,
    ahead: VecDeque<(Uuid, Listed)>,
    /// The customers that have been in the queue, or need not be.
    known: HashSet<Uuid>,
    shared: Shared,
}

/// What the queue and the run both know.
#[derive(Clone, Default)]
pub(super) struct Shared(Arc<Mutex<State>>);

#[derive(Default)]
pub(super) struct State {
    /// How many customers have been in the queue.
    pub(super) count: u64,
    /// Whether the list has been read to its end.
    pub(super) is_complete: bool,
    /// Why it could not be.
    pub(super) error: Option<Error>,
    /// Whether no further customer is taken.
    pub(super) is_closed: bool,
    /// The customers whose calls are in flight.
    pub(super) in_flight: HashMap<Uuid, Listed>,
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// The customers of `list` and of `service`.
    pub(super) fn new(list: Vec<Uuid>, service: Option<Customers>) -> Self {
        let ahead = list.into_iter().map(|customer| (customer, Listed::default())).collect();
        Self { service, ahead, known: HashSet::new(), shared: Shared::default() }
    }

    /// Reads the first page of the service's list; whether there is any customer.
    pub(super) async fn begin(&mut self) -> Result<bool, Error> {
        if let Some(service) = &mut self.service
            && let Some(first) = service.next().await.transpose()?
        {
            self.ahead.push_back((first.id, Listed::from(&first)));
        }
        Ok(!self.ahead.is_empty())
    }

    /// Leaves these customers out; returns the state that the queue shares with the run.
    pub(super) fn without(&mut self, settled: HashSet<Uuid>) -> Shared {
        self.known = settled;
        self.ahead.retain(|(customer, _)| self.known.insert(*customer));
        let mut state = self.shared.lock();
        state.count = self.ahead.len() as u64;
        state.is_complete = self.service.is_none();
        self.shared.clone()
    }
}

impl Stream for Queue {
    type Item = Uuid;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Uuid>> {
        let this = &mut *self;
        let mut state = this.shared.lock();
        if state.is_closed {
            return Poll::Ready(None);
        }
        while let Some(service) = &mut this.service
            && this.ahead.len() < AHEAD
        {
            match Pin::new(service).poll_next(context) {
                Poll::Ready(Some(Ok(customer))) => {
                    if this.known.insert(customer.id) {
                        this.ahead.push_back((customer.id, Listed::from(&customer)));
                        state.count += 1;
                    }
                }
                Poll::Ready(end) => {
                    state.error = end.and_then(Result::err);
                    state.is_complete = state.error.is_none();
                    this.service = None;
                }
                Poll::Pending => break,
            }
        }
        match this.ahead.pop_front() {
            Some((customer, listed)) => {
                state.in_flight.insert(customer, listed);
                Poll::Ready(Some(customer))
            }
            None if this.service.is_none() => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}
