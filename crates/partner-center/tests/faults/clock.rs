//! Paused time that moves only when a test says so.

use std::convert::Infallible;
use std::sync::mpsc;
use std::time::Duration;

use tokio::task::spawn_blocking;

/// Paused time. Drop it before the runtime.
///
/// Tokio's own paused time jumps ahead as soon as every task waits, and they also wait while bytes are between two
/// sockets. Here the clock stands still until [`run`](Self::run) moves it.
pub(crate) struct Clock {
    _held: mpsc::Sender<()>,
}

impl Clock {
    /// Stops the clock.
    pub(crate) fn pause() -> Self {
        tokio::time::pause();
        let (held, dropped) = mpsc::channel();
        // While a blocking task runs, tokio leaves the clock alone.
        spawn_blocking(move || dropped.recv());
        Self { _held: held }
    }

    /// Carries out `work`, and lets time pass `step` by `step` meanwhile, with a moment for the sockets in between.
    ///
    /// Panics after many steps: what has not happened by then never will.
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
        // It fails only when the runtime is going down.
        let _ = spawn_blocking(|| std::thread::sleep(Duration::from_millis(1))).await;
        tokio::time::advance(step).await;
    }
    panic!("time passes and nothing happens");
}
