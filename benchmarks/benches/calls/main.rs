//! Counts the instructions and allocations of a call, client by client.
//!
//! Only `call` is counted: the connection is open and the caches are filled by then, and the server runs in threads
//! that neither callgrind's toggle nor DHAT's entry point includes. DHAT needs whole stacks to find that entry point.

mod clients;

use gungraun::prelude::*;
use gungraun::{Callgrind, Dhat};
use partner_center_benchmarks::CALLS;

use clients::Caller;

#[library_benchmark]
#[bench::sdk(clients::sdk())]
#[bench::reqwest(clients::reqwest())]
#[bench::progenitor(clients::progenitor())]
#[bench::azure_core(clients::azure_core())]
#[bench::hyper(clients::hyper())]
fn call(caller: Caller) {
    caller.repeat(CALLS);
    // Kept until the process ends: DHAT reports the remaining blocks.
    std::mem::forget(caller);
}

library_benchmark_group!(name = calls, benchmarks = call);

main!(
    config = LibraryBenchmarkConfig::default().tool(Callgrind::default()).tool(Dhat::with_args(["--num-callers=500"])),
    library_benchmark_groups = calls
);
