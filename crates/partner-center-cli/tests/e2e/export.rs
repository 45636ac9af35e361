//! `organization export`: files, failures, resuming, odd lists, odd outputs.

use std::fs;
use std::io::{BufRead, BufReader};

use crate::golden;
use crate::support::{Behaviour, UNKNOWN, World, ended, id, ids, lines};

const EXPORT: [&str; 2] = ["organization", "export"];

fn export<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&EXPORT, more].concat()
}

#[test]
fn both_formats_hold_every_customer_once() {
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
fn failures_go_to_a_second_file_with_everything_that_support_asks_for() {
    let world = World::new();
    let list = world.list([id(0), UNKNOWN.to_owned()]);
    for format in ["ndjson", "csv"] {
        let outcome = world.run(&export(&["--from", &list, "--to", format, "--format", format]));
        assert_eq!(outcome.code, Some(1));
        let failures = fs::read_to_string(world.path(&format!("{format}.failures"))).expect("the second file");
        for told in [UNKNOWN, "not-found", "60003", "404", "Check the tenant id"] {
            assert!(failures.contains(told), "{told}: {failures}");
        }
        let record = failures.lines().last().expect("a line");
        assert_eq!(record.matches('-').count() / 4, 4, "four ids: {record}");
    }
}

#[test]
fn odd_lines_are_told_with_their_number_and_do_not_stop_the_rest() {
    let world = World::new();
    let list = format!("\u{feff}Customer;Name\r\n\r\n# ours\r\n{{{}}};x\r\n", id(0).to_uppercase());
    let list = [list.as_bytes(), b"\xff\xfe\x80 no text\n\"", id(1).as_bytes(), b"\"\nno guid\n"].concat();
    let outcome = world.run_with_input(&export(&["--from", "-", "--to", "out"]), &list);
    assert_eq!(outcome.code, Some(1));
    assert_eq!(lines(&world.path("out")).len(), 2);
    golden::check("export-odd-lines.stderr", &outcome.err);
}

#[test]
fn resuming_asks_for_nobody_twice() {
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
fn a_file_that_exists_is_replaced_on_demand_alone() {
    let world = World::new();
    let list = world.list(ids(2));
    fs::write(world.path("out"), "my diary\n").expect("it can be written");
    let refused = world.run(&export(&["--from", &list, "--to", "out"]));
    assert_eq!(refused.code, Some(2));
    let foreign = world.run(&export(&["--from", &list, "--to", "out", "--resume"]));
    assert_eq!(foreign.code, Some(2));
    assert_eq!(fs::read_to_string(world.path("out")).expect("it is there"), "my diary\n");
    assert_eq!(world.run(&export(&["--from", &list, "--to", "out", "--force"])).code, Some(0));
    assert_eq!(lines(&world.path("out")).len(), 2);
}

#[test]
fn whoever_closes_the_pipe_ends_the_export_quietly() {
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
fn a_refused_sign_in_ends_the_run_and_is_no_failure_of_a_customer() {
    let world = World::signed_out(partner_center_mock::token_endpoint::TokenEndpoint::builder());
    world.entra.answer_always(partner_center_mock::token_endpoint::Refusal::mfa_required());
    let list = world.list(ids(10));
    let mut command = world.command(&export(&["--from", &list, "--to", "out"]));
    let outcome = ended(command.env("PARTNER_CENTER_REFRESH_TOKEN", "r").spawn().expect("the binary runs"));
    assert_eq!(outcome.code, Some(3), "{}", outcome.err);
    assert_eq!(lines(&world.path("out.failures")).len(), 0);
    assert!(outcome.err.contains("run the same command with --resume"), "{}", outcome.err);
}
