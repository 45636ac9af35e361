//! Where a fault server's answers come from.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Answer, Request};
use crate::Reply;

/// The answers of a server, handed out one a request.
pub(super) struct Source(Mutex<Kind>);

enum Kind {
    /// In turn; the last one is repeated.
    List {
        answers: Vec<Answer>,
        next: usize,
    },
    Function(Box<dyn FnMut(&Request) -> Answer + Send>),
}

impl Source {
    pub(super) fn list(answers: Vec<Answer>) -> Self {
        Self(Mutex::new(Kind::List { answers, next: 0 }))
    }

    pub(super) fn function(function: impl FnMut(&Request) -> Answer + Send + 'static) -> Self {
        Self(Mutex::new(Kind::Function(Box::new(function))))
    }

    pub(super) fn answer(&self, request: &Request) -> Answer {
        match &mut *self.kind() {
            Kind::List { answers, next } => take(answers, next)
                .unwrap_or_else(|| Reply::text(500, "The fault server has no answer: give it at least one.").into()),
            Kind::Function(function) => function(request),
        }
    }

    /// The next answer, if it wants to begin without a request.
    pub(super) fn answer_on_connect(&self) -> Option<Answer> {
        match &mut *self.kind() {
            Kind::List { answers, next } if current(answers, *next)?.begins_on_connect => take(answers, next),
            _ => None,
        }
    }

    fn kind(&self) -> MutexGuard<'_, Kind> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn current(answers: &[Answer], next: usize) -> Option<&Answer> {
    answers.get(next).or(answers.last())
}

fn take(answers: &[Answer], next: &mut usize) -> Option<Answer> {
    let answer = current(answers, *next)?.clone();
    *next += 1;
    Some(answer)
}
