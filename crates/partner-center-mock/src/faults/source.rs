//! Where a fault server's answers come from.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{FaultResponse, Request};
use crate::MockResponse;

/// The answers of a server, handed out one a request.
pub(super) struct Source(Mutex<Kind>);

enum Kind {
    /// In turn; the last one is repeated.
    List {
        responses: Vec<FaultResponse>,
        next: usize,
    },
    Function(Box<dyn FnMut(&Request) -> FaultResponse + Send>),
}

impl Source {
    pub(super) fn list(responses: Vec<FaultResponse>) -> Self {
        Self(Mutex::new(Kind::List { responses, next: 0 }))
    }

    pub(super) fn function(function: impl FnMut(&Request) -> FaultResponse + Send + 'static) -> Self {
        Self(Mutex::new(Kind::Function(Box::new(function))))
    }

    pub(super) fn response(&self, request: &Request) -> FaultResponse {
        match &mut *self.kind() {
            Kind::List { responses, next } => take(responses, next).unwrap_or_else(|| {
                MockResponse::text(500, "The fault server has no answer: give it at least one.").into()
            }),
            Kind::Function(function) => function(request),
        }
    }

    /// The next answer, if it wants to begin without a request.
    pub(super) fn response_on_connect(&self) -> Option<FaultResponse> {
        match &mut *self.kind() {
            Kind::List { responses, next } if current(responses, *next)?.begins_on_connect => take(responses, next),
            _ => None,
        }
    }

    fn kind(&self) -> MutexGuard<'_, Kind> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn current(responses: &[FaultResponse], next: usize) -> Option<&FaultResponse> {
    responses.get(next).or(responses.last())
}

fn take(responses: &[FaultResponse], next: &mut usize) -> Option<FaultResponse> {
    let response = current(responses, *next)?.clone();
    *next += 1;
    Some(response)
}
