//! An export that is killed again and again still gives each customer exactly once.

use std::collections::HashMap;
use std::ops::Range;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use crate::support::{Behaviour, World, ids, lines};

const IN_FLIGHT: usize = 128;

#[test]
fn each_customer_has_one_line_however_often_the_export_is_killed() {
    killed("ndjson", 5000, 100..900);
}

#[test]
fn each_customer_has_one_row_however_often_the_export_is_killed() {
    killed("csv", 600, 100..250);
}

/// Kills an export of so many customers after so many milliseconds, again and again.
fn killed(format: &str, customers: u64, after: Range<u64>) {
    let world = World::of(Behaviour { customers: customers - 20, ..Behaviour::default() });
    // The last twenty are unknown, so both files grow.
    let list = world.list(ids(customers));
    let in_flight = IN_FLIGHT.to_string();
    let files = ["organization", "export", "--from", &list, "--to", "out", "--format", format];
    let arguments = [&files[..], &["--resume", "--concurrency", &in_flight]].concat();
    let mut kills = 0;
    loop {
        let mut child = world.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs");
        sleep(Duration::from_millis(fastrand::u64(after.clone())));
        match child.try_wait().expect("it can be asked") {
            Some(status) => {
                assert_eq!(status.code(), Some(1), "some failed, and it came to the end");
                break;
            }
            None => {
                child.kill().expect("it can be killed");
                child.wait().expect("it has ended");
                kills += 1;
            }
        }
    }
    let mut found: HashMap<String, u32> = HashMap::new();
    for file in ["out", "out.failures"] {
        for line in lines(&world.path(file)) {
            let customer = match format {
                "csv" => line.split('"').nth(1).expect("a cell").to_owned(),
                _ => {
                    let record: serde_json::Value = serde_json::from_str(&line).expect("a whole line");
                    record["customerTenantId"].as_str().expect("an id").to_owned()
                }
            };
            *found.entry(customer).or_default() += 1;
        }
    }
    // The header of CSV, once in each file.
    assert_eq!(found.remove("customerTenantId"), (format == "csv").then_some(2));
    assert!(ids(customers).all(|id| found.get(&id) == Some(&1)), "each exactly once, after {kills} kills");
    assert_eq!(found.len() as u64, customers);
    // Whoever was in flight at a kill is asked for again, and nobody else.
    assert!(world.service.request_count() <= customers as usize + kills * IN_FLIGHT);
    assert!(kills > 0, "the run was killed at least once");
}
