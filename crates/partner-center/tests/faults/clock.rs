//! Paused time that only advances when a test runs it.

use std::convert::Infallible;
use std::sync::mpsc;
use std::time::Duration;

use tokio::task::spawn_blocking;

/// Paused time. Drop it before the runtime.
///
/// Tokio's paused time advances as soon as every task waits, also while bytes are in transit between two sockets. This
/// clock only advances in [`run`](Self::run).
pub(crate) struct Clock {
    _held: mpsc::Sender<()>,
}

impl Clock {
    /// Stops the clock.
    pub(crate) fn pause() -> Self {
        tokio::time::pause();
        let (held, dropped) = mpsc::channel();
        // Tokio does not advance the clock while a blocking task runs.
        spawn_blocking(move || dropped.recv());
        Self { _held: held }
    }

    /// Runs `work` while time advances in steps of `step`, with a pause for the sockets in between.
    ///
    /// Panics after 10,000 steps.
    pub(crate) async fn run<T>(&self, step: Duration, work: impl Future<Output = T>) -> T {
        tokio::select! {
            biased;
            done = work => done,
            never = pass(step) => match never {},
        }
    }
}

async fn pass(step: Duration) -> Infallible {
    for _ in 0..10_000 {
        // Fails only if the runtime shuts down.
        let _ = spawn_blocking(|| std::thread::sleep(Duration::from_millis(1))).await;
        tokio::time::advance(step).await;
    }
    panic!("the work does not complete");
}
