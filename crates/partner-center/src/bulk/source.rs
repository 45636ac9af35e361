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
        let (next, left) = match &mut self.0 {
            Some(Kind::Iterator(customers)) => (Poll::Ready(customers.next()), customers.size_hint()),
            Some(Kind::Stream(customers)) => (customers.as_mut().poll_next(context), customers.size_hint()),
            None => return Poll::Ready(None),
        };
        // Whoever knows that nobody is left need not be asked again, which would wait for the time of the next call.
        if matches!(next, Poll::Ready(None)) || left.1 == Some(0) {
            self.0 = None;
        }
        next
    }

    pub(super) fn is_finished(&self) -> bool {
        self.0.is_none()
    }
}
