//! Help, version, completions and manual pages.

use crate::golden;
use crate::support::World;

/// Every command that has a help text.
pub(crate) const COMMANDS: [&[&str]; 17] = [
    &[],
    &["customer"],
    &["customer", "list"],
    &["customer", "domains"],
    &["organization"],
    &["organization", "get"],
    &["organization", "export"],
    &["login"],
    &["logout"],
    &["status"],
    &["doctor"],
    &["config"],
    &["profile"],
    &["profile", "list"],
    &["profile", "use"],
    &["completions"],
    &["man"],
];

#[test]
fn the_help_of_every_command() {
    let world = World::new();
    for command in COMMANDS {
        let outcome = world.run(&[command, &["--help"]].concat());
        assert_eq!((outcome.code, &*outcome.err), (Some(0), ""));
        let (_, examples) = outcome.out.split_once("Examples:\n").expect("examples");
        let mut examples = examples.lines().take_while(|line| !line.is_empty());
        let is_fine = |line: &str| {
            // Windows PowerShell 5.1 changes the encoding behind `>` and does not know `<`.
            line.trim_start().len() <= 73 && !line.contains(" > ") && !line.contains(" < ")
        };
        assert!(examples.all(is_fine), "they fit a manual page and run in every shell: {}", outcome.out);
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
fn every_shell_has_completions_and_a_line_to_load_them() {
    let world = World::new();
    let help = world.run(&["completions", "--help"]).out;
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let outcome = world.run(&["completions", shell]);
        assert_eq!(outcome.code, Some(0));
        assert!(outcome.out.contains("partner-center"), "{shell}");
        assert!(help.contains(&format!("partner-center completions {shell}")), "{shell}: {help}");
    }
}

#[test]
fn every_command_has_a_manual_page_with_its_sections() {
    let world = World::new();
    std::fs::create_dir(world.path("man")).expect("a folder");
    assert_eq!(world.run(&["man", "--to", "man"]).code, Some(0));
    for command in COMMANDS {
        let name = [&["partner-center"], command].concat().join("-");
        let page = std::fs::read_to_string(world.path(&format!("man/{name}.1"))).expect("its page");
        // The title twice and the manual between them fit 80 columns, as do name, version and title below the page.
        let title =
            format!(".TH PARTNER-CENTER 1 \" \" \"partner-center {}\" \"Partner Center\"\n", env!("CARGO_PKG_VERSION"));
        assert!(page.contains(&title), "{name}: {page}");
        for section in ["EXAMPLES", "ENVIRONMENT", "FILES", "\"EXIT STATUS\""] {
            assert!(page.contains(&format!(".SH {section}\n")), "{name} lacks {section}");
        }
    }
    assert_eq!(world.run(&["man", "--to", "nowhere"]).code, Some(7));
}

#[test]
fn every_variable_that_is_read_is_in_the_manual_page() {
    let world = World::new();
    let page = world.run(&["man"]).out;
    for name in ["HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "BROWSER"] {
        assert!(page.contains(&format!("\\fB{name}\\fR")), "{name}");
    }
    for command in COMMANDS {
        let help = world.run(&[command, &["--help"]].concat()).out;
        for name in help.split("[env: ").skip(1).filter_map(|rest| rest.split_once(']')).map(|(name, _)| name) {
            assert!(page.contains(&format!("\\fB{name}\\fR")), "{name}");
        }
    }
}

/// The completions of bash for these words, from the script's own function.
#[cfg(unix)]
fn bash_completions(world: &World, words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let (last, before) = (words[words.len() - 1], words[words.len() - 2]);
    let drive = format!(
        "{}\nfunction=$(complete -p partner-center | sed 's/.*-F \\([^ ]*\\).*/\\1/'); COMP_WORDS=({}); COMP_CWORD={}
         $function partner-center '{last}' '{before}'; echo \"${{COMPREPLY[@]}}\"",
        world.run(&["completions", "bash"]).out,
        quoted.join(" "),
        words.len() - 1,
    );
    let folder = std::path::Path::new(crate::support::BINARY).parent().expect("a folder").display();
    let mut bash = std::process::Command::new("bash");
    bash.args(["--norc", "--noprofile", "-c", &drive]).env_clear().envs(world.environment());
    let output =
        bash.env("PATH", format!("{folder}:/usr/bin:/bin")).output().expect("bash, for which the script is made");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[cfg(unix)]
#[test]
fn bash_completes_the_arguments_of_each_command() {
    let world = World::new();
    for (words, offer) in [
        (&["partner-center", ""][..], "organization"),
        (&["partner-center", "organization", ""], "export"),
        (&["partner-center", "organization", "export", "--re"], "--retry-failed"),
        (&["partner-center", "org", "get", "--out"], "--output"),
        (&["partner-center", "customer", ""], "domains"),
        (&["partner-center", "customer", "list", "--columns", "companyName,d"], "domain"),
        (&["partner-center", "login", "--with"], "--with-secret"),
        (&["partner-center", "completions", "z"], "zsh"),
    ] {
        let offered = bash_completions(&world, words);
        assert!(offered.contains(offer), "{words:?}: {offered}");
    }
}

#[cfg(unix)]
#[test]
fn bash_completes_profiles_and_no_files_after_profile() {
    let world = World::new();
    std::fs::create_dir_all(world.path("config/sign-ins")).expect("folders");
    std::fs::write(world.path("config/config.toml"), "[profiles.contoso]\n").expect("a file");
    std::fs::write(world.path("config/sign-ins/fabrikam.json"), "{}").expect("a file");
    for words in [&["partner-center", "status", "--profile", ""], &["partner-center", "profile", "use", ""]] {
        let offered = bash_completions(&world, words);
        let names = offered.split_whitespace().filter(|word| !word.starts_with('-'));
        assert_eq!(names.collect::<Vec<_>>(), ["contoso", "default", "fabrikam"], "{words:?}");
    }
}
