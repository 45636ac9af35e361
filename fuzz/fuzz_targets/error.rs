//! Coverage-guided fuzzing of the error path.
#![no_main]

use libfuzzer_sys::fuzz_target;
use partner_center_fuzz::Harness;

thread_local!(static HARNESS: Harness = Harness::new());

fuzz_target!(|bytes: &[u8]| HARNESS.with(|harness| harness.error(bytes)));
