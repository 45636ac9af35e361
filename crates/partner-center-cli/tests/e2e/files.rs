//! The files of an export: whose they are, which of them change, and what a stop leaves in them.

use std::fs;

use crate::support::{UNKNOWN, World, id, ids, lines};

const EXPORT: [&str; 2] = ["organization", "export"];

fn export<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&EXPORT, more].concat()
}

fn text(world: &World, name: &str) -> String {
    fs::read_to_string(world.path(name)).expect("it is there")
}

#[test]
fn nothing_but_force_changes_a_foreign_file() {
    let world = World::new();
    let list = world.list(ids(2));
    for (file, diary) in [("out", "my diary\nmore"), ("out", "my diary"), ("out.failures", "my diary")] {
        for name in ["out", "out.failures"] {
            let _ = fs::remove_file(world.path(name));
        }
        fs::write(world.path(file), diary).expect("it can be written");
        for format in ["ndjson", "csv"] {
            let arguments = ["--from", &list, "--to", "out", "--format", format];
            for more in [&["--resume"][..], &["--resume", "--retry-failed=all"], &[]] {
                let refused = world.run(&export(&[&arguments, more].concat()));
                assert_eq!((refused.code, text(&world, file).as_str()), (Some(2), diary), "{more:?} {}", refused.err);
            }
        }
    }
    assert_eq!(world.service.request_count(), 0);
}

#[test]
fn swapped_files_are_refused_and_stay() {
    let world = World::new();
    let list = world.list([id(0), UNKNOWN.to_owned()]);
    for format in ["ndjson", "csv"] {
        let failed = format!("{format}.failures");
        let arguments = ["--from", &list, "--format", format];
        world.run(&export(&[&arguments[..], &["--to", format]].concat()));
        let before = (text(&world, format), text(&world, &failed));
        for more in [&["--resume"][..], &["--resume", "--retry-failed=all"]] {
            let swapped = ["--to", &failed, "--failures", format];
            let outcome = world.run(&export(&[&arguments[..], &swapped, more].concat()));
            assert_eq!(outcome.code, Some(2), "{}", outcome.err);
            assert_eq!((text(&world, format), text(&world, &failed)), before);
        }
    }
}

#[test]
fn retrying_keeps_the_failures_of_customers_of_another_list() {
    let world = World::new();
    for format in ["ndjson", "csv"] {
        let arguments = ["--from", "customers.txt", "--to", format, "--format", format];
        let another = "11111111-2222-4333-8444-555555555555";
        world.list([UNKNOWN.to_owned(), another.to_owned(), id(0)]);
        world.run(&export(&arguments));
        let failures = format!("{format}.failures");
        let kept = lines(&world.path(&failures)).into_iter().find(|line| line.contains(UNKNOWN));
        world.list([another.to_owned(), id(0)]);
        world.run(&export(&[&arguments[..], &["--resume", "--retry-failed=all"]].concat()));
        let after = lines(&world.path(&failures));
        assert_eq!(after.len(), 2 + usize::from(format == "csv"), "{after:?}");
        assert!(kept.is_some_and(|kept| after.contains(&kept)), "{after:?}");
    }
}

#[test]
fn one_file_serves_once_and_keeps_its_content() {
    let world = World::new();
    let list = world.list(ids(2));
    fs::write(world.path("out"), "old").expect("it can be written");
    fs::hard_link(world.path("out"), world.path("link")).expect("a second name");
    let before = text(&world, &list);
    for arguments in [
        ["--from", "customers.txt", "--to", "./customers.txt", "--failures", "failed"],
        ["--from", "customers.txt", "--to", "fresh", "--failures", "customers.txt"],
        ["--from", "customers.txt", "--to", "out", "--failures", "link"],
        ["--from", "customers.txt", "--to", "new", "--failures", "./new"],
    ] {
        for more in ["--force", "--resume"] {
            let outcome = world.run(&export(&[&arguments[..], &[more]].concat()));
            assert_eq!(outcome.code, Some(2), "{arguments:?} {}", outcome.err);
            assert!(outcome.err.contains("is the file of"), "{}", outcome.err);
        }
    }
    assert_eq!((text(&world, &list), text(&world, "out")), (before, "old".to_owned()));
}

#[test]
fn force_empties_nothing_before_both_files_can_be_had() {
    let world = World::new();
    let list = world.list(ids(2));
    fs::write(world.path("out"), "old").expect("it can be written");
    let held = fs::OpenOptions::new().create(true).append(true).open(world.path("failed")).expect("a file");
    held.try_lock().expect("nobody else has it");
    for failures in ["nowhere/failed", "failed"] {
        let outcome = world.run(&export(&["--from", &list, "--to", "out", "--failures", failures, "--force"]));
        assert_eq!((outcome.code, text(&world, "out").as_str()), (Some(7), "old"), "{}", outcome.err);
    }
}

#[test]
fn where_everybody_failed_the_way_to_go_on_is_told_and_the_code_stays() {
    let world = World::new();
    let list = world.list([UNKNOWN.to_owned()]);
    for format in ["ndjson", "csv"] {
        for more in [&[][..], &["--resume"]] {
            let arguments = ["--from", &list, "--to", format, "--format", format];
            let outcome = world.run(&export(&[&arguments, more].concat()));
            assert_eq!(outcome.code, Some(5), "{}", outcome.err);
            assert!(outcome.err.contains("--resume --retry-failed"), "{}", outcome.err);
        }
    }
    assert_eq!(world.service.request_count(), 2);
}

#[test]
fn a_list_without_any_customer_is_an_error_and_leaves_an_earlier_export_alone() {
    let world = World::new();
    fs::write(world.path("out"), "earlier").expect("it can be written");
    for (list, why) in [
        ("", "is empty"),
        ("# nobody\n\n", "is empty"),
        ("Contoso\nFabrikam\n", "holds no tenant id"),
        ("customerTenantId\n", "holds no tenant id"),
    ] {
        let outcome = world.run_with_input(&export(&["--from", "-", "--to", "out", "--force"]), list.as_bytes());
        assert_eq!((outcome.code, text(&world, "out").as_str()), (Some(2), "earlier"), "{list:?} {}", outcome.err);
        assert!(outcome.err.contains(&format!("the list on standard input {why}")), "{}", outcome.err);
    }
}

#[test]
fn a_sign_in_that_cannot_be_reached_is_no_failure_of_a_customer() {
    let world = World::signed_out(partner_center_mock::token_endpoint::TokenEndpoint::builder());
    let list = world.list(ids(3));
    // Nobody is asked again after a second, and the sign-in is given up after two.
    for timeout in ["1", "30"] {
        let to = ["--authority", "http://127.0.0.1:1", "--timeout", timeout, "--resume"];
        let arguments = export(&[&["--from", &list, "--to", "out"][..], &to].concat());
        let output = world.command(&arguments).env("PARTNER_CENTER_REFRESH_TOKEN", "r").output().expect("it runs");
        assert_eq!(output.status.code(), Some(6));
        assert_eq!(lines(&world.path("out.failures")).len(), 0);
    }
}

#[cfg(unix)]
mod unix {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    use super::*;
    use crate::support::{BINARY, Behaviour, Outcome, ended, send_signal};

    #[test]
    fn a_device_keeps_nothing_and_gets_no_second_file() {
        let world = World::new();
        let list = world.list([id(0), UNKNOWN.to_owned()]);
        let outcome = world.run(&export(&["--from", &list, "--to", "/dev/null"]));
        assert_eq!(outcome.code, Some(1), "{}", outcome.err);
        assert!(outcome.err.contains(UNKNOWN) && !outcome.err.contains("--resume"), "{}", outcome.err);
        assert!(!std::path::Path::new("/dev/null.failures").exists());
        assert_eq!(world.run(&export(&["--from", &list, "--to", "/dev/null", "--resume"])).code, Some(2));
    }

    /// A pipe with a name, and the export that writes into it.
    fn into_a_pipe(world: &World, customers: u64) -> std::process::Child {
        assert!(Command::new("mkfifo").arg(world.path("pipe")).status().is_ok_and(|status| status.success()));
        let list = world.list(ids(customers));
        world.command(&export(&["--from", &list, "--to", "pipe"])).spawn().expect("the binary runs")
    }

    #[test]
    fn a_pipe_with_a_name_gets_everybody_and_the_export_ends() {
        let world = World::new();
        let child = into_a_pipe(&world, 10);
        let read = fs::read_to_string(world.path("pipe")).expect("it is read to its end");
        assert_eq!((read.lines().count(), ended(child).code), (10, Some(0)));
        assert!(!world.path("pipe.failures").exists());
    }

    #[test]
    fn ctrl_c_ends_an_export_into_a_pipe_that_nobody_reads() {
        let world = World::of(Behaviour { customers: 2000, ..Behaviour::default() });
        let child = into_a_pipe(&world, 2000);
        let _reader = fs::File::open(world.path("pipe")).expect("the export opens it");
        // A pipe is full after 64 KiB.
        while world.service.request_count() < 200 {
            std::thread::sleep(Duration::from_millis(10));
        }
        std::thread::sleep(Duration::from_millis(300));
        send_signal(&child, "INT");
        std::thread::sleep(Duration::from_millis(100));
        send_signal(&child, "INT");
        let began = Instant::now();
        let outcome = ended(child);
        assert_eq!(outcome.code, Some(130), "{}", outcome.err);
        assert!(began.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn a_signal_ends_the_wait_for_a_reader() {
        let world = World::new();
        let child = into_a_pipe(&world, 10);
        std::thread::sleep(Duration::from_millis(300));
        // A shell lets its background jobs ignore Ctrl-C, and so may whoever runs this test.
        send_signal(&child, "TERM");
        assert_eq!(ended(child).code, None, "by the signal itself");
    }

    #[test]
    fn a_line_torn_by_a_full_disk_is_cut_off_on_resuming() {
        for format in ["ndjson", "csv"] {
            let world = World::new();
            let list = world.list(ids(10));
            let arguments = export(&["--from", &list, "--to", "out", "--format", format]);
            // No file may grow beyond a block or two, whose size is the shell's own.
            let mut shell = Command::new("/bin/sh");
            shell.args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"", BINARY]);
            shell.args(&arguments).env_clear().envs(world.environment()).current_dir(world.folder.path());
            shell.stdin(Stdio::null());
            let outcome = Outcome::from(shell.output().expect("the shell runs"));
            assert_eq!(outcome.code, Some(7), "{}", outcome.err);
            assert!(outcome.err.contains("--resume"), "{}", outcome.err);
            assert!(!text(&world, "out").ends_with('\n'), "the last line is torn");
            let resumed = world.run(&[&arguments[..], &["--resume"]].concat());
            assert_eq!(resumed.code, Some(0), "{}", resumed.err);
            let all = lines(&world.path("out"));
            assert_eq!(all.len(), 10 + usize::from(format == "csv"));
            assert!(ids(10).all(|id| all.iter().filter(|line| line.contains(&id)).count() == 1), "each once");
        }
    }
}
