//! Events of a fault server.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio::time::Instant;

use super::Request;

/// An event on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// The number of the connection, from 1.
    pub connection: u64,
    /// What happened.
    pub kind: EventKind,
    /// When it happened, by tokio's clock.
    pub at: Instant,
}

/// What can happen on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventKind {
    /// A client has connected.
    Connected,
    /// The TLS handshake failed, for example because the client rejected the certificate.
    TlsFailed,
    /// A complete request has arrived.
    Request,
    /// Bytes that are not an HTTP/1 request have arrived; the server closes the connection.
    Malformed,
    /// The response has been written completely.
    Sent,
    /// The response stalls.
    Stalled,
    /// The server has reset the connection.
    Reset,
    /// The server has closed the connection.
    Closed,
    /// The client has closed or reset the connection.
    Left,
}

/// Events and requests, in order.
#[derive(Debug)]
pub(super) struct Log {
    entries: Mutex<Entries>,
    /// Notified of every entry.
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Entries {
    events: VecDeque<Event>,
    requests: VecDeque<Request>,
    /// Counts of all events, also of those that the history no longer holds.
    counts: HashMap<EventKind, usize>,
    history: Option<usize>,
}

impl Log {
    /// A log that keeps the last `history` events and requests, or all of them.
    pub(super) fn new(history: Option<usize>) -> Self {
        Self { entries: Mutex::new(Entries { history, ..Entries::default() }), changed: watch::Sender::new(()) }
    }

    pub(super) fn write(&self, connection: u64, kind: EventKind) {
        self.entries().push(Event { connection, kind, at: Instant::now() });
        self.changed.send_replace(());
    }

    /// Records a request, and sets its number.
    pub(super) fn write_request(&self, connection: u64, request: &mut Request) {
        let mut entries = self.entries();
        entries.push(Event { connection, kind: EventKind::Request, at: Instant::now() });
        request.connection = connection;
        request.number = entries.count(EventKind::Request);
        entries.requests.push_back(request.clone());
        entries.cut();
        drop(entries);
        self.changed.send_replace(());
    }

    pub(super) fn events(&self) -> Vec<Event> {
        self.entries().events.iter().copied().collect()
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.entries().requests.iter().cloned().collect()
    }

    pub(super) fn count(&self, kind: EventKind) -> usize {
        self.entries().count(kind)
    }

    pub(super) async fn wait_for(&self, kind: EventKind, count: usize) {
        let mut changed = self.changed.subscribe();
        // Fails only without a sender, and `self` holds it.
        let _ = changed.wait_for(|()| self.count(kind) >= count).await;
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn push(&mut self, event: Event) {
        *self.counts.entry(event.kind).or_default() += 1;
        self.events.push_back(event);
        self.cut();
    }

    fn count(&self, kind: EventKind) -> usize {
        self.counts.get(&kind).copied().unwrap_or_default()
    }

    fn cut(&mut self) {
        if let Some(history) = self.history {
            self.events.drain(..self.events.len().saturating_sub(history));
            self.requests.drain(..self.requests.len().saturating_sub(history));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_include_events_that_the_history_no_longer_holds() {
        let log = Log::new(Some(2));
        for kind in [EventKind::Connected, EventKind::Left, EventKind::Connected, EventKind::Reset] {
            log.write(1, kind);
        }
        let kinds: Vec<_> = log.events().iter().map(|event| event.kind).collect();
        assert_eq!(kinds, [EventKind::Connected, EventKind::Reset]);
        assert_eq!((log.count(EventKind::Connected), log.count(EventKind::Closed)), (2, 0));
    }

    #[tokio::test]
    async fn wait_for_returns_once_the_count_is_reached() {
        let log = std::sync::Arc::new(Log::new(None));
        log.write(1, EventKind::Sent);
        log.wait_for(EventKind::Sent, 1).await;
        let waiting = tokio::spawn({
            let log = log.clone();
            async move { log.wait_for(EventKind::Sent, 2).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        log.write(1, EventKind::Sent);
        assert!(waiting.await.is_ok());
    }
}
