//! `organization get`: formats, exit codes, errors.

use std::time::{Duration, Instant};

use partner_center_mock::MockResponse;
use partner_center_mock::examples::get_customer_organization as examples;
use partner_center_mock::faults::FaultResponse;
use partner_center_mock::serve::RateLimit;
use partner_center_mock::token_endpoint::TokenEndpoint;
use serde_json::json;

use crate::golden;
use crate::support::{Behaviour, CORRELATION_ID, Outcome, UNKNOWN, World, id};

fn get(world: &World, arguments: &[&str]) -> Outcome {
    world.run(&[&["organization", "get", "--correlation-id", CORRELATION_ID], arguments].concat())
}

#[test]
fn one_customer_in_every_format() {
    let world = World::new();
    for format in ["table", "json", "ndjson", "csv", "raw"] {
        let outcome = get(&world, &[&id(3), "--output", format]);
        assert_eq!((outcome.code, &*outcome.err), (Some(0), ""));
        golden::check(&format!("get-one.{format}"), &outcome.out);
    }
}

#[test]
fn several_customers_in_every_format_and_in_order() {
    let world = World::new();
    for format in ["table", "json", "ndjson", "csv", "raw"] {
        let outcome = get(&world, &[&id(4), &id(1), "--output", format]);
        assert_eq!((outcome.code, &*outcome.err), (Some(0), ""));
        golden::check(&format!("get-several.{format}"), &outcome.out);
    }
}

#[test]
fn csv_has_a_column_for_every_field_of_the_contract() {
    let contract = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi/partner-center.yaml");
    let contract = std::fs::read_to_string(contract).expect("the contract is there");
    let schema = contract.lines().skip_while(|line| *line != "    Organization:").skip(1);
    let schema = schema.take_while(|line| line.is_empty() || line.starts_with("      "));
    // A property is indented by eight spaces.
    let fields = schema.filter_map(|line| line.strip_prefix("        ")?.strip_suffix(':'));
    let fields: Vec<&str> = fields.filter(|field| field.chars().all(char::is_alphanumeric)).collect();
    assert!(fields.contains(&"city"), "{fields:?}");
    let world = World::new();
    let header = get(&world, &[&id(3), "--format", "csv"]).out.lines().next().map(str::to_owned).expect("a header");
    for field in fields {
        assert!(header.contains(&format!("\"{field}\"")), "add `{field}` to src/arguments/columns.rs: {header}");
    }
}

#[test]
fn a_pipe_gets_json() {
    let world = World::new();
    assert_eq!(get(&world, &[&id(3)]).out, get(&world, &[&id(3), "--output", "json"]).out);
}

#[test]
fn a_table_in_a_pipe_has_a_line_per_customer_however_long() {
    let world = World::new();
    let long = "a field of two hundred characters ".repeat(6);
    let service = world.serving(move || MockResponse::json(200, &json!([{ "displayName": long, "street": long }])));
    let table = get(&world, &["--base-url", &service.url(), &id(0), &id(1), "--format", "table"]).out;
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 3, "{table}");
    assert!(lines[0].starts_with("Customer ") && lines[0].ends_with("Technical contacts"), "all columns: {table}");
    assert!(lines[1].starts_with(&id(0)) && lines[2].starts_with(&id(1)), "{table}");
}

#[test]
fn the_exit_code_says_whether_all_some_or_none_succeeded() {
    let world = World::of(Behaviour { customers: 60, faults: true, ..Behaviour::default() });
    let code = |arguments: &[&str]| get(&world, arguments).code;
    assert_eq!(code(&[&id(0), &id(1)]), Some(0));
    assert_eq!(code(&[&id(0), UNKNOWN]), Some(1));
    assert_eq!(code(&[UNKNOWN]), Some(5));
    assert_eq!(code(&[&id(17), &id(58)]), Some(4));
    assert_eq!(code(&["no-guid"]), Some(2));
}

#[test]
fn a_failure_shows_help_and_the_correlation_id() {
    let world = World::new();
    let outcome = get(&world, &[UNKNOWN, &id(0)]);
    assert!(outcome.out.contains(&id(0)));
    golden::check("get-failure.stderr", &outcome.err);
}

#[test]
fn without_a_sign_in_the_help_names_login() {
    let world = World::signed_out(TokenEndpoint::builder());
    let outcome = get(&world, &[&id(0)]);
    assert_eq!((outcome.code, &*outcome.out), (Some(3), ""));
    assert!(outcome.err.contains("partner-center login"), "{}", outcome.err);
}

#[test]
fn an_unreachable_service_is_unavailable() {
    let world = World::new();
    let outcome = get(&world, &[&id(0), "--base-url", "http://127.0.0.1:1", "--timeout", "1"]);
    assert_eq!(outcome.code, Some(6), "{}", outcome.err);
}

#[test]
fn a_failure_of_every_call_keeps_what_was_fetched() {
    let world = World::new();
    let service = world.denying_after(2);
    let numbers: Vec<String> = (0..100).map(id).collect();
    let ids: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let some = get(&world, &[&["--base-url", &service.url(), "--output", "raw"], &ids[..]].concat());
    assert_eq!(some.code, Some(1), "{}", some.err);
    assert_eq!(some.out.matches("displayName").count(), 2);
    assert_eq!(some.err.matches("error: ").count(), 1, "{}", some.err);
    assert!(some.err.contains("customers not fetched: "), "{}", some.err);
    let none = get(&world, &["--base-url", &world.denying_after(0).url(), ids[0], ids[1]]);
    assert_eq!((none.code, &*none.out), (Some(3), ""), "{}", none.err);
}

#[test]
fn a_response_cannot_change_the_customer_id() {
    let world = World::new();
    let service = world.serving(|| {
        MockResponse::json(200, &json!([{ "displayName": "Contoso", "customerTenantId": UNKNOWN, "kind": "new" }]))
    });
    let arguments = ["--base-url", &service.url()];
    let shown = get(&world, &[&arguments[..], &[&id(0), "--output", "json"]].concat());
    let record: serde_json::Value = serde_json::from_str(&shown.out).expect("JSON");
    assert_eq!((record["customerTenantId"].as_str(), record["kind"].as_str()), (Some(&*id(0)), Some("new")));
    assert!(shown.out.trim_start_matches(['{', '\n', ' ']).starts_with("\"customerTenantId\""), "{}", shown.out);

    // Nor the customer ids that an export resumes with.
    let list = world.list([id(0), id(1)]);
    let export = [&["organization", "export", "--from", &list, "--to", "out"], &arguments[..]].concat();
    assert_eq!(world.run(&export).code, Some(0));
    assert_eq!(world.run(&[&export[..], &["--resume"]].concat()).code, Some(0));
    assert_eq!(service.requests().len(), 3);
}

#[test]
fn help_names_options_of_the_command_and_not_of_the_sdk() {
    let world = World::new();
    for (status, body, help) in [
        (401, json!({}), "Set a new value in PARTNER_CENTER_ACCESS_TOKEN."),
        (200, json!([]), "Check --base-url"),
        (302, json!({}), "Check --base-url"),
        (418, json!({}), "Check --base-url"),
    ] {
        let service = world.serving(move || MockResponse::json(status, &body));
        let outcome = get(&world, &["--base-url", &service.url(), &id(0)]);
        assert!(outcome.err.contains(&format!("help: {help}")), "{status}: {}", outcome.err);
        for sdk_term in ["`organizations()`", "retry_after", "store the", "client"] {
            assert!(!outcome.err.contains(sdk_term), "{status}: {}", outcome.err);
        }
    }
}

#[test]
fn a_throttling_service_is_unavailable_within_the_timeout() {
    let limit = Some(RateLimit::new(1, Duration::from_secs(7200)));
    let world = World::of(Behaviour { customers: 10, limit, ..Behaviour::default() });
    assert_eq!(get(&world, &[&id(0)]).code, Some(0));
    let began = Instant::now();
    let outcome = get(&world, &[&id(0)]);
    assert_eq!(outcome.code, Some(6), "{}", outcome.err);
    let service = world.serving(|| MockResponse::new(429).header("Retry-After", "1"));
    let outcome = get(&world, &["--base-url", &service.url(), "--timeout", "2", &id(0)]);
    assert_eq!(outcome.code, Some(6), "{}", outcome.err);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[test]
fn a_delay_longer_than_the_timeout_is_not_announced() {
    let world = World::new();
    let service = world.serving(|| MockResponse::new(429).header("Retry-After", "3600"));
    for _ in 0..4 {
        let outcome = get(&world, &["--base-url", &service.url(), &id(0), &id(1)]);
        assert_eq!(outcome.code, Some(6), "{}", outcome.err);
        assert!(!outcome.err.contains("retrying at"), "{}", outcome.err);
    }
}

#[test]
fn a_throttled_token_endpoint_is_named_within_the_timeout() {
    let world = World::signed_out(TokenEndpoint::builder());
    world.entra.respond_always(FaultResponse::respond(MockResponse::new(429).header("Retry-After", "3")));
    let run = |arguments: &[&str]| -> Outcome {
        let mut command = world.command(arguments);
        command.env("PARTNER_CENTER_REFRESH_TOKEN", "a-refresh-token").output().expect("it runs").into()
    };
    let began = Instant::now();
    for command in [&["organization", "get", &id(0)][..], &["customer", "list"], &["doctor"]] {
        let outcome = run(&[command, &["--timeout", "5"]].concat());
        let text = outcome.out + &outcome.err;
        assert_eq!(outcome.code, Some(6), "{text}");
        for said in
            ["throttled by the service, retrying at ", "too many requests", "retry after 3 s", "after that delay"]
        {
            assert_eq!(text.matches(said).count(), 1, "{said}: {text}");
        }
    }
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
}

#[test]
fn throttling_is_shown_while_it_lasts() {
    let world = World::new();
    let mut is_first = true;
    let service = world.serving(move || match std::mem::take(&mut is_first) {
        true => MockResponse::new(429).header("Retry-After", "3"),
        false => examples::CONTOSO.into(),
    });
    let outcome = get(&world, &["--base-url", &service.url(), &id(0)]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    assert!(outcome.err.starts_with("throttled by the service, retrying at "), "{}", outcome.err);
    assert_eq!(outcome.err.lines().count(), 1, "{}", outcome.err);
}

#[test]
fn customers_come_from_a_list_in_its_order() {
    let world = World::new();
    let list = format!("CommerceId,CustomerId\n{UNKNOWN},{}\n{UNKNOWN},{}\n", id(4), id(1));
    std::fs::write(world.path("list.csv"), &list).expect("it can be written");
    let from_file = get(&world, &["--from", "list.csv", "--format", "csv"]);
    assert_eq!((from_file.code, &*from_file.err), (Some(0), ""));
    golden::check("get-several.csv", &from_file.out);
    let arguments = ["organization", "get", "--from", "-", "--column", "CustomerId", "-o", "csv"];
    assert_eq!(world.run_with_input(&arguments, list.as_bytes()).out, from_file.out);
    let wrong = get(&world, &["--from", "list.csv", "--column", "Reseller"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.err.contains("the list list.csv has no column Reseller"), "{}", wrong.err);
}

#[test]
fn an_invalid_argument_says_what_is_expected() {
    let world = World::new();
    for (arguments, expected) in [
        (&["organization", "get", "contoso.com"][..], "not a tenant id: expected a GUID such as "),
        (&["customer", "domains", "Contoso"], "not a tenant id: expected a GUID such as "),
        (&["doctor", "contoso.com"], "not a tenant id: expected a GUID such as "),
        (&["status", "--correlation-id", "foo"], "expected a GUID such as "),
        (&["status", "--timeout", "abc"], "expected a time such as 90s"),
        (&["status", "--timeout", "99999999999"], "expected a time such as 90s"),
        (&["login", "--max-time", "soon"], "expected a time such as 90s"),
        (&["organization", "export", "--max-time", "0s"], "expected a time such as 90s"),
        (
            &["status", "--base-url", "foo"],
            "the base-url (flag --base-url) is not an absolute URL (expected https://HOST",
        ),
        (&["organization", "get"], "<CUSTOMER_TENANT_ID|--from <FILE>>"),
        (&["organization", "get", UNKNOWN, "--from", "ids.txt"], "cannot be used with"),
        (&["organization", "get", UNKNOWN, "--column", "Id"], "cannot be used with '--column <NAME>'"),
    ] {
        let outcome = world.run(arguments);
        assert_eq!(outcome.code, Some(2), "{arguments:?}");
        assert!(outcome.err.contains(expected), "{arguments:?}: {}", outcome.err);
    }
}

#[test]
fn the_selected_columns_are_shown() {
    let world = World::new();
    let outcome = get(&world, &[&id(3), "--format", "csv", "--columns", "city,displayName"]);
    assert_eq!(outcome.out.lines().next(), Some("\"customerTenantId\",\"city\",\"displayName\""));
    assert!(outcome.out.contains("\"São Paulo\",\"Dogwood Airlines\"\n"), "{}", outcome.out);
    let table = get(&world, &[&id(3), "--format", "table", "--columns", "city"]);
    assert!(table.out.contains("City") && !table.out.contains("Name"), "{}", table.out);
}

#[test]
fn no_cell_of_csv_is_a_formula_or_breaks_its_line() {
    let world = World::new();
    let csv = |fields: serde_json::Value| {
        let service = world.serving(move || MockResponse::json(200, &json!([fields])));
        let arguments =
            ["--base-url", &service.url(), &id(0), "--format", "csv", "--columns", "displayName,city,state,street"];
        get(&world, &arguments).out.split_once('\n').map(|(_, row)| row.to_owned()).unwrap_or_default()
    };
    for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\u{ff1d}1", "\u{a0}=1"] {
        let row = csv(json!({ "displayName": cell }));
        assert!(row.contains(",\"'"), "{cell:?}: {row}");
    }
    let fields = json!({ "displayName": "a\nb", "city": "c\r\n", "state": "\"d\"", "street": "1 Way,f;g\th" });
    assert_eq!(csv(fields), format!("\"{}\",\"a b\",\"c  \",\"\"\"d\"\"\",\"1 Way,f;g h\"\n", id(0)));
}

#[test]
fn terminal_control_characters_are_escaped_or_replaced() {
    let world = World::new();
    let service =
        world.serving(|| MockResponse::json(200, &json!([{ "displayName": "a\u{9b}31m\u{202e}b\u{7f}\u{61c}" }])));
    for format in ["json", "ndjson"] {
        let shown = get(&world, &["--base-url", &service.url(), &id(0), "--format", format]).out;
        assert!(shown.contains(r"a\u009b31m\u202eb\u007f\u061c"), "{shown}");
    }
    let table = get(&world, &["--base-url", &service.url(), &id(0), "--format", "table"]).out;
    assert!(table.contains("a\u{fffd}31m\u{fffd}b\u{fffd}\u{fffd}"), "{table}");
}

#[cfg(unix)]
#[test]
fn a_signal_shows_what_was_fetched() {
    use crate::support::{ended, send_signal};

    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let world = World::new();
        let mut served = 0;
        let service = world.serving_with(move |_| {
            served += 1;
            if served == 1 {
                FaultResponse::respond(examples::CONTOSO)
            } else {
                FaultResponse::wait(Duration::from_secs(60))
            }
        });
        let arguments = ["organization", "get", "--base-url", &service.url(), &id(0), &id(1)];
        let child = world.command(&arguments).spawn().expect("the binary runs");
        while service.requests().len() < 2 {
            std::thread::sleep(Duration::from_millis(10));
        }
        std::thread::sleep(Duration::from_millis(300));
        send_signal(&child, signal);
        let outcome = ended(child);
        assert_eq!((outcome.code, outcome.out.matches("displayName").count()), (Some(code), 1), "{}", outcome.err);
        assert!(outcome.err.contains("customers not fetched: 1 of 2\n"), "{}", outcome.err);
    }
}

#[cfg(unix)]
#[test]
fn a_command_under_nohup_goes_on_after_a_hang_up() {
    use crate::support::{BINARY, ended, send_signal};

    let world = World::new();
    let mut is_first = true;
    let service = world.serving_with(move |_| match std::mem::take(&mut is_first) {
        true => FaultResponse::respond(MockResponse::new(429).header("Retry-After", "1")),
        false => FaultResponse::respond(examples::CONTOSO),
    });
    let mut command = std::process::Command::new("/bin/sh");
    command.args(["-c", "trap '' HUP; exec \"$@\"", "sh", BINARY, "organization", "get", &id(0)]);
    command.args(["--base-url", &service.url()]).env_clear().envs(world.environment());
    let child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn();
    let child = child.expect("the shell runs");
    while service.requests().is_empty() {
        std::thread::sleep(Duration::from_millis(10));
    }
    send_signal(&child, "HUP");
    let outcome = ended(child);
    assert_eq!((outcome.code, outcome.out.matches("displayName").count()), (Some(0), 1), "{}", outcome.err);
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_not_an_error() {
    use crate::support::BINARY;

    let world = World::new();
    let mut shell = std::process::Command::new("/bin/sh");
    shell.args(["-c", "{ \"$0\" organization get \"$@\"; echo $? >code; } | head -c 1", BINARY, &id(0), &id(1)]);
    shell.env_clear().envs(world.environment()).current_dir(world.folder.path());
    let outcome = Outcome::from(shell.env("PATH", "/usr/bin:/bin").output().expect("the shell runs"));
    assert_eq!((&*outcome.out, &*outcome.err), ("[", ""));
    assert_eq!(std::fs::read_to_string(world.path("code")).expect("a code"), "0\n");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_not_a_panic() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a device");
    let world = World::new();
    let mut command = world.command(&["organization", "get", &id(0)]);
    let outcome = Outcome::from(command.stdout(full).output().expect("the binary runs"));
    assert_eq!(outcome.code, Some(7));
    assert!(outcome.err.starts_with("error: standard output cannot be written"), "{}", outcome.err);
}

#[test]
fn the_trace_shows_the_attempt_and_no_secret() {
    let world = World::new();
    let outcome = get(&world, &[&id(0), "--verbose"]);
    assert!(outcome.err.contains("partner_center.attempt") && outcome.err.contains(CORRELATION_ID), "{}", outcome.err);
    assert!(!outcome.err.contains("a-secret-token"));
}
