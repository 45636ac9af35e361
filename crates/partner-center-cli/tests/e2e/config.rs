//! `config`: flags override environment variables, which override the file.

use std::fs;

use partner_center_mock::token_endpoint::TokenEndpoint;

use crate::golden;
use crate::support::{Outcome, UNKNOWN, World, id};

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
fn each_value_is_shown_with_its_source() {
    let world = with_file(FILE);
    let outcome = world.run(&["config", "--base-url", "https://gateway.example"]);
    assert_eq!(outcome.code, Some(0));
    golden::check("config.txt", &golden::settled(&world.named(&outcome.out)));
    assert!(!outcome.out.contains("a-secret-token"));
}

#[test]
fn flags_override_the_environment_which_overrides_the_file() {
    let world = with_file(FILE);
    let timeout = |arguments: &[&str], variable: &str| {
        let arguments = [&["config", "--output", "json"], arguments].concat();
        let output = world.command(&arguments).env("PARTNER_CENTER_TIMEOUT", variable).output().expect("it runs");
        let settings: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        settings["timeout"]["value"].as_str().expect("a text").to_owned()
    };
    assert_eq!(timeout(&["--timeout", "10"], "20"), "10 s");
    assert_eq!(timeout(&["--timeout", "1h 2m"], "20"), "3720 s");
    assert_eq!(timeout(&[], "500ms"), "0.5 s");
    assert_eq!(timeout(&[], "20"), "20 s");
    assert_eq!(timeout(&[], ""), "30 s");
    assert_eq!(timeout(&["--profile", "default"], ""), "180 s");
}

#[test]
fn an_invalid_line_is_named() {
    let world = with_file("[profiles.default]\n\ntiemout = 3\n");
    let outcome = world.run(&["config"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.err.contains("line 3") && outcome.err.contains("tiemout"), "{}", outcome.err);
}

#[test]
fn an_unknown_profile_is_an_error_except_for_login() {
    let world = World::signed_out(TokenEndpoint::builder());
    for arguments in [&["config"][..], &["status"], &["organization", "get", UNKNOWN], &["doctor"], &["logout"]] {
        let outcome = world.run(&[arguments, &["--profile", "cotnoso"]].concat());
        assert_eq!(outcome.code, Some(2), "{arguments:?}");
        assert!(outcome.err.contains("there is no profile cotnoso (flag --profile)"), "{}", outcome.err);
    }
    assert_eq!(world.run(&["login", "--device-code", "--profile", "contoso"]).code, Some(0));
    assert_eq!(world.run(&["status", "--profile", "contoso"]).code, Some(0));
}

#[test]
fn a_url_is_parsed_in_one_way_and_its_password_is_never_shown() {
    let world = World::signed_out(TokenEndpoint::builder());
    assert_eq!(world.run(&["login", "--device-code"]).code, Some(0));
    let slash = format!("{}/", world.entra.authority().replace("http", "HTTP"));
    assert_eq!(world.run(&["status", "--authority", &slash]).code, Some(0), "the sign-in is of the same authority");

    let outcome = world.run(&["config", "--base-url", "https://me:hunter2@gateway.example"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.err.contains("the base-url (flag --base-url) contains a user name"), "{}", outcome.err);
    assert!(!outcome.err.contains("hunter2") && !outcome.out.contains("hunter2"));
    for wrong in [
        "login.example",
        "ftp://login.example",
        "https://a:hunter2@b",
        "https://b?hunter2",
        "https://b#hunter2",
        "http://b",
    ] {
        let output = world.command(&["config"]).env("PARTNER_CENTER_AUTHORITY", wrong).output().expect("it runs");
        let outcome = Outcome::from(output);
        assert_eq!(outcome.code, Some(2));
        assert!(outcome.err.contains("the authority (environment PARTNER_CENTER_AUTHORITY) "), "{}", outcome.err);
        assert!(!outcome.err.contains("hunter2"), "{}", outcome.err);
    }
}

#[test]
fn a_zero_timeout_is_an_invalid_line() {
    let outcome = with_file("[profiles.default]\ntimeout = 0\n").run(&["config"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.err.contains("line 2") && outcome.err.contains("nonzero"), "{}", outcome.err);
}

/// The value and source of the tenant in `config`.
fn tenant(world: &World, more: &[(&str, &str)]) -> (String, String) {
    let mut command = world.command(&["config", "--output", "json"]);
    let output = command.env_remove("AZURE_TENANT_ID").envs(more.iter().copied()).output().expect("it runs");
    let settings: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let text = |name: &str| world.named(settings["tenant"][name].as_str().expect("a text"));
    (text("value"), text("source"))
}

#[test]
fn the_tenant_of_the_sign_in_is_shown_and_another_is_marked() {
    let world = World::signed_out(TokenEndpoint::builder());
    let shown = |value: &str, source: &str| (value.to_owned(), source.to_owned());
    let config = world.path("config");
    fs::create_dir(&config).expect("a folder");
    fs::write(config.join("config.toml"), "[profiles.default]\ntenant = \"filed\"\n").expect("a file");
    let file = "file FOLDER/config/config.toml";
    assert_eq!(tenant(&world, &[]), shown("filed", file));
    let secret = ("AZURE_CLIENT_SECRET", "s");
    assert_eq!(tenant(&world, &[secret]), shown("filed", &format!("{file}, for login only")));
    assert_eq!(tenant(&world, &[secret, ("AZURE_TENANT_ID", "t")]), shown("t", "environment AZURE_TENANT_ID"));
    assert_eq!(world.run(&["login", "--device-code"]).code, Some(0));
    assert_eq!(tenant(&world, &[]), shown("contoso.onmicrosoft.com", "stored sign-in"));
}

#[test]
fn a_misconfigured_credential_is_a_usage_error() {
    let world = World::signed_out(TokenEndpoint::builder());
    let mut command = world.command(&["organization", "get", UNKNOWN]);
    command.env_remove("AZURE_TENANT_ID").env("AZURE_CLIENT_SECRET", "s");
    let outcome = Outcome::from(command.output().expect("it runs"));
    assert_eq!(outcome.code, Some(2), "{}", outcome.err);
    assert!(outcome.err.contains("AZURE_TENANT_ID is missing"), "{}", outcome.err);
}

#[test]
fn a_profile_name_cannot_escape_the_folder() {
    let outcome = World::new().run(&["status", "--profile", "../secrets"]);
    assert_eq!(outcome.code, Some(2), "{}", outcome.err);
}

#[test]
fn quotation_marks_around_a_value_are_not_part_of_it() {
    let world = World::signed_out(TokenEndpoint::builder());
    let config = world.command(&["config"]).env("PARTNER_CENTER_CLOUD", "\"china\"").output().expect("it runs");
    assert!(Outcome::from(config).out.contains("china"));
    let mut command = world.command(&["organization", "get", &id(0)]);
    let quoted =
        [("PARTNER_CENTER_REFRESH_TOKEN", "\"r\""), ("AZURE_TENANT_ID", "'t'"), ("AZURE_CLIENT_ID", "\u{feff}c")];
    let outcome = Outcome::from(command.envs(quoted).output().expect("it runs"));
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    let requests = world.entra.requests();
    assert_eq!((requests[0].tenant(), requests[0].field("client_id")), ("t", Some("c")));
    assert_eq!(requests[0].field("refresh_token"), Some("r"));
}

#[test]
fn an_unusable_credential_file_is_named_before_any_request() {
    let world = World::signed_out(TokenEndpoint::builder());
    fs::write(world.path("empty"), "").expect("a file");
    for name in ["PARTNER_CENTER_REFRESH_TOKEN_FILE", "AZURE_CLIENT_CERTIFICATE_PATH"] {
        for (file, why) in [("nowhere", "cannot be read"), ("empty", "is empty")] {
            let mut command = world.command(&["organization", "get", UNKNOWN]);
            let outcome = Outcome::from(command.env(name, file).output().expect("it runs"));
            assert_eq!(outcome.code, Some(2), "{}", outcome.err);
            assert!(outcome.err.contains(&format!("the file {file} ({name}) {why}")), "{}", outcome.err);
        }
    }
    assert_eq!(world.entra.access_tokens().len(), 0);
}

#[test]
fn a_token_file_from_powershell_is_read_and_a_missing_one_is_created() {
    let world = World::signed_out(TokenEndpoint::builder());
    let token: Vec<u8> = "\u{feff}first\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(world.path("powershell"), token).expect("a file");
    for file in ["powershell", "new"] {
        let mut command = world.command(&["organization", "get", &id(0)]);
        command.env("PARTNER_CENTER_REFRESH_TOKEN_FILE", file);
        if file == "new" {
            command.env("PARTNER_CENTER_REFRESH_TOKEN", "first");
        }
        let outcome = Outcome::from(command.output().expect("it runs"));
        assert_eq!((outcome.code, &*outcome.err), (Some(0), ""));
        let kept = fs::read_to_string(world.path(file)).expect("the file");
        assert_eq!(world.entra.refresh_tokens().last(), Some(&kept));
        assert_eq!(world.entra.requests().last().and_then(|request| request.field("refresh_token")), Some("first"));
    }
}

#[test]
fn a_config_file_in_utf_16_is_read() {
    let world = with_file("");
    let bytes: Vec<u8> = format!("\u{feff}{FILE}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(world.path("config/config.toml"), bytes).expect("a file");
    let outcome = world.run(&["config"]);
    assert!(outcome.out.contains("us-government"), "{} {}", outcome.out, outcome.err);
}
