//! Hands customers to a run, until it is closed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use partner_center::uuid::Uuid;

#[derive(Clone, Default)]
pub(super) struct Gate(Arc<Shared>);

#[derive(Default)]
struct Shared {
    is_closed: AtomicBool,
    passed: AtomicU64,
}

impl Gate {
    /// The customers, as long as the gate is open.
    pub(super) fn guard(&self, customers: Vec<Uuid>) -> impl Iterator<Item = Uuid> + Send + use<> {
        let gate = self.clone();
        customers.into_iter().map_while(move |customer| {
            if gate.is_closed() {
                return None;
            }
            gate.0.passed.fetch_add(1, Ordering::AcqRel);
            Some(customer)
        })
    }

    /// How many customers have passed.
    pub(super) fn passed(&self) -> u64 {
        self.0.passed.load(Ordering::Acquire)
    }

    pub(super) fn close(&self) {
        self.0.is_closed.store(true, Ordering::Release);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.0.is_closed.load(Ordering::Acquire)
    }
}
