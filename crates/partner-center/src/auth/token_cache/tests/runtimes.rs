//! A cache that several Tokio runtimes share, some of which end or do not run.

use tokio::runtime::{Builder, Runtime};

use super::*;

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

#[test]
fn a_renewal_on_a_stopped_runtime_is_taken_over() {
    let fixture = Fixture::numbered(HOUR);
    let stalled = runtime();
    let first = {
        let _entered = stalled.enter();
        fixture.caller()
    };
    stalled.block_on(yield_now());
    assert_eq!(fixture.asked(), 1);
    let running = runtime();
    running.block_on(async {
        let callers: Vec<_> = (0..10).map(|_| fixture.caller()).collect();
        for caller in callers {
            let outcome = timeout(Duration::from_secs(6), caller).await.expect("it waits for a stopped runtime");
            assert_eq!(outcome.unwrap(), bearer(2));
        }
    });
    assert_eq!(fixture.asked(), 2, "one of them took over, for all");
    // Driven again, the first caller gets its own and takes nothing away.
    assert_eq!(stalled.block_on(first).unwrap(), bearer(1));
    running.block_on(async { assert!(fixture.token_at_once().await.is_ok()) });
}

#[tokio::test(start_paused = true)]
async fn a_slow_renewal_on_a_running_runtime_is_not_taken_over() {
    let fixture = Fixture::asking(|number| async move {
        sleep(Duration::from_secs(90)).await;
        Ok(named(number, HOUR))
    });
    let callers: Vec<_> = (0..10).map(|_| fixture.caller()).collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), bearer(1));
    }
}
