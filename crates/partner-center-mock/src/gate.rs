//! Holds responses back until a test releases them.

use std::sync::Arc;

use tokio::sync::{Semaphore, watch};

/// A closed gate that responses wait at.
///
/// With it, a test can act while a response is pending, without sleeping. Clones share the gate.
///
/// ```
/// # use std::error::Error;
/// use partner_center_mock::Gate;
/// use partner_center_mock::faults::{FaultResponse, FaultServer};
/// use partner_center_mock::examples::get_customer_organization as organization;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn Error>> {
/// let gate = Gate::new();
/// let server = FaultServer::start([FaultResponse::held(&gate, organization::CONTOSO)]).await?;
/// let call = tokio::spawn(reqwest::get(server.url()));
/// gate.wait_for(1).await; // the request has arrived, its response is held
/// gate.open();
/// assert_eq!(call.await??.status(), 200);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Gate {
    passes: Arc<Semaphore>,
    waiting: watch::Sender<usize>,
}

impl Gate {
    /// A closed gate.
    #[must_use]
    pub fn new() -> Self {
        Self { passes: Arc::new(Semaphore::new(0)), waiting: watch::Sender::new(0) }
    }

    /// Opens the gate permanently.
    pub fn open(&self) {
        self.passes.close();
    }

    /// Lets `count` more responses through, in the order they arrived.
    pub fn let_through(&self, count: usize) {
        self.passes.add_permits(count);
    }

    /// How many responses are waiting.
    #[must_use]
    pub fn waiting(&self) -> usize {
        *self.waiting.borrow()
    }

    /// Waits until at least `count` responses are waiting.
    pub async fn wait_for(&self, count: usize) {
        // Fails only without a sender, and `self` holds one.
        let _ = self.waiting.subscribe().wait_for(|waiting| *waiting >= count).await;
    }

    /// Waits at the gate.
    pub(crate) async fn pass(&self) {
        let _waiting = Waiting::take(&self.waiting);
        // Fails when the gate is open.
        if let Ok(pass) = self.passes.acquire().await {
            pass.forget();
        }
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

/// Counts a waiting response, also if its task is dropped.
struct Waiting<'a>(&'a watch::Sender<usize>);

impl<'a> Waiting<'a> {
    fn take(waiting: &'a watch::Sender<usize>) -> Self {
        waiting.send_modify(|waiting| *waiting += 1);
        Self(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|waiting| *waiting -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lets_through_the_given_number() {
        let gate = Gate::new();
        let mut responses = tokio::task::JoinSet::new();
        for _ in 0..3 {
            let gate = gate.clone();
            responses.spawn(async move { gate.pass().await });
        }
        gate.wait_for(3).await;
        gate.let_through(2);
        assert!(responses.join_next().await.is_some() && responses.join_next().await.is_some());
        assert_eq!((responses.len(), gate.waiting()), (1, 1));
        gate.open();
        assert!(responses.join_next().await.is_some());
        assert_eq!(gate.waiting(), 0);
    }

    #[tokio::test]
    async fn a_dropped_response_no_longer_counts_as_waiting() {
        let gate = Gate::new();
        let response = tokio::spawn({
            let gate = gate.clone();
            async move { gate.pass().await }
        });
        gate.wait_for(1).await;
        response.abort();
        assert!(response.await.is_err());
        assert_eq!(gate.waiting(), 0);
    }

    #[tokio::test]
    async fn stays_open_once_opened() {
        let gate = Gate::default();
        gate.open();
        gate.pass().await;
        assert_eq!(gate.waiting(), 0);
    }
}
