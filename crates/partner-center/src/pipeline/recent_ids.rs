//! The request ids that a client sent recently, to recognize a response that belongs to another of its calls.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

/// A late response can only reach the next call on its connection, so this is enough for half as many calls in flight.
const KEPT: usize = 512;

#[derive(Debug, Default)]
pub(crate) struct RecentIds(Mutex<VecDeque<u64>>);

impl RecentIds {
    /// Remembers the id of a call that begins.
    pub(crate) fn insert(&self, id: Uuid) {
        let mut ids = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if ids.len() == KEPT {
            ids.pop_front();
        }
        ids.push_back(random_part(id));
    }

    /// Whether a response with this `MS-RequestId` belongs to another call of this client than `own`.
    ///
    /// The service may respond with an id of its own, which says nothing.
    pub(crate) fn is_of_another_call(&self, received: &str, own: Uuid) -> bool {
        let Ok(received) = received.trim().parse::<Uuid>() else { return false };
        received != own && self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&random_part(received))
    }
}

/// Half of an id is distinctive enough, and quick to compare.
fn random_part(id: Uuid) -> u64 {
    id.as_u64_pair().1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_id_of_another_call_belongs_to_another_call() {
        let ids = RecentIds::default();
        let (own, other, foreign) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
        ids.insert(own);
        ids.insert(other);
        assert!(ids.is_of_another_call(&other.to_string().to_uppercase(), own));
        for harmless in [own.to_string(), foreign.to_string(), "no id".to_owned(), String::new()] {
            assert!(!ids.is_of_another_call(&harmless, own), "{harmless}");
        }
    }

    #[test]
    fn memory_stays_bounded() {
        let ids = RecentIds::default();
        (0..5000).for_each(|id| ids.insert(Uuid::from_u128(id)));
        assert_eq!(ids.0.lock().unwrap().len(), KEPT);
        assert!(ids.is_of_another_call(&Uuid::from_u128(4999).to_string(), Uuid::from_u128(7000)));
    }
}
