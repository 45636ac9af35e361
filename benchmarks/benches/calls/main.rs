//! Counts the instructions and allocations of a call, client by client.
//!
//! Only the repeated calls are counted: the connection is open and the caches are filled by then, and the server runs
//! in threads that neither callgrind's toggle nor DHAT's entry point includes.

mod clients;

use gungraun::prelude::*;
use gungraun::{Callgrind, Dhat};

use clients::Caller;

/// `src/bin/ratios.rs` divides by this number.
const CALLS: u32 = 1_000;

#[library_benchmark]
#[bench::sdk(clients::sdk())]
#[bench::reqwest(clients::reqwest())]
#[bench::progenitor(clients::progenitor())]
#[bench::azure_core(clients::azure_core())]
#[bench::hyper(clients::hyper())]
fn call(caller: Caller) -> Caller {
    caller.repeat(CALLS);
    caller
}

library_benchmark_group!(name = calls, benchmarks = call);

main!(
    config = LibraryBenchmarkConfig::default().tool(Callgrind::default()).tool(Dhat::with_args(["--num-callers=500"])),
    library_benchmark_groups = calls
);
