//! Help, version, completions and manual pages.

use crate::golden;
use crate::support::World;

/// Every command that has a help text.
pub(crate) const COMMANDS: [&[&str]; 11] = [
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

/// What bash offers for the words so far, by the script's own function.
#[cfg(unix)]
fn offered_by_bash(script: &str, words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let (last, before) = (words[words.len() - 1], words[words.len() - 2]);
    let drive = format!(
        "{script}\nfunction=$(complete -p partner-center | sed 's/.*-F \\([^ ]*\\).*/\\1/'); COMP_WORDS=({}); COMP_CWORD={}
         $function partner-center '{last}' '{before}'; echo \"${{COMPREPLY[@]}}\"",
        quoted.join(" "),
        words.len() - 1,
    );
    let output = std::process::Command::new("bash").args(["--norc", "--noprofile", "-c", &drive]).output();
    let output = output.expect("bash, for which the script is made");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[cfg(unix)]
#[test]
fn bash_offers_what_comes_after_each_command() {
    let script = World::new().run(&["completions", "bash"]).out;
    for (words, offer) in [
        (&["partner-center", ""][..], "organization"),
        (&["partner-center", "organization", ""], "export"),
        (&["partner-center", "organization", "export", "--re"], "--resume --retry-failed"),
        (&["partner-center", "org", "get", "--out"], "--output"),
        (&["partner-center", "login", "--with"], "--with-secret"),
        (&["partner-center", "completions", "z"], "zsh"),
    ] {
        let offered = offered_by_bash(&script, words);
        assert!(offered.contains(offer), "{words:?}: {offered}");
    }
}
