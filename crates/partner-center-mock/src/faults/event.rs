//! What a fault server saw and did.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio::time::Instant;

use super::Request;

/// Something that happened on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// The connection, counted from 1.
    pub connection: u64,
    /// What happened.
    pub kind: EventKind,
    /// When, by tokio's clock.
    pub at: Instant,
}

/// What can happen on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventKind {
    /// A client has connected.
    Connected,
    /// The TLS handshake failed, for example since the client refused the certificate.
    TlsFailed,
    /// A whole request has arrived.
    Request,
    /// Something that is no HTTP/1 request has arrived; the connection is closed.
    Malformed,
    /// Every byte that the answer had to send has been written.
    Sent,
    /// The answer stalls.
    Stalled,
    /// The server has reset the connection.
    Reset,
    /// The server has closed the connection.
    Closed,
    /// The client has closed or reset the connection.
    Left,
}

/// Events and requests in the order they came.
#[derive(Debug)]
pub(super) struct Log {
    entries: Mutex<Entries>,
    /// Told whenever something is written down.
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Entries {
    events: VecDeque<Event>,
    requests: VecDeque<Request>,
    /// Of everything that ever happened, also where the history was cut.
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

    /// Writes a request down, and gives it its number.
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
        // It fails only without a sender, and `self` has it.
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
    fn counts_also_what_the_history_no_longer_holds() {
        let log = Log::new(Some(2));
        for kind in [EventKind::Connected, EventKind::Left, EventKind::Connected, EventKind::Reset] {
            log.write(1, kind);
        }
        let kinds: Vec<_> = log.events().iter().map(|event| event.kind).collect();
        assert_eq!(kinds, [EventKind::Connected, EventKind::Reset]);
        assert_eq!((log.count(EventKind::Connected), log.count(EventKind::Closed)), (2, 0));
    }

    #[tokio::test]
    async fn waiting_ends_when_the_event_has_happened_often_enough() {
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
