//! `config`: a flag goes before the environment, and that before the file.

use std::fs;

use crate::golden;
use crate::support::World;

const FILE: &str = "\
profile = \"contoso\"

[profiles.contoso]
cloud = \"us-government\"
tenant = \"from-the-file\"
timeout = 30
";

fn with_file(text: &str) -> World {
    let world = World::new();
    fs::create_dir(world.path("config")).expect("a folder");
    fs::write(world.path("config/config.toml"), text).expect("a file");
    world
}

#[test]
fn each_value_is_shown_with_where_it_comes_from() {
    let world = with_file(FILE);
    let outcome = world.run(&["config", "--base-url", "https://gateway.example"]);
    assert_eq!(outcome.code, Some(0));
    golden::check("config.txt", &golden::settled(&world.named(&outcome.out)));
    assert!(!outcome.out.contains("a-secret-token"));
}

#[test]
fn a_flag_goes_before_the_environment_and_that_before_the_file() {
    let world = with_file(FILE);
    let timeout = |arguments: &[&str], variable: &str| {
        let arguments = [&["config", "--output", "json"], arguments].concat();
        let output = world.command(&arguments).env("PARTNER_CENTER_TIMEOUT", variable).output().expect("it runs");
        let rows: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let row = rows.as_array().and_then(|rows| rows.iter().find(|row| row["setting"] == "timeout").cloned());
        row.expect("the setting")["value"].as_str().expect("a text").to_owned()
    };
    assert_eq!(timeout(&["--timeout", "10"], "20"), "10 s");
    assert_eq!(timeout(&[], "20"), "20 s");
    assert_eq!(timeout(&[], ""), "30 s");
    assert_eq!(timeout(&["--profile", "other"], ""), "180 s");
}

#[test]
fn a_wrong_line_is_named() {
    let world = with_file("[profiles.default]\n\ntiemout = 3\n");
    let outcome = world.run(&["config"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.err.contains("line 3") && outcome.err.contains("tiemout"), "{}", outcome.err);
}

#[test]
fn a_profile_leads_to_no_other_folder() {
    let outcome = World::new().run(&["status", "--profile", "../secrets"]);
    assert_eq!(outcome.code, Some(2), "{}", outcome.err);
}
