//! An export that is killed repeatedly writes each customer exactly once.

use std::collections::HashMap;
use std::ops::Range;
use std::process::{Child, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::support::{Behaviour, World, ids, lines};

const IN_FLIGHT: usize = 128;

/// Where an export has its customers from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Customers {
    OfList,
    OfService,
}

#[test]
fn each_customer_has_one_line_however_often_the_export_is_killed() {
    killed(Customers::OfList, "ndjson", 2000, 0..800);
}

#[test]
fn each_listed_customer_has_one_line_however_often_the_export_is_killed() {
    killed(Customers::OfService, "ndjson", 1700, 0..700);
}

#[test]
fn each_customer_has_one_row_however_often_the_export_is_killed() {
    killed(Customers::OfList, "csv", 600, 0..400);
}

#[cfg(unix)]
#[test]
fn each_signal_ends_an_export_with_its_code_and_loses_no_customer() {
    use crate::support::{ended, send_signal};
    let latency = Duration::from_millis(100);
    for is_list in [true, false] {
        let world = World::of(Behaviour { customers: 400, latency, ..Behaviour::default() });
        let list = world.list(ids(400));
        let from = if is_list { &["--from", &*list][..] } else { &[] };
        let arguments = ["organization", "export", "--to", "out", "--resume", "--concurrency", "16"];
        let arguments = [&arguments, from].concat();
        for (signal, code) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
            let before = world.service.request_count();
            let child = world.command(&arguments).spawn().expect("it runs");
            while world.service.request_count() < before + 40 {
                sleep(Duration::from_millis(10));
            }
            send_signal(&child, signal);
            let outcome = ended(child);
            assert_eq!(outcome.code, Some(code), "{signal} {}", outcome.err);
            assert!(outcome.err.contains("To continue"), "{}", outcome.err);
        }
        assert_eq!(world.run(&arguments).code, Some(0));
        let written = lines(&world.path("out"));
        assert_eq!(written.len(), 400);
        assert!(ids(400).all(|id| written.iter().any(|line| line.contains(&id))), "each once");
    }
}

/// Kills an export of so many customers after so many more requests, again and again.
///
/// A machine of any speed gets on, since most of them are more than what is in flight.
fn killed(source: Customers, format: &str, customers: u64, after: Range<usize>) {
    let is_list = source == Customers::OfList;
    // Of a list the last twenty are unknown, of the service two in a hundred are denied: so both files grow.
    let served = if is_list { customers - 20 } else { customers };
    let world = World::of(Behaviour { customers: served, faults: !is_list, ..Behaviour::default() });
    let list = world.list(ids(customers));
    let in_flight = IN_FLIGHT.to_string();
    let from = if is_list { &["--from", &*list][..] } else { &[] };
    let files = ["organization", "export", "--to", "out", "--format", format];
    let arguments = [&files[..], from, &["--resume", "--concurrency", &in_flight]].concat();
    let mut kills = 0;
    loop {
        let mut child = world.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs");
        match ended_before(&mut child, &world, fastrand::usize(after.clone())) {
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
    // The CSV header, once in each file.
    assert_eq!(found.remove("customerTenantId"), (format == "csv").then_some(2));
    assert!(ids(customers).all(|id| found.get(&id) == Some(&1)), "each exactly once, after {kills} kills");
    assert_eq!(found.len() as u64, customers);
    // Only customers in flight at a kill are requested again, pages of the service's list, and what fails in passing.
    let again = if is_list { 0 } else { customers as usize / 8 + (kills + 1) * 4 };
    assert!(world.service.request_count() <= customers as usize + kills * IN_FLIGHT + again);
    assert!(kills > 0, "the run was killed at least once");
}

/// The status of an export that comes to its end before so many more requests.
fn ended_before(child: &mut Child, world: &World, requests: usize) -> Option<ExitStatus> {
    let enough = world.service.request_count() + requests;
    while world.service.request_count() < enough {
        if let Some(status) = child.try_wait().expect("it can be asked") {
            return Some(status);
        }
        sleep(Duration::from_millis(1));
    }
    None
}
