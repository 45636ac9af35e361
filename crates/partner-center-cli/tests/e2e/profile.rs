//! `profile list` and `profile use`.

use std::fs;

use partner_center_mock::token_endpoint::TokenEndpoint;

use crate::golden;
use crate::support::{Outcome, World};

const FILE: &str = "\
# Ours.
[profiles.contoso] # the first
tenant = \"contoso.com\"
";

fn signed_in() -> World {
    let world = World::signed_out(TokenEndpoint::builder());
    assert_eq!(world.run(&["login", "--profile", "fabrikam"]).code, Some(0));
    fs::write(world.path("config/config.toml"), FILE).expect("a file");
    world
}

#[test]
fn list_shows_profiles_of_the_file_and_of_sign_ins() {
    let world = signed_in();
    golden::check("profile-list.txt", &golden::settled(&world.run(&["profile", "list"]).out));
    let json: serde_json::Value =
        serde_json::from_str(&world.run(&["profile", "list", "--output", "json"]).out).expect("JSON");
    assert_eq!((&json["default"]["current"], &json["contoso"]["current"]), (&true.into(), &false.into()));
    assert_eq!(json["fabrikam"]["user"], "admin@contoso.onmicrosoft.com");
}

#[test]
fn use_changes_one_line_of_the_file_and_nothing_else() {
    let world = signed_in();
    let file = || fs::read_to_string(world.path("config/config.toml")).expect("the file");
    for name in ["contoso", "fabrikam"] {
        let outcome = world.run(&["profile", "use", name]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.err);
        assert_eq!(file(), format!("profile = \"{name}\"\n{FILE}"));
    }
    assert!(world.run(&["config"]).out.starts_with("SETTING"));
    assert!(world.run(&["status"]).out.contains("fabrikam"));

    let unknown = world.run(&["profile", "use", "cotnoso"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.err.contains("there is no profile cotnoso"), "{}", unknown.err);
    assert_eq!(file(), format!("profile = \"fabrikam\"\n{FILE}"));
}

#[test]
fn a_missing_profile_can_be_left_and_an_overriding_variable_is_named() {
    let world = signed_in();
    fs::write(world.path("config/config.toml"), "profile = \"gone\"\n").expect("a file");
    assert_eq!(world.run(&["config"]).code, Some(2));
    let mut command = world.command(&["profile", "use", "fabrikam"]);
    let outcome = Outcome::from(command.env("PARTNER_CENTER_PROFILE", "default").output().expect("it runs"));
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    assert!(outcome.err.contains("warning: PARTNER_CENTER_PROFILE is set"), "{}", outcome.err);
    assert!(world.run(&["config"]).out.contains("fabrikam"));
}
