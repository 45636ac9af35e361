//! Where the responses of a fault server come from.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{FaultResponse, Request};
use crate::MockResponse;

/// The responses of a server, one per request.
pub(super) struct ResponseSource(Mutex<Responses>);

enum Responses {
    /// In turn; the last one repeats.
    List {
        responses: Vec<FaultResponse>,
        next: usize,
    },
    Function(Box<dyn FnMut(&Request) -> FaultResponse + Send>),
}

impl ResponseSource {
    pub(super) fn list(responses: Vec<FaultResponse>) -> Self {
        Self(Mutex::new(Responses::List { responses, next: 0 }))
    }

    pub(super) fn function(function: impl FnMut(&Request) -> FaultResponse + Send + 'static) -> Self {
        Self(Mutex::new(Responses::Function(Box::new(function))))
    }

    pub(super) fn next(&self, request: &Request) -> FaultResponse {
        match &mut *self.responses() {
            Responses::List { responses, next } => take(responses, next).unwrap_or_else(|| {
                MockResponse::text(500, "the fault server has no responses: add at least one").into()
            }),
            Responses::Function(function) => function(request),
        }
    }

    /// The next response, if it starts without a request.
    pub(super) fn next_on_connect(&self) -> Option<FaultResponse> {
        match &mut *self.responses() {
            Responses::List { responses, next } if current(responses, *next)?.begins_on_connect => {
                take(responses, next)
            }
            _ => None,
        }
    }

    fn responses(&self) -> MutexGuard<'_, Responses> {
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
