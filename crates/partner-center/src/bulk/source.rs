//! Where a run's customers come from: an iterator or a stream.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use uuid::Uuid;

/// Customers, one at a time; asked for no more once it has ended.
pub(crate) struct Source(Option<Kind>);

enum Kind {
    Iterator(Box<dyn Iterator<Item = Uuid> + Send>),
    Stream(Pin<Box<dyn Stream<Item = Uuid> + Send>>),
}

impl Source {
    pub(crate) fn iterator(customers: impl Iterator<Item = Uuid> + Send + 'static) -> Self {
        Self(Some(Kind::Iterator(Box::new(customers))))
    }

    pub(crate) fn stream(customers: impl Stream<Item = Uuid> + Send + 'static) -> Self {
        Self(Some(Kind::Stream(Box::pin(customers))))
    }

    pub(super) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Uuid>> {
        let next = match &mut self.0 {
            Some(Kind::Iterator(customers)) => Poll::Ready(customers.next()),
            Some(Kind::Stream(customers)) => customers.as_mut().poll_next(context),
            None => return Poll::Ready(None),
        };
        if matches!(next, Poll::Ready(None)) {
            self.0 = None;
        }
        next
    }

    /// The next customer of a run that is otherwise at its end, so that the run need not wait for the time of a call that
    /// there may be nobody for. Where the source itself says that somebody is left, there is no need to ask so early.
    pub(super) fn poll_last(&mut self, context: &mut Context<'_>) -> Poll<Option<Uuid>> {
        if self.most_left().is_some_and(|most| most > 0) { Poll::Pending } else { self.poll_next(context) }
    }

    /// Whether there may be more customers, by the source's own word. That can be wrong, so it is no end.
    pub(super) fn has_more(&self) -> bool {
        self.most_left() != Some(0)
    }

    fn most_left(&self) -> Option<usize> {
        match &self.0 {
            Some(Kind::Iterator(customers)) => customers.size_hint().1,
            Some(Kind::Stream(customers)) => customers.size_hint().1,
            None => Some(0),
        }
    }
}
