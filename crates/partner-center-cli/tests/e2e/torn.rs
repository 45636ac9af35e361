//! What a crash, or another program, left in the files of an export that is resumed.

use std::fs;

use crate::support::{World, id};

/// Resumes an export of two customers into a file; the exit code, and what is in the file then.
fn resume(world: &World, file: &str, more: &[&str], before: impl AsRef<[u8]>) -> (Option<i32>, Vec<u8>) {
    fs::write(world.path(file), before).expect("it can be written");
    let list = world.list([id(0), id(1)]);
    let arguments = [&["organization", "export", "--from", &list, "--to", file, "--resume"], more].concat();
    let outcome = world.run(&arguments);
    (outcome.code, fs::read(world.path(file)).expect("it is there"))
}

/// The file that an export of two customers writes.
fn exported(world: &World, file: &str, more: &[&str]) -> Vec<u8> {
    let (code, written) = resume(world, file, &[&["--ordered"], more].concat(), "");
    assert_eq!(code, Some(0));
    written
}

#[test]
fn a_torn_line_is_cut_off_and_nothing_else() {
    let world = World::new();
    for (file, more) in [("all.ndjson", &[][..]), ("all.csv", &[]), ("excel.csv", &["--excel"])] {
        let whole = exported(&world, file, more);
        let requests = world.service.request_count();
        let start = whole[..whole.len() - 2].iter().rposition(|byte| *byte == b'\n').expect("two lines") + 1;
        // Excel's line break has two bytes.
        let line = whole[start..].strip_prefix(b"\0").unwrap_or(&whole[start..]);
        for length in [0, 1, 2, 3, 9, 20, 60, 101] {
            let torn = [&whole[..], &line[..length]].concat();
            assert_eq!(resume(&world, file, more, &torn), (Some(0), whole.clone()), "{file} {more:?} {length}");
        }
        assert_eq!(world.service.request_count(), requests, "both customers have a line");
    }
}

#[test]
fn an_array_ends_with_its_bracket_and_is_resumed_before_it() {
    let world = World::new();
    let whole = exported(&world, "all.json", &[]);
    let open = whole.strip_suffix(b"]\n").expect("an array");
    for end in ["]\n", "]", ",", ",{\"cust", ""] {
        let before = [open, end.as_bytes()].concat();
        assert_eq!(resume(&world, "all.json", &[], before), (Some(0), whole.clone()), "{end:?}");
    }
    for begun in ["[\n]\n", "["] {
        assert_eq!(resume(&world, "all.json", &["--ordered"], begun), (Some(0), whole.clone()), "{begun:?}");
    }
    for foreign in [b"[]".to_vec(), [&whole[..], &whole[2..]].concat()] {
        assert_eq!(resume(&world, "all.json", &[], &foreign), (Some(2), foreign));
    }
}

#[test]
fn a_foreign_file_is_left_alone_even_without_a_line_break() {
    let world = World::new();
    let csv = exported(&world, "all.csv", &[]);
    for foreign in ["my diary", "{\"name\":\"x\"}", "{\"customerTenantId\":7", "\0\0", " {", "Name,Id"] {
        for foreign in [foreign.to_owned(), format!("{foreign}\n")] {
            for file in ["all.ndjson", "all.csv"] {
                assert_eq!(resume(&world, file, &[], &foreign), (Some(2), foreign.clone().into_bytes()), "{file}");
            }
        }
    }
    let foreign = [&csv[..], b"diary\n"].concat();
    assert_eq!(resume(&world, "all.csv", &[], &foreign), (Some(2), foreign));
    assert_eq!(resume(&world, "all.csv", &["--ordered"], &csv[..9]), (Some(0), csv), "a torn header");
}

#[test]
fn organizations_and_failures_are_not_confused() {
    let world = World::new();
    let failure = format!("{{\"customerTenantId\":\"{}\",\"kind\":\"not-found\",\"isRetryable\":false}}\n", id(0));
    assert_eq!(resume(&world, "all.ndjson", &[], &failure), (Some(2), failure.into_bytes()));
    let organizations = exported(&world, "all.ndjson", &[]);
    fs::write(world.path("all.ndjson.failures"), &organizations).expect("it can be written");
    assert_eq!(resume(&world, "all.ndjson", &[], &organizations).0, Some(2));
    assert_eq!(fs::read(world.path("all.ndjson.failures")).expect("it is there"), organizations);
}
