//! Who may have slowed the run down on its own account.
//!
//! A refusal slows the whole run, since it does not say whose limit it is. When it turns out to be one customer's own,
//! the run goes on as fast as before.

use tokio::time::Instant;
use uuid::Uuid;

use super::pace::Pace;

/// The customers of the newest refusals, and the pace from before.
#[derive(Default)]
pub(super) struct Suspects {
    customers: Vec<Uuid>,
    before: Option<Pace>,
}

impl Suspects {
    /// The pace is about to heed a refusal.
    pub(super) fn note(&mut self, pace: &Pace) {
        if self.customers.is_empty() {
            self.before = Some(pace.clone());
        }
    }

    /// A customer was refused, and nobody knows why.
    pub(super) fn add(&mut self, customer: Uuid) {
        if !self.customers.contains(&customer) {
            self.customers.push(customer);
        }
    }

    /// A customer's limit is its own: with no other suspect left, the pace is what it was.
    pub(super) fn clear(&mut self, customer: Uuid, pace: &mut Pace) {
        let count = self.customers.len();
        self.customers.retain(|suspect| *suspect != customer);
        if count > 0
            && self.customers.is_empty()
            && let Some(before) = self.before.take()
        {
            pace.go_on_as(before, Instant::now());
        }
    }

    /// A customer was answered after all, so its refusal was for the rate of the whole run.
    pub(super) fn confirm(&mut self, customer: Uuid) {
        if self.customers.contains(&customer) {
            self.customers.clear();
            self.before = None;
        }
    }
}
