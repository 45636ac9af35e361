//! `organization export`: files, failures, resuming, odd lists, odd outputs.

use std::fs;
use std::io::{BufRead, BufReader};
use std::time::Duration;

use partner_center_mock::MockResponse;
use partner_center_mock::examples::get_customer_organization as examples;
use partner_center_mock::faults::FaultResponse;

use crate::golden;
use crate::support::{Behaviour, UNKNOWN, World, ended, id, ids, lines};

const EXPORT: [&str; 2] = ["organization", "export"];

fn export<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&EXPORT, more].concat()
}

#[test]
fn both_formats_have_every_customer_once() {
    let world = World::new();
    let list = world.list(ids(10));
    for (format, header) in [("ndjson", 0), ("csv", 1)] {
        let outcome = world.run(&export(&["--from", &list, "--to", format, "--format", format]));
        assert_eq!((outcome.code, &*outcome.err), (Some(0), "10 organizations, 0 failed.\n"));
        let mut all = lines(&world.path(format));
        assert_eq!(all.len(), 10 + header);
        all[header..].sort();
        golden::check(&format!("export.{format}"), &(all.join("\n") + "\n"));
    }
}

#[test]
fn failures_go_to_a_second_file_with_what_support_needs() {
    let world = World::new();
    let list = world.list([id(0), UNKNOWN.to_owned()]);
    for format in ["ndjson", "csv"] {
        let outcome = world.run(&export(&["--from", &list, "--to", format, "--format", format]));
        assert_eq!(outcome.code, Some(1));
        let failures = fs::read_to_string(world.path(&format!("{format}.failures"))).expect("the second file");
        for expected in [UNKNOWN, "not-found", "60003", "404", "Check the tenant id"] {
            assert!(failures.contains(expected), "{expected}: {failures}");
        }
        let record = failures.lines().last().expect("a line");
        assert_eq!(record.matches('-').count() / 4, 4, "four ids: {record}");
    }
}

#[test]
fn invalid_lines_are_reported_by_number_and_skipped() {
    let world = World::new();
    let list = format!("\u{feff}Customer;Name\r\n\r\n# ours\r\n{{{}}};x\r\n", id(0).to_uppercase());
    let list = [list.as_bytes(), b"\xff\xfe\x80 no text\n\"", id(1).as_bytes(), b"\"\nno guid\n"].concat();
    let outcome = world.run_with_input(&export(&["--from", "-", "--to", "out"]), &list);
    assert_eq!(outcome.code, Some(1));
    assert_eq!(lines(&world.path("out")).len(), 2);
    golden::check("export-odd-lines.stderr", &outcome.err);
}

#[test]
fn failures_are_counted_by_kind_with_one_help_line_each() {
    let world = World::new();
    let service = world.serving_with(|request| {
        let status =
            [(1, 404), (2, 404), (3, 503)].into_iter().find(|(number, _)| request.path().contains(&id(*number)));
        FaultResponse::respond(status.map_or_else(|| examples::CONTOSO.into(), |(_, status)| MockResponse::new(status)))
    });
    let list = world.list([id(3), id(0)].into_iter().chain(ids(4)).chain(["no guid".to_owned()]));
    let outcome = world.run(&export(&["--from", &list, "--to", "out", "--timeout", "1", "--base-url", &service.url()]));
    assert_eq!(outcome.code, Some(1), "{}", outcome.err);
    golden::check("export-failures.stderr", &outcome.err);
}

#[test]
fn resuming_requests_no_customer_twice() {
    let world = World::new();
    let half = world.list(ids(5).chain([UNKNOWN.to_owned()]));
    assert_eq!(world.run(&export(&["--from", &half, "--to", "out"])).code, Some(1));
    let before = world.service.request_count();
    let all = world.list(ids(10).chain([UNKNOWN.to_owned()]));
    let outcome = world.run(&export(&["--from", &all, "--to", "out", "--resume"]));
    assert_eq!(outcome.code, Some(1), "the failure of before still counts");
    assert_eq!(world.service.request_count() - before, 5);
    assert_eq!(lines(&world.path("out")).len(), 10);
    golden::check("export-resumed.stderr", &outcome.err);

    let before = world.service.request_count();
    world.run(&export(&["--from", &all, "--to", "out", "--resume", "--retry-failed"]));
    assert_eq!(world.service.request_count() - before, 0, "a customer that is not found is not retryable");
    world.run(&export(&["--from", &all, "--to", "out", "--resume", "--retry-failed=all"]));
    assert_eq!(world.service.request_count() - before, 1);
    assert_eq!(lines(&world.path("out.failures")).len(), 1);
}

#[test]
fn an_existing_file_is_only_replaced_with_force() {
    let world = World::new();
    let list = world.list(ids(2));
    fs::write(world.path("out"), "my diary\n").expect("it can be written");
    let rejected = world.run(&export(&["--from", &list, "--to", "out"]));
    assert_eq!(rejected.code, Some(2));
    let foreign = world.run(&export(&["--from", &list, "--to", "out", "--resume"]));
    assert_eq!(foreign.code, Some(2));
    assert_eq!(fs::read_to_string(world.path("out")).expect("it is there"), "my diary\n");
    assert_eq!(world.run(&export(&["--from", &list, "--to", "out", "--force"])).code, Some(0));
    assert_eq!(lines(&world.path("out")).len(), 2);
}

#[test]
fn a_closed_pipe_ends_the_export_quietly() {
    let world = World::of(Behaviour { customers: 2000, ..Behaviour::default() });
    let list = world.list(ids(2000));
    let mut child = world.command(&export(&["--from", &list])).spawn().expect("the binary runs");
    let mut first = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut first).expect("a line");
    assert!(first.contains("customerTenantId"));
    let outcome = ended(child);
    assert_eq!((outcome.code, &*outcome.err), (Some(0), ""));
    assert!(world.service.request_count() < 2000);
}

#[test]
fn a_failed_sign_in_ends_the_run_and_is_no_customers_failure() {
    let world = World::signed_out(partner_center_mock::token_endpoint::TokenEndpoint::builder());
    world.entra.respond_always(partner_center_mock::token_endpoint::OAuthError::mfa_required());
    let list = world.list(ids(10));
    let mut command = world.command(&export(&["--from", &list, "--to", "out"]));
    let outcome = ended(command.env("PARTNER_CENTER_REFRESH_TOKEN", "r").spawn().expect("the binary runs"));
    assert_eq!(outcome.code, Some(3), "{}", outcome.err);
    assert_eq!(lines(&world.path("out.failures")).len(), 0);
    assert!(outcome.err.contains("run the same command with --resume"), "{}", outcome.err);
}

#[test]
fn the_format_follows_the_file_extension_unless_set() {
    let world = World::new();
    let list = world.list(ids(3));
    for (file, format, start) in [
        ("all.csv", None, "\"customerTenantId\","),
        ("all.NDJSON", None, "{\"customerTenantId\":"),
        ("all.json", None, "[\n{\"customerTenantId\":"),
        ("all.jsonl", None, "{\"customerTenantId\":"),
        ("all", None, "{\"customerTenantId\":"),
        ("all.xlsx", Some("csv"), "\"customerTenantId\","),
        ("other.csv", Some("ndjson"), "{\"customerTenantId\":"),
    ] {
        let format = format.map(|format| ["--format", format]).into_iter().flatten();
        let arguments: Vec<&str> = ["--from", &list, "--to", file].into_iter().chain(format).collect();
        assert_eq!(world.run(&export(&arguments)).code, Some(0));
        assert!(fs::read_to_string(world.path(file)).is_ok_and(|text| text.starts_with(start)), "{file}");
    }
}

#[test]
fn what_the_format_would_ignore_is_rejected_and_nothing_is_sent() {
    let world = World::new();
    let list = world.list(ids(1));
    for (arguments, error) in [
        (&["export", "--to", "all.xlsx"][..], "cannot tell the format from the extension of all.xlsx"),
        (&["export", "--to", "all.csv.gz"], "cannot tell the format from the extension of all.csv.gz"),
        (&["export", "--to", "all.tsv", "--excel"], "cannot tell the format from the extension of all.tsv"),
        (&["export", "--to", "all.json", "--excel"], "--excel needs CSV"),
        (&["export", "--to", "all.ndjson", "--excel"], "--excel needs CSV"),
        (&["export", "--to", "all.csv", "--excel", "--format", "json"], "--excel needs CSV"),
        (&["export", "--to", "all.ndjson", "--columns", "city"], "--columns needs a table or CSV"),
        (&["export", "--columns", "city", "--format", "ndjson"], "--columns needs a table or CSV"),
        (&["get", "--columns", "city", "--format", "json"], "--columns needs a table or CSV"),
        (&["get", "--columns", "city", "--format", "raw"], "--columns needs a table or CSV"),
        (&["get", "--excel", "--format", "ndjson"], "--excel needs CSV"),
    ] {
        let outcome = world.run(&[&["organization"], arguments, &["--from", &list]].concat());
        assert_eq!((outcome.code, &*outcome.out), (Some(2), ""), "{arguments:?}");
        assert!(outcome.err.starts_with(&format!("error: {error}\n  help: ")), "{arguments:?}: {}", outcome.err);
    }
    assert_eq!(world.service.request_count(), 0);
    assert!(!world.path("all.xlsx").exists());
}

#[test]
fn columns_select_csv_where_no_format_is_given() {
    let world = World::new();
    let list = world.list(ids(1));
    for command in ["get", "export"] {
        let outcome = world.run(&["organization", command, "--from", &list, "--columns", "city"]);
        assert_eq!(outcome.out, format!("\"customerTenantId\",\"city\"\n\"{}\",\"Leeds\"\n", id(0)), "{command}");
    }
}

#[test]
fn an_array_is_valid_and_can_be_resumed() {
    let world = World::new();
    for count in [0, 2, 5] {
        let list = world.list(ids(count).chain([UNKNOWN.to_owned()]));
        let outcome = world.run(&export(&["--from", &list, "--to", "all.json", "--resume"]));
        assert_eq!(outcome.code, Some(if count == 0 { 5 } else { 1 }), "{}", outcome.err);
        let text = fs::read(world.path("all.json")).expect("it is there");
        let array: Vec<serde_json::Value> = serde_json::from_slice(&text).expect("an array");
        assert_eq!(array.len() as u64, count);
    }
    assert_eq!(lines(&world.path("all.json.failures")).len(), 1);
}

#[test]
fn excel_gets_utf_16_with_tabs_that_can_be_resumed() {
    let world = World::new();
    for count in [4, 10] {
        let list = world.list(ids(count).chain([UNKNOWN.to_owned()]));
        let outcome = world.run(&export(&["--from", &list, "--to", "all.csv", "--excel", "--resume"]));
        assert_eq!(outcome.code, Some(1), "{}", outcome.err);
    }
    for (file, count) in [("all.csv", 11), ("all.csv.failures", 2)] {
        let bytes = fs::read(world.path(file)).expect("it is there");
        assert_eq!(bytes[..2], [0xff, 0xfe]);
        let units: Vec<u16> = bytes.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        let text = String::from_utf16(&units).expect("UTF-16");
        assert!(text.starts_with("\u{feff}\"customerTenantId\"\t\""), "{text}");
        assert_eq!(text.lines().count(), count, "{text}");
    }
}

#[test]
fn every_export_file_can_be_read_as_a_list() {
    let world = World::new();
    let list = world.list(ids(3).chain([UNKNOWN.to_owned()]));
    for (file, more) in [("a.ndjson", None), ("a.json", None), ("a.csv", None), ("b.csv", Some("--excel"))] {
        let arguments: Vec<&str> = ["--from", &list, "--to", file].into_iter().chain(more).collect();
        world.run(&export(&arguments));
        for (list, count) in [(file.to_owned(), 3), (format!("{file}.failures"), 1)] {
            let outcome = world.run(&["organization", "get", "--from", &list, "--format", "ndjson"]);
            let named = outcome.out.lines().count() + outcome.err.matches("error: ").count();
            assert_eq!((named, outcome.err.contains("warning")), (count, false), "{list}: {}", outcome.err);
        }
    }
}

#[test]
fn ordered_keeps_the_order_of_the_list() {
    let world = World::of(Behaviour { customers: 60, faults: true, ..Behaviour::default() });
    let list = world.list((0..50).rev().filter(|number| *number != 17).map(id));
    world.run(&export(&["--from", &list, "--to", "all.csv", "--ordered", "--columns", "city"]));
    let written = lines(&world.path("all.csv"));
    let customers: Vec<&str> = written[1..].iter().filter_map(|line| line.split('"').nth(1)).collect();
    assert_eq!(customers.join("\n") + "\n", fs::read_to_string(world.path(&list)).expect("the list"));
}

#[test]
fn a_run_ends_after_its_time_limit_and_can_be_resumed() {
    let world = World::of(Behaviour { customers: 60, latency: Duration::from_millis(300), ..Behaviour::default() });
    let list = world.list(ids(60));
    let arguments = export(&["--from", &list, "--to", "out", "--resume", "--concurrency", "4"]);
    let outcome = world.run(&[&arguments[..], &["--max-time", "1s"]].concat());
    assert_eq!(outcome.code, Some(6), "{}", outcome.err);
    assert!(outcome.err.contains(" not fetched.\nTo continue, run the same command with --resume."), "{}", outcome.err);
    let done = lines(&world.path("out")).len();
    assert!(done > 0 && done < 60, "{done}");
    assert_eq!(world.run(&arguments).code, Some(0));
    assert_eq!((lines(&world.path("out")).len(), world.service.request_count()), (60, 60));
}

#[test]
fn quiet_prints_nothing() {
    let world = World::new();
    let list = world.list([id(0), UNKNOWN.to_owned()]);
    let outcome = world.run(&export(&["--from", &list, "--to", "out", "--quiet"]));
    assert_eq!((outcome.code, &*outcome.out, &*outcome.err), (Some(1), "", ""));
}
