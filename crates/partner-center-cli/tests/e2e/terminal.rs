//! The binary on a pseudo-terminal: tables, colors, the progress bar, Ctrl-C, forty columns.

use std::io::{Read, Write};
use std::time::Duration;

use partner_center_mock::MockResponse;
use partner_center_mock::serve::RateLimit;
use partner_center_mock::token_endpoint::TokenEndpoint;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use serde_json::json;

use crate::golden;
use crate::support::{BINARY, Behaviour, CORRELATION_ID, UNKNOWN, World, id, ids, lines};

/// Keys to type once the terminal shows a text.
struct Reaction {
    seen: &'static str,
    keys: &'static [u8],
}

/// Starts the binary on a terminal.
fn start(
    world: &World,
    columns: u16,
    arguments: &[&str],
    more: &[(&str, &str)],
) -> (Box<dyn MasterPty + Send>, Box<dyn Child + Send + Sync>) {
    let size = PtySize { rows: 40, cols: columns, ..PtySize::default() };
    let pair = native_pty_system().openpty(size).expect("a terminal");
    let mut command = CommandBuilder::new(BINARY);
    command.env_clear();
    command.env("TERM", "xterm-256color");
    for (name, value) in world.environment() {
        command.env(name, value);
    }
    for (name, value) in more {
        command.env(name, value);
    }
    command.cwd(world.folder.path());
    command.args(world.arguments(arguments));
    let child = pair.slave.spawn_command(command).expect("the binary runs");
    (pair.master, child)
}

/// Runs the binary on a terminal; returns its exit code and output.
fn on_terminal(
    world: &World,
    columns: u16,
    arguments: &[&str],
    more: &[(&str, &str)],
    reactions: impl IntoIterator<Item = Reaction>,
) -> (u32, String) {
    let (terminal, mut child) = start(world, columns, arguments, more);
    let mut keyboard = terminal.take_writer().expect("a keyboard");
    let mut screen = terminal.try_clone_reader().expect("a screen");
    let (mut shown, mut buffer, mut reactions) = (Vec::new(), [0; 4096], reactions.into_iter().peekable());
    // On Linux, reading fails once the program has ended.
    while let Ok(length @ 1..) = screen.read(&mut buffer) {
        shown.extend_from_slice(&buffer[..length]);
        let text = String::from_utf8_lossy(&shown);
        if let Some(Reaction { keys, .. }) = reactions.next_if(|reaction| text.contains(reaction.seen)) {
            // A prompt is shown shortly before echo is turned off.
            std::thread::sleep(Duration::from_millis(100));
            keyboard.write_all(keys).expect("it is read");
        }
    }
    let status = child.wait().expect("it ends");
    let text = String::from_utf8_lossy(&shown).replace("\r\n", "\n");
    assert!(!text.contains("panicked"), "{text}");
    (status.exit_code(), text)
}

#[test]
fn the_table_is_as_wide_as_the_terminal() {
    let world = World::new();
    for columns in [64, 80, 160] {
        let (code, shown) = on_terminal(&world, columns, &["org", "get", &id(1), &id(4)], &[], None);
        assert_eq!(code, 0);
        let widest = shown.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(columns.into()), "{widest:?} of {columns}");
        golden::check(&format!("terminal-{columns}.table"), &shown);
    }
}

#[test]
fn a_tenant_id_is_on_one_line_at_every_width() {
    let world = World::new();
    let long = "A name of an organization that is longer than most";
    let service = world.serving(move || MockResponse::json(200, &json!([{ "displayName": long, "city": long }])));
    for columns in [40, 80, 100, 120] {
        let arguments = ["org", "get", "--base-url", &service.url(), &id(1), &id(4)];
        let (_, shown) = on_terminal(&world, columns, &arguments, &[], None);
        assert!(shown.contains(&id(1)) && shown.contains(&id(4)), "{columns}: {shown}");
        let widest = shown.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(columns.max(64).into()), "{widest:?} of {columns}: {shown}");
        let (_, shown) = on_terminal(&world, columns, &arguments[..5], &[], None);
        assert!(shown.contains(&id(1)), "{columns}: {shown}");
    }
}

#[test]
fn machine_readable_formats_are_the_same_on_a_terminal() {
    let world = World::new();
    for format in ["json", "ndjson", "csv", "raw"] {
        let arguments = ["org", "get", &id(4), &id(1), "--output", format];
        let (code, shown) = on_terminal(&world, 40, &arguments, &[], None);
        assert_eq!(code, 0);
        golden::check(&format!("get-several.{format}"), &shown);
    }
}

#[test]
fn reports_fit_forty_columns() {
    let world = World::signed_out(TokenEndpoint::builder());
    assert_eq!(world.run(&["login", "--device-code"]).code, Some(0));
    for command in ["config", "status"] {
        let (code, shown) = on_terminal(&world, 40, &[command], &[], None);
        assert_eq!(code, 0, "{shown}");
        assert!(shown.lines().all(|line| line.chars().count() <= 40), "{shown}");
        assert!(shown.contains("tenant"), "{shown}");
    }
    // The lines of checks are wrapped by the terminal.
    let (code, shown) = on_terminal(&world, 40, &["doctor"], &[], None);
    assert_eq!((code, shown.matches('✓').count()), (0, 11), "{shown}");
}

#[test]
fn the_help_of_every_command_is_the_same_on_a_terminal() {
    let world = World::new();
    for command in crate::documents::COMMANDS {
        let (code, shown) = on_terminal(&world, 100, &[command, &["--help"]].concat(), &[("NO_COLOR", "1")], None);
        assert_eq!(code, 0);
        golden::check(&format!("{}.txt", [&["help"], command].concat().join("-")), &shown);
    }
}

#[test]
fn the_help_fits_forty_columns() {
    let (code, shown) =
        on_terminal(&World::new(), 40, &["organization", "get", "--help"], &["TERM"].map(|name| (name, "dumb")), None);
    assert_eq!(code, 0);
    golden::check("terminal-40-help.txt", &shown);
}

#[test]
fn colors_can_be_turned_off() {
    let world = World::new();
    let colored = |arguments: &[&str], more: &[(&str, &str)]| {
        let arguments = [&["org", "get", UNKNOWN, "--correlation-id", CORRELATION_ID], arguments].concat();
        on_terminal(&world, 80, &arguments, more, None).1.contains('\u{1b}')
    };
    assert!(colored(&[], &[]));
    assert!(!colored(&["--no-color"], &[]));
    assert!(!colored(&[], &[("NO_COLOR", "1")]));
}

#[test]
fn the_colors_of_the_progress_bar_can_be_turned_off() {
    let green = |arguments: &[&str], more: &[(&str, &str)]| {
        let world = World::of(Behaviour { customers: 60, latency: Duration::from_millis(200), ..Behaviour::default() });
        let list = world.list(ids(60));
        let arguments = [&["org", "export", "--from", &list, "--to", "out"], arguments].concat();
        let (code, shown) = on_terminal(&world, 100, &arguments, more, None);
        assert!(code == 0 && shown.contains("/60"), "{shown}");
        shown.contains("\u{1b}[32m")
    };
    assert!(green(&[], &[]));
    assert!(!green(&["--no-color"], &[]));
    assert!(!green(&[], &[("NO_COLOR", "1")]));
}

#[test]
fn failures_are_counted_while_the_run_is_throttled() {
    let limit = Some(RateLimit::new(80, Duration::from_secs(1)));
    let world = World::of(Behaviour { customers: 120, limit, ..Behaviour::default() });
    let list = world.list(std::iter::once(UNKNOWN.to_owned()).chain(ids(120)));
    let (code, shown) = on_terminal(&world, 72, &["org", "export", "--from", &list, "--to", "out"], &[], None);
    assert_eq!(code, 1, "{shown}");
    let waiting = shown.split(['\n', '\r', '\u{1b}']).find_map(|line| Some(&line[line.find("throttled,")?..]));
    assert!(waiting.is_some_and(|waiting| waiting.contains(" s)")), "the line is whole: {shown}");
    let (before, _) = shown.split_once("throttled,").expect("it waits");
    assert!(before.trim_end().ends_with("1 failed"), "{before:?}");
}

#[test]
fn ctrl_c_ends_a_throttled_export_at_once() {
    let limit = Some(RateLimit::new(80, Duration::from_secs(300)));
    let world = World::of(Behaviour { customers: 120, limit, ..Behaviour::default() });
    let list = world.list(ids(120));
    let arguments = ["org", "export", "--from", &list, "--to", "out"];
    let stop = Some(Reaction { seen: "throttled,", keys: b"\x03" });
    let began = std::time::Instant::now();
    let (code, shown) = on_terminal(&world, 100, &arguments, &[], stop);
    assert_eq!(code, 130, "{shown}");
    assert!(shown.contains("run the same command with --resume") && shown.contains("not fetched"), "{shown}");
    assert!(began.elapsed() < Duration::from_secs(20));
    assert!(lines(&world.path("out")).len() <= 80);
}

/// The progress bar of a throttled export.
fn throttled_export(columns: u16) -> String {
    let limit = Some(RateLimit::new(80, Duration::from_secs(1)));
    let world = World::of(Behaviour { customers: 120, limit, ..Behaviour::default() });
    let list = world.list(ids(120));
    let (code, shown) = on_terminal(&world, columns, &["org", "export", "--from", &list, "--to", "out"], &[], None);
    assert_eq!(code, 0, "{shown}");
    assert!(shown.trim_end().ends_with("120 organizations, 0 failed."), "{shown}");
    shown
}

#[test]
fn the_progress_bar_shows_when_a_throttled_run_continues() {
    let shown = throttled_export(100);
    for expected in ["/120", "/s", " left", "0 failed", "throttled, retrying at "] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
}

#[test]
fn the_progress_bar_fits_forty_columns() {
    let shown = throttled_export(40);
    let waiting = shown.split(['\n', '\r', '\u{1b}']).find_map(|line| Some(&line[line.find("throttled,")?..]));
    let waiting = waiting.expect("a throttled line").trim_end();
    assert!(waiting.chars().count() <= 40 && waiting.contains('Z'), "{waiting:?}");
}

#[test]
fn ctrl_c_completes_calls_in_flight_and_says_how_to_resume() {
    let world = World::of(Behaviour { customers: 400, latency: Duration::from_millis(50), ..Behaviour::default() });
    let list = world.list(ids(400));
    let arguments = ["org", "export", "--from", &list, "--to", "out"];
    let stop = Reaction { seen: "/400", keys: b"\x03" };
    let (code, shown) = on_terminal(&world, 100, &arguments, &[], Some(stop));
    assert_eq!(code, 130, "{shown}");
    assert!(shown.contains("To continue, run the same command with --resume."), "{shown}");
    let done = lines(&world.path("out")).len();
    assert!(done < 400);
    assert_eq!(world.service.request_count(), done, "every response is written");
    let (code, _) = on_terminal(&world, 100, &[&arguments[..], &["--resume"]].concat(), &[], None);
    assert_eq!((code, lines(&world.path("out")).len()), (0, 400));
    assert_eq!(world.service.request_count(), 400, "no customer was requested twice");
}

#[test]
fn a_secret_is_read_from_a_prompt_without_showing_it() {
    let world = World::new();
    let typed = Reaction { seen: "Client secret:", keys: b"typed-secret\n" };
    let (code, shown) = on_terminal(&world, 80, &["login", "--with-secret"], &[], Some(typed));
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains("typed-secret"), "{shown}");
}

#[test]
fn ctrl_c_at_the_prompt_cancels_the_sign_in() {
    let world = World::new();
    let stop = Reaction { seen: "Client secret:", keys: b"\x03" };
    let (code, shown) = on_terminal(&world, 80, &["login", "--with-secret"], &[], Some(stop));
    // If the signal killed it, it could not turn echo on again.
    assert_eq!(code, 130, "{shown}");
    assert!(!world.path("config/sign-ins/default.json").exists());
}

#[test]
fn a_signal_at_the_prompt_has_the_terminal_echo_again() {
    let world = World::new();
    for (signal, code) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        let (terminal, mut child) = start(&world, 80, &["login", "--with-secret"], &[]);
        let before = terminal.get_termios();
        let mut screen = terminal.try_clone_reader().expect("a screen");
        let (mut shown, mut buffer) = (Vec::new(), [0; 4096]);
        while !String::from_utf8_lossy(&shown).contains("Client secret:") {
            let length = screen.read(&mut buffer).expect("a prompt");
            shown.extend_from_slice(&buffer[..length]);
        }
        while terminal.get_termios() == before {
            std::thread::sleep(Duration::from_millis(10));
        }
        let process = child.process_id().expect("it runs").to_string();
        let sent = std::process::Command::new("kill").args([&format!("-{signal}"), &process]).status();
        assert!(sent.is_ok_and(|status| status.success()), "the signal is sent");
        assert_eq!(child.wait().expect("it ends").exit_code(), code, "{signal}");
        assert!(terminal.get_termios() == before, "{signal}");
    }
}

#[test]
fn csv_on_a_terminal_is_text_that_does_not_control_it() {
    let world = World::new();
    let service = world.serving(|| MockResponse::json(200, &json!([{ "displayName": "a\u{202e}b\u{61c}c" }])));
    let (customer, url) = (id(0), service.url());
    for option in [&["--format", "csv"][..], &["--excel"]] {
        let arguments = [&["org", "get", &customer, "--base-url", &url], option].concat();
        let (code, shown) = on_terminal(&world, 80, &arguments, &[], None);
        assert_eq!(code, 0, "{shown}");
        assert!(shown.starts_with("\"customerTenantId\"") && shown.contains("\"a\u{fffd}b\u{fffd}c\""), "{shown}");
    }
}

#[test]
fn a_list_typed_at_a_terminal_is_asked_for() {
    let world = World::new();
    let typed = Reaction { seen: "end it with Ctrl-D", keys: b"contoso\n\x04" };
    let (code, shown) = on_terminal(&world, 80, &["org", "get", "--from", "-"], &[], Some(typed));
    assert_eq!(code, 2, "{shown}");
    assert!(shown.starts_with("reading the list from standard input; end it with Ctrl-D\n"), "{shown}");
}
