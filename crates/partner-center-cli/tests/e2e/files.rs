//! The files of an export: which are changed, and what an interruption leaves in them.

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
fn only_force_changes_a_file_of_other_origin() {
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
                let rejected = world.run(&export(&[&arguments, more].concat()));
                assert_eq!((rejected.code, text(&world, file).as_str()), (Some(2), diary), "{more:?} {}", rejected.err);
                let why = format!("error: {file} cannot be resumed: line 1 is not a line of this export\n");
                assert_eq!(rejected.err.starts_with(&why), !more.is_empty(), "{more:?} {}", rejected.err);
            }
        }
    }
    assert_eq!(world.service.request_count(), 0);
}

#[test]
fn swapped_files_are_rejected_and_unchanged() {
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
fn retrying_keeps_the_failures_of_another_list() {
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
fn the_same_file_cannot_be_used_twice_and_is_unchanged() {
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
            let outcome = world.run(&export(&[&arguments[..], &["--format", "ndjson", more]].concat()));
            assert_eq!(outcome.code, Some(2), "{arguments:?} {}", outcome.err);
            assert!(outcome.err.contains("are the same file"), "{}", outcome.err);
        }
    }
    assert_eq!((text(&world, &list), text(&world, "out")), (before, "old".to_owned()));
}

#[test]
fn force_empties_no_file_before_both_are_open() {
    let world = World::new();
    let list = world.list(ids(2));
    fs::write(world.path("out"), "old").expect("it can be written");
    let held = fs::OpenOptions::new().create(true).append(true).open(world.path("failed")).expect("a file");
    held.try_lock().expect("no other process has it");
    for failures in ["nowhere/failed", "failed"] {
        let outcome = world.run(&export(&["--from", &list, "--to", "out", "--failures", failures, "--force"]));
        assert_eq!((outcome.code, text(&world, "out").as_str()), (Some(7), "old"), "{}", outcome.err);
    }
}

#[test]
fn if_every_customer_failed_the_help_and_the_exit_code_say_so() {
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
fn an_empty_list_is_an_error_and_keeps_an_earlier_export() {
    let world = World::new();
    fs::write(world.path("out"), "earlier").expect("it can be written");
    for (list, why) in [
        ("", "is empty"),
        (" \n\n", "is empty"),
        ("# empty\n", "names no customer"),
        ("Contoso\nFabrikam\n", "names no customer"),
        ("customerTenantId\n", "has a header and no customers"),
    ] {
        let outcome = world.run_with_input(&export(&["--from", "-", "--to", "out", "--force"]), list.as_bytes());
        assert_eq!((outcome.code, text(&world, "out").as_str()), (Some(2), "earlier"), "{list:?} {}", outcome.err);
        assert!(outcome.err.contains(&format!("the list on standard input {why}")), "{}", outcome.err);
    }
}

#[test]
fn an_unreachable_sign_in_is_no_customers_failure() {
    let world = World::signed_out(partner_center_mock::token_endpoint::TokenEndpoint::builder());
    let list = world.list(ids(3));
    // Calls are not retried after one second, and the sign-in ends after two.
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
    fn retrying_changes_neither_permissions_nor_links_of_the_failures() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let world = World::new();
        let list = world.list([id(0), UNKNOWN.to_owned()]);
        fs::write(world.path("shared"), "").expect("a file");
        fs::set_permissions(world.path("shared"), fs::Permissions::from_mode(0o664)).expect("they can be set");
        symlink("shared", world.path("out.failures")).expect("a link");
        for more in [&[][..], &["--resume", "--retry-failed=all"]] {
            let outcome = world.run(&export(&[&["--from", &list, "--to", "out"][..], more].concat()));
            assert_eq!(outcome.code, Some(1), "{}", outcome.err);
        }
        assert_eq!(world.service.request_count(), 3);
        assert_eq!(lines(&world.path("shared")).len(), 1);
        let mode = fs::metadata(world.path("shared")).expect("a file").permissions().mode();
        assert_eq!((mode & 0o777, world.path("out.failures").is_symlink()), (0o664, true));
    }

    #[test]
    fn an_export_to_a_device_has_no_second_file() {
        let world = World::new();
        let list = world.list([id(0), UNKNOWN.to_owned()]);
        let outcome = world.run(&export(&["--from", &list, "--to", "/dev/null"]));
        assert_eq!(outcome.code, Some(1), "{}", outcome.err);
        assert!(outcome.err.contains(UNKNOWN) && !outcome.err.contains("--resume"), "{}", outcome.err);
        assert!(!std::path::Path::new("/dev/null.failures").exists());
        assert_eq!(world.run(&export(&["--from", &list, "--to", "/dev/null", "--resume"])).code, Some(2));
    }

    /// An export into a named pipe.
    fn export_into_a_pipe(world: &World, customers: u64) -> std::process::Child {
        assert!(Command::new("mkfifo").arg(world.path("pipe")).status().is_ok_and(|status| status.success()));
        let list = world.list(ids(customers));
        world.command(&export(&["--from", &list, "--to", "pipe"])).spawn().expect("the binary runs")
    }

    #[test]
    fn a_named_pipe_gets_every_customer_and_the_export_ends() {
        let world = World::new();
        let child = export_into_a_pipe(&world, 10);
        let read = fs::read_to_string(world.path("pipe")).expect("it is read to its end");
        assert_eq!((read.lines().count(), ended(child).code), (10, Some(0)));
        assert!(!world.path("pipe.failures").exists());
    }

    #[test]
    fn ctrl_c_ends_an_export_into_a_pipe_without_a_reader() {
        let world = World::of(Behaviour { customers: 2000, ..Behaviour::default() });
        let child = export_into_a_pipe(&world, 2000);
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
        let child = export_into_a_pipe(&world, 10);
        std::thread::sleep(Duration::from_millis(300));
        // Shells make background jobs ignore Ctrl-C, so this test may inherit that.
        send_signal(&child, "TERM");
        assert_eq!(ended(child).code, None, "by the signal itself");
    }

    #[test]
    fn resuming_removes_a_line_truncated_by_a_full_disk() {
        for format in ["ndjson", "csv"] {
            let world = World::new();
            let list = world.list(ids(10));
            let arguments = export(&["--from", &list, "--to", "out", "--format", format]);
            // Files are limited to one block, whose size depends on the shell.
            let mut shell = Command::new("/bin/sh");
            shell.args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"", BINARY]);
            shell.args(&arguments).env_clear().envs(world.environment()).current_dir(world.folder.path());
            shell.stdin(Stdio::null());
            let outcome = Outcome::from(shell.output().expect("the shell runs"));
            assert_eq!(outcome.code, Some(7), "{}", outcome.err);
            assert!(outcome.err.contains("--resume"), "{}", outcome.err);
            assert!(!text(&world, "out").ends_with('\n'), "the last line is truncated");
            let resumed = world.run(&[&arguments[..], &["--resume"]].concat());
            assert_eq!(resumed.code, Some(0), "{}", resumed.err);
            let all = lines(&world.path("out"));
            assert_eq!(all.len(), 10 + usize::from(format == "csv"));
            assert!(ids(10).all(|id| all.iter().filter(|line| line.contains(&id)).count() == 1), "each once");
        }
    }
}
