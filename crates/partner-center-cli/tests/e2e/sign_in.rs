//! `login`, `status` and `logout`, where there is no keyring.

use std::fs;

use partner_center_mock::token_endpoint::{Grant, TokenEndpoint};

use crate::golden;
use crate::support::{World, id};

#[test]
fn a_user_signs_in_once_and_later_commands_go_on_with_it() {
    let world = World::signed_out(TokenEndpoint::builder());
    let login = world.run(&["login"]);
    assert_eq!((login.code, &*login.out), (Some(0), ""), "{}", login.err);
    golden::check("login.stderr", &world.named(&login.err));
    golden::check("status.txt", &golden::settled(&world.named(&world.run(&["status"]).out)));

    assert_eq!(world.run(&["organization", "get", &id(0)]).code, Some(0));
    assert_eq!(world.run(&["organization", "get", &id(1)]).code, Some(0));
    assert_eq!((world.entra.count(Grant::DeviceAuthorization), world.entra.count(Grant::RefreshToken)), (1, 2));
    let kept = fs::read_to_string(world.path("config/sign-ins/default.secret")).expect("the secret");
    assert_eq!(Some(&kept), world.entra.refresh_tokens().last(), "the newest refresh token is the one kept");

    assert_eq!(world.run(&["logout"]).code, Some(0));
    assert_eq!(fs::read_dir(world.path("config/sign-ins")).expect("the folder").count(), 0);
    assert_eq!(world.run(&["status"]).code, Some(3));
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_the_secret() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::signed_out(TokenEndpoint::builder());
    world.run(&["login"]);
    let mode = |name: &str| fs::metadata(world.path(name)).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode("config/sign-ins/default.secret"), mode("config/sign-ins")), (0o600, 0o700));
}

#[test]
fn a_secret_comes_from_standard_input_and_is_never_shown() {
    let world = World::signed_out(TokenEndpoint::builder().client_secret("the-secret"));
    let wrong = world.run_with_input(&["login", "--with-secret"], b"another-secret\n");
    assert_eq!(wrong.code, Some(3), "{}", wrong.err);
    let right = world.run_with_input(&["login", "--with-secret"], b"the-secret\n");
    assert_eq!(right.code, Some(0), "{}", right.err);
    let status = world.run(&["status"]);
    for text in [&wrong.err, &right.err, &right.out, &status.out] {
        assert!(!text.contains("-secret\n") && !text.contains("the-secret"), "{text}");
    }
    assert_eq!(world.run(&["organization", "get", &id(0)]).code, Some(0));
    assert_eq!(world.entra.count(Grant::ClientCredentials), 3);
}

#[test]
fn a_sign_in_is_sent_to_nobody_else() {
    let world = World::signed_out(TokenEndpoint::builder());
    world.run(&["login"]);
    let outcome = world.run(&["organization", "get", &id(0), "--authority", &world.service.authority()]);
    assert_eq!(outcome.code, Some(2), "{}", outcome.err);
    assert_eq!(world.service.sign_in().requests().len(), 0);
}
