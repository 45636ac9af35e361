//! The customers that the service lists: `customer list`, `customer domains`, and an export of all of them.

use std::collections::HashMap;
use std::fs;
use std::time::Duration;

use partner_center_mock::MockResponse;
use partner_center_mock::examples::get_customer_organization as examples;
use partner_center_mock::faults::{FaultResponse, FaultServer, Request};
use partner_center_mock::serve::{RateLimit, organization};
use serde_json::{Value, json};

use crate::golden;
use crate::support::{Behaviour, UNKNOWN, World, id, ids, lines};

const LIST: [&str; 2] = ["customer", "list"];
const EXPORT: [&str; 4] = ["organization", "export", "--to", "out"];

/// A service with a list of two pages of ten customers, of which the second begins with the last customer of the first.
fn two_pages(world: &World, mut second: impl FnMut(Value) -> MockResponse + Send + 'static) -> FaultServer {
    let page = |numbers: std::ops::Range<u64>, next: Value| {
        let items: Vec<Value> = numbers.map(|number| json!({ "id": id(number) })).collect();
        json!({ "items": items, "links": { "next": next } })
    };
    let header = json!([{ "key": "MS-ContinuationToken", "value": "two" }]);
    let next = json!({ "uri": "/customers?seekOperation=Next", "method": "GET", "headers": header });
    let (first, last) = (page(0..10, next), page(9..19, Value::Null));
    world.serving_with(move |request: &Request| {
        FaultResponse::respond(match (request.path(), request.header("ms-continuationtoken")) {
            ("/v1/customers", None) => MockResponse::json(200, &first),
            ("/v1/customers", Some(_)) => second(last.clone()),
            _ => examples::CONTOSO.into(),
        })
    })
}

fn organization_name(number: u64) -> String {
    organization(number).display_name.expect("a name")
}

/// How often each customer has a line.
fn counts(world: &World, files: &[&str]) -> HashMap<String, u32> {
    let mut counts = HashMap::new();
    for line in files.iter().flat_map(|file| lines(&world.path(file))) {
        let record: Value = serde_json::from_str(&line).expect("a whole line");
        *counts.entry(record["customerTenantId"].as_str().expect("an id").to_owned()).or_default() += 1;
    }
    counts
}

#[test]
fn customers_are_listed_in_every_format() {
    let world = World::of(Behaviour { customers: 4, ..Behaviour::default() });
    for format in ["table", "json", "ndjson", "csv", "raw"] {
        let outcome = world.run(&[&LIST[..], &["--format", format]].concat());
        assert_eq!((outcome.code, &*outcome.err), (Some(0), ""));
        golden::check(&format!("customer-list.{format}"), &outcome.out);
    }
    let columns = world.run(&[&LIST[..], &["--format", "csv", "--columns", "domain"]].concat());
    assert_eq!(columns.out.lines().next(), Some("\"customerTenantId\",\"domain\""));
}

#[test]
fn a_list_of_several_pages_is_read_to_its_end() {
    let world = World::of(Behaviour { customers: 1100, ..Behaviour::default() });
    let outcome = world.run(&[&LIST[..], &["--format", "json"]].concat());
    let listed: Vec<Value> = serde_json::from_str(&outcome.out).expect("an array");
    assert_eq!((outcome.code, listed.len(), world.service.request_count()), (Some(0), 1100, 3));
    assert!(ids(1100).zip(&listed).all(|(id, customer)| customer["customerTenantId"] == id), "in the list's order");
}

#[test]
fn customers_are_filtered_by_prefix_of_name_or_domain() {
    let world = World::of(Behaviour { customers: 100, ..Behaviour::default() });
    let names = |filter: &[&str]| {
        let outcome = world.run(&[&LIST[..], &["--format", "csv", "--columns", "companyName"], filter].concat());
        outcome.out.lines().skip(1).map(|line| line[39..].trim_matches('"').to_owned()).collect::<Vec<_>>()
    };
    let expected = ["Alder Airlines", "Alder Analytics", "Alder Bakery", "Alder Bank"];
    assert_eq!(names(&["--name", "ALDER"]), expected);
    assert_eq!(names(&["--domain", "customer-75."]), expected[3..]);
    assert_eq!(names(&["--domain", "CUSTOMER-2"]).len(), 11);
    assert_eq!(world.run(&[&LIST[..], &["--name", "a", "--domain", "a"]].concat()).code, Some(2));
    let none = world.run(&[&LIST[..], &["--name", "Zz", "--format", "csv"]].concat());
    assert_eq!((none.code, &*none.err), (Some(0), "no customers\n"));
    assert_eq!(none.out, "\"customerTenantId\",\"companyName\",\"domain\",\"relationshipToPartner\"\n");
}

#[test]
fn other_commands_read_the_list_with_from() {
    let world = World::new();
    for format in ["json", "ndjson", "csv", "table"] {
        let listed = world.run(&[&LIST[..], &["--format", format]].concat()).out;
        let arguments = ["organization", "get", "--from", "-", "--format", "ndjson"];
        let outcome = world.run_with_input(&arguments, listed.as_bytes());
        assert_eq!((outcome.code, &*outcome.err, outcome.out.lines().count()), (Some(0), "", 10), "{format}");
    }
}

#[test]
fn an_interrupted_list_is_an_error_after_what_was_read() {
    let world = World::new();
    let service = two_pages(&world, |_| MockResponse::json(403, &json!({ "code": 1, "description": "no" })));
    for (format, shown) in [("table", 10), ("json", 10), ("ndjson", 10), ("csv", 10), ("raw", 10)] {
        let outcome = world.run(&[&LIST[..], &["--format", format, "--base-url", &service.url()]].concat());
        assert_eq!(outcome.code, Some(4), "{}", outcome.err);
        assert!(outcome.err.starts_with("error: the list of customers cannot be read to its end: "), "{}", outcome.err);
        assert!(outcome.err.contains("page 2"), "{}", outcome.err);
        assert_eq!(ids(10).filter(|id| outcome.out.contains(id)).count(), shown, "{}", outcome.out);
        // What is no array cannot be taken for all customers.
        assert!(format != "json" || serde_json::from_str::<Value>(&outcome.out).is_err());
    }
}

#[test]
fn domains_are_shown_in_every_format() {
    let world = World::new();
    for format in ["table", "json", "ndjson", "csv"] {
        let outcome = world.run(&["customer", "domains", &id(4), &id(1), "--format", format]);
        assert_eq!((outcome.code, &*outcome.err), (Some(0), ""));
        golden::check(&format!("customer-domains.{format}"), &outcome.out);
    }
    assert_eq!(world.run(&["customer", "domains", UNKNOWN]).code, Some(5));
    assert_eq!(world.run(&["customer", "domains", UNKNOWN, &id(0)]).code, Some(1));
}

#[test]
fn without_a_list_every_customer_is_exported_with_name_and_domain() {
    let world = World::new();
    for (file, header) in [("all.ndjson", 0), ("all.csv", 1)] {
        // Nothing is read from standard input.
        let arguments = ["organization", "export", "--to", file];
        let outcome = world.run_with_input(&arguments, format!("{UNKNOWN}\n").as_bytes());
        assert_eq!((outcome.code, &*outcome.err), (Some(0), "10 organizations, 0 failed.\n"));
        let mut all = lines(&world.path(file));
        all[header..].sort();
        golden::check(&format!("export-{file}"), &(all.join("\n") + "\n"));
    }
}

#[test]
fn failures_have_name_and_domain_of_the_list_and_are_counted_by_kind() {
    let world = World::of(Behaviour { customers: 60, faults: true, ..Behaviour::default() });
    for format in ["ndjson", "csv"] {
        let outcome = world.run(&["organization", "export", "--to", format, "--format", format]);
        assert_eq!(outcome.code, Some(1), "{}", outcome.err);
        assert!(outcome.err.contains("58 organizations, 2 failed.\n"), "{}", outcome.err);
        assert_eq!(outcome.err.matches("GDAP relationship").count(), 1, "one help line: {}", outcome.err);
        let failures = fs::read_to_string(world.path(&format!("{format}.failures"))).expect("the second file");
        for denied in ["customer-17.onmicrosoft.example", "customer-58.onmicrosoft.example", &organization_name(17)] {
            assert!(failures.contains(denied), "{denied}: {failures}");
        }
    }
}

#[test]
fn an_export_of_an_interrupted_list_is_incomplete_and_resumable() {
    let world = World::new();
    let mut is_broken = true;
    let service = two_pages(&world, move |page| match std::mem::take(&mut is_broken) {
        true => MockResponse::json(403, &json!({ "code": 1, "description": "no" })),
        false => MockResponse::json(200, &page),
    });
    let url = service.url();
    let arguments = [&EXPORT[..], &["--base-url", &url]].concat();
    let outcome = world.run(&arguments);
    assert_eq!(outcome.code, Some(4), "{}", outcome.err);
    for said in [
        "10 organizations, 0 failed, the list of customers was not read to its end.\n",
        "To continue, run the same command with --resume.\n",
        "error: the list of customers cannot be read to its end: ",
        "page 2",
    ] {
        assert!(outcome.err.contains(said), "{said}: {}", outcome.err);
    }
    let resumed = world.run(&[&arguments[..], &["--resume"]].concat());
    let said = "19 organizations (10 of them earlier), 0 failed.\n";
    assert_eq!((resumed.code, &*resumed.err), (Some(0), said));
    // One customer is on both pages.
    assert_eq!(counts(&world, &["out"]), ids(19).map(|id| (id, 1)).collect());
}

#[test]
fn an_unreadable_or_empty_list_changes_no_file() {
    let world = World::of(Behaviour::default());
    fs::write(world.path("out"), "earlier").expect("it can be written");
    let denied = world.serving(|| MockResponse::json(403, &json!({ "code": 1, "description": "no" })));
    for (service, code, said) in [
        (world.service.base_url(), 5, "error: the service lists no customers"),
        (denied.url(), 4, "error: the list of customers cannot be read to its end"),
    ] {
        let outcome = world.run(&[&EXPORT[..], &["--force", "--base-url", &service]].concat());
        assert_eq!(outcome.code, Some(code), "{}", outcome.err);
        assert!(outcome.err.starts_with(said), "{}", outcome.err);
        assert_eq!(fs::read_to_string(world.path("out")).expect("it is there"), "earlier");
    }
    let listed = world.run(&[&LIST[..], &["--format", "json"]].concat());
    assert_eq!((listed.code, &*listed.out, &*listed.err), (Some(0), "[\n]\n", "no customers\n"));
}

#[test]
fn an_export_that_runs_out_of_time_before_the_end_of_the_list_says_so() {
    let world = World::new();
    // A page that never comes.
    let service = two_pages(&world, |_| MockResponse::new(429).header("Retry-After", "3600"));
    let url = service.url();
    let arguments = [&EXPORT[..], &["--base-url", &url, "--max-time", "1s"]].concat();
    let outcome = world.run(&arguments);
    assert_eq!(outcome.code, Some(6), "{}", outcome.err);
    assert!(outcome.err.contains("the list of customers was not read to its end.\n"), "{}", outcome.err);
}

#[test]
fn throttling_of_the_list_is_shown_while_it_lasts() {
    let world = World::new();
    let mut is_first = true;
    let service = two_pages(&world, move |page| match std::mem::take(&mut is_first) {
        true => MockResponse::new(429).header("Retry-After", "3"),
        false => MockResponse::json(200, &page),
    });
    let outcome = world.run(&[&LIST[..], &["--format", "ndjson", "--base-url", &service.url()]].concat());
    assert_eq!((outcome.code, outcome.out.lines().count()), (Some(0), 20), "{}", outcome.err);
    assert!(outcome.err.starts_with("throttled by the service, retrying at "), "{}", outcome.err);
    assert_eq!(outcome.err.lines().count(), 1, "{}", outcome.err);
}

#[test]
fn a_page_that_is_throttled_past_the_timeout_ends_the_list() {
    let world = World::new();
    // The one ends at once, the other after two delays.
    for (delay, timeout) in [("3600", "60"), ("1", "2")] {
        let service = two_pages(&world, move |_| MockResponse::new(429).header("Retry-After", delay));
        let began = std::time::Instant::now();
        let outcome = world.run(&[&LIST[..], &["--timeout", timeout, "--base-url", &service.url()]].concat());
        assert_eq!(outcome.code, Some(6), "{}", outcome.err);
        assert!(outcome.err.contains("cannot be read to its end: throttled by the service\n"), "{}", outcome.err);
        assert!(outcome.out.contains(&id(9)) && !outcome.err.contains("retrying at"), "{}", outcome.err);
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    }
}

#[test]
fn retrying_fetches_the_failed_customers_of_the_list_again() {
    let world = World::of(Behaviour { customers: 60, faults: true, ..Behaviour::default() });
    let resume = [&EXPORT[..], &["--resume"]].concat();
    for (more, calls) in [(&[][..], 60), (&[], 0), (&["--retry-failed"], 0), (&["--retry-failed=all"], 2)] {
        let before = world.service.request_count();
        let outcome = world.run(&[&resume[..], more].concat());
        assert_eq!(outcome.code, Some(1), "{}", outcome.err);
        let first = outcome.err.lines().next().unwrap_or_default();
        assert!(first.starts_with("58 organizations") && first.ends_with(", 2 failed."), "{first}");
        // One page of the list, and passing failures of one request in sixteen.
        let requests = world.service.request_count() - before;
        assert!((calls + 1..calls + 1 + 8).contains(&requests), "{more:?}: {requests}");
    }
    assert_eq!(counts(&world, &["out", "out.failures"]), ids(60).map(|id| (id, 1)).collect());
}

#[cfg(unix)]
#[test]
fn a_signal_ends_a_list_and_an_export_that_wait_for_a_page() {
    use crate::support::{ended, send_signal};
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        for command in [&[&LIST[..], &["--format", "ndjson"]].concat()[..], &EXPORT] {
            let world = World::new();
            let service = two_pages(&world, |_| MockResponse::new(429).header("Retry-After", "60"));
            let child = world.command(&[command, &["--base-url", &service.url()]].concat()).spawn();
            let child = child.expect("the binary runs");
            let pages = || service.requests().iter().filter(|request| request.path() == "/v1/customers").count();
            while pages() < 2 {
                std::thread::sleep(Duration::from_millis(10));
            }
            std::thread::sleep(Duration::from_millis(300));
            send_signal(&child, signal);
            let outcome = ended(child);
            assert_eq!(outcome.code, Some(code), "{signal} {}", outcome.err);
            if command == EXPORT {
                assert!(outcome.err.contains("was not read to its end"), "{}", outcome.err);
            } else {
                assert_eq!(outcome.out.lines().count(), 10);
            }
        }
    }
}

#[test]
fn an_export_of_all_customers_adapts_to_the_rate_of_the_service() {
    let limit = Some(RateLimit::new(80, Duration::from_secs(1)));
    let world = World::of(Behaviour { customers: 200, limit, faults: true, ..Behaviour::default() });
    let outcome = world.run(&EXPORT);
    assert_eq!(outcome.code, Some(1), "{}", outcome.err);
    assert!(outcome.err.contains("196 organizations, 4 failed.\n"), "{}", outcome.err);
    assert_eq!(counts(&world, &["out", "out.failures"]), ids(200).map(|id| (id, 1)).collect());
}
