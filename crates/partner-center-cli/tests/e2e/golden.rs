//! Expected outputs in files; `UPDATE_GOLDENS=1 cargo test -p partner-center-cli` rewrites them.

use std::path::Path;

/// Compares a text with the file of that name.
#[track_caller]
pub(crate) fn check(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e/goldens").join(name);
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        std::fs::write(&path, actual).expect("the golden can be written");
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(actual, expected, "{name} differs; UPDATE_GOLDENS=1 writes it anew");
}

/// Replaces numbers that differ between runs, such as those before `ms`, with `N`, and removes column padding.
pub(crate) fn settled(text: &str) -> String {
    let mut settled = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|character: char| character.is_ascii_digit()) {
        let length = rest[start..].find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len() - start);
        let (before, number, after) = (&rest[..start], &rest[start..start + length], &rest[start + length..]);
        settled.push_str(before);
        let varies = [" ms", " min", " s of"].iter().any(|unit| after.starts_with(unit));
        settled.push_str(if varies { "N" } else { number });
        rest = after;
    }
    settled.push_str(rest);
    while settled.contains("   ") {
        settled = settled.replace("   ", "  ");
    }
    settled
}
