//! Calls outside a Tokio runtime, and in one without timers: an error instead of a panic.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use partner_center::{Error, ErrorKind};
use tokio::runtime;

use crate::support::{CUSTOMER, Outcome, call, client};

/// Polls the future once, like an executor other than Tokio's.
fn poll_once<T>(future: impl Future<Output = T>) -> Poll<T> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

fn assert_says(error: &Error, missing: &str) {
    assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::Configuration, false));
    assert!(error.to_string().contains(missing), "{error}");
}

#[test]
fn a_call_outside_a_runtime_is_an_error() {
    let client = client("http://127.0.0.1:9");
    let Poll::Ready(Err(error)) = poll_once(call(&client)) else { panic!("the call goes on") };
    assert_says(&error, "no Tokio runtime");
}

#[test]
fn a_run_outside_a_runtime_is_an_error_for_each_customer() {
    let mut run = client("http://127.0.0.1:9").organizations([CUSTOMER; 3]);
    for _ in 0..3 {
        let Poll::Ready(Some((CUSTOMER, Err(error)))) = poll_once(run.next()) else { panic!("the run goes on") };
        assert_says(&error, "no Tokio runtime");
    }
    assert!(matches!(poll_once(run.next()), Poll::Ready(None)));
}

#[test]
fn a_runtime_without_timers_is_an_error() -> Outcome {
    let client = client("http://127.0.0.1:9");
    let runtimes = [
        runtime::Builder::new_current_thread().enable_io().build()?,
        runtime::Builder::new_multi_thread().worker_threads(1).enable_io().build()?,
    ];
    for runtime in runtimes {
        assert_says(&runtime.block_on(call(&client)).expect_err("no timers"), "no timers");
        let mut run = client.organizations([CUSTOMER]);
        let Some((CUSTOMER, Err(error))) = runtime.block_on(run.next()) else { panic!("the run goes on") };
        assert_says(&error, "no timers");
    }
    Ok(())
}
