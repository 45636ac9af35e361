//! The customers that a run takes: those of a list, or all that the service lists.

use std::collections::{HashMap, HashSet};
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use partner_center::uuid::Uuid;
use partner_center::{Client, Customers, Error, Organizations};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::output::record::Listed;

/// How far the service's list is read ahead, so that the total is soon known; this many customers take some 10 MB.
const AHEAD: usize = 50_000;

/// The customers without a line, each once.
#[derive(Default)]
pub(super) struct Queue {
    /// What is left of the service's list.
    service: Option<Customers>,
    /// The customers that have been in the queue, or need not be.
    known: HashSet<Uuid>,
    /// What the service's list says about those in the queue and in flight.
    waiting: HashMap<Uuid, Listed>,
    sender: Option<UnboundedSender<Uuid>>,
    is_closed: Arc<AtomicBool>,
    /// Whether the list has been read to its end, and why it could not be.
    pub(super) is_complete: bool,
    pub(super) error: Option<Error>,
    /// How many customers are known.
    pub(super) count: u64,
}

impl Queue {
    /// The customers of `list` or else of `service`, but those that are settled; and their organizations.
    pub(super) fn new(
        client: &Client,
        list: Option<Vec<Uuid>>,
        service: Customers,
        settled: HashSet<Uuid>,
    ) -> (Self, Organizations) {
        let (sender, mut receiver) = unbounded_channel();
        let count = settled.len() as u64;
        let mut queue =
            Self { known: settled, sender: Some(sender), is_complete: list.is_some(), count, ..Self::default() };
        match list {
            Some(list) => {
                list.into_iter().for_each(|customer| queue.add(customer, None));
                queue.sender = None;
            }
            None => queue.service = Some(service),
        }
        let is_closed = queue.is_closed.clone();
        let customers = futures_util::stream::poll_fn(move |context| receiver.poll_recv(context));
        (queue, client.organizations_of_stream(customers).only(move |_| !is_closed.load(Ordering::Relaxed)))
    }

    fn add(&mut self, customer: Uuid, listed: Option<Listed>) {
        if let Some(sender) = self.sender.as_ref().filter(|_| self.known.insert(customer)) {
            self.waiting.extend(listed.map(|listed| (customer, listed)));
            self.count += 1;
            let _ = sender.send(customer);
        }
    }

    /// Reads the next customer of the service's list, unless there are enough.
    pub(super) async fn read_ahead(&mut self) {
        let service = self.service.as_mut().filter(|_| self.waiting.len() < AHEAD);
        let Some(service) = service else { return pending().await };
        match service.next().await {
            Some(Ok(customer)) => self.add(customer.id, Some(Listed::from(&customer))),
            end => {
                self.error = end.and_then(Result::err);
                self.is_complete = self.error.is_none();
                (self.service, self.sender) = (None, None);
            }
        }
    }

    pub(super) fn remove(&mut self, customer: Uuid) -> Listed {
        self.waiting.remove(&customer).unwrap_or_default()
    }

    /// Hands out no further customer.
    pub(super) fn close(&mut self) {
        self.is_closed.store(true, Ordering::Relaxed);
        (self.service, self.sender) = (None, None);
    }
}
