//! What the programs of the benchmarks share: the measured loop, and what every client sends and reads.

mod allocations;
mod organization;

pub use self::organization::Organization;

/// Calls before the counting begins: connections are open then, and caches filled.
const WARM_UP: u64 = 100;

/// The name that every client gives itself.
pub const APPLICATION_NAME: &str = "benchmark";

/// An access token, about as long as Microsoft's are.
pub fn token() -> String {
    "token".repeat(200)
}

/// The server's address and the number of calls, from the command line.
pub fn arguments() -> (String, u64) {
    let mut arguments = std::env::args().skip(1);
    let server = arguments.next().expect("the first argument is the server's address");
    let calls = arguments.next().and_then(|calls| calls.parse().ok()).expect("the second is the number of calls");
    (server, calls)
}

/// Makes the calls one after the other, and prints what one of them allocates.
///
/// Printed are allocations and bytes of one call, and by how many blocks and bytes the heap has grown over all of them.
pub async fn measure(calls: u64, mut call: impl AsyncFnMut()) {
    for _ in 0..WARM_UP {
        call().await;
    }
    let before = allocations::so_far();
    for _ in 0..calls {
        call().await;
    }
    let after = allocations::so_far();
    println!(
        r#"{{"allocations": {}, "bytes": {}, "grown_blocks": {}, "grown_bytes": {}}}"#,
        (after.blocks - before.blocks) as f64 / calls as f64,
        (after.bytes - before.bytes) as f64 / calls as f64,
        after.held_blocks - before.held_blocks,
        after.held_bytes - before.held_bytes,
    );
}
