//! Help, version, completions and manual pages.

use crate::golden;
use crate::support::World;

/// Every command that has a help text.
const COMMANDS: [&[&str]; 11] = [
    &[],
    &["organization"],
    &["organization", "get"],
    &["organization", "export"],
    &["login"],
    &["logout"],
    &["status"],
    &["doctor"],
    &["config"],
    &["completions"],
    &["man"],
];

#[test]
fn the_help_of_every_command() {
    let world = World::new();
    for command in COMMANDS {
        let outcome = world.run(&[command, &["--help"]].concat());
        assert_eq!((outcome.code, &*outcome.err), (Some(0), ""));
        let name = [&["help"], command].concat().join("-");
        golden::check(&format!("{name}.txt"), &outcome.out);
    }
}

#[test]
fn the_version_names_the_contract() {
    let outcome = World::new().run(&["--version"]);
    golden::check("version.txt", &outcome.out);
}

#[test]
fn every_shell_has_completions() {
    let world = World::new();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let outcome = world.run(&["completions", shell]);
        assert_eq!(outcome.code, Some(0));
        assert!(outcome.out.contains("partner-center") && outcome.out.contains("retry-failed"), "{shell}");
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let world = World::new();
    assert!(world.run(&["man"]).out.contains(".TH partner-center"));
    std::fs::create_dir(world.path("man")).expect("a folder");
    assert_eq!(world.run(&["man", "--to", "man"]).code, Some(0));
    assert!(world.path("man/partner-center-organization-export.1").exists());
    assert_eq!(world.run(&["man", "--to", "nowhere"]).code, Some(7));
}
