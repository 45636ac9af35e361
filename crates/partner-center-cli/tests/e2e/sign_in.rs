//! `login`, `status` and `logout`, without a keyring.

use std::fs;

use partner_center_mock::MockResponse;
use partner_center_mock::token_endpoint::{Grant, OAuthError, TokenEndpoint};
use serde_json::json;

use crate::golden;
use crate::support::{Outcome, World, id};

#[test]
fn later_commands_use_the_sign_in_of_login() {
    let world = World::signed_out(TokenEndpoint::builder());
    let login = world.run(&["login", "--device-code"]);
    assert_eq!((login.code, &*login.out), (Some(0), ""), "{}", login.err);
    // Other systems have a keyring, which the tests do not touch, and files without a mode.
    if cfg!(target_os = "linux") {
        golden::check("login.stderr", &world.named(&login.err));
    }
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
fn only_the_owner_can_read_the_secret() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::signed_out(TokenEndpoint::builder());
    world.run(&["login", "--device-code"]);
    let mode = |name: &str| fs::metadata(world.path(name)).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode("config/sign-ins/default.secret"), mode("config/sign-ins")), (0o600, 0o700));
}

#[test]
fn a_secret_is_read_from_standard_input_and_never_shown() {
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

#[cfg(unix)]
#[test]
fn ctrl_c_while_a_secret_is_piped_in_cancels_the_sign_in() {
    let world = World::signed_out(TokenEndpoint::builder());
    let mut command = world.command(&["login", "--with-secret", "--no-keyring"]);
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().expect("it runs");
    let pipe = child.stdin.take();
    std::thread::sleep(std::time::Duration::from_millis(1200));
    crate::support::send_signal(&child, "INT");
    drop(pipe);
    let outcome = crate::support::ended(child);
    assert!(outcome.code == Some(130) && !outcome.err.contains("is empty"), "{outcome:?}");
}

#[test]
fn quotation_marks_around_a_piped_secret_are_not_part_of_it() {
    let world = World::signed_out(TokenEndpoint::builder().client_secret("the-secret"));
    let login = world.run_with_input(&["login", "--with-secret", "--no-keyring"], b"\"the-secret\"\r\n");
    assert_eq!(login.code, Some(0), "{}", login.err);
    for nothing in [&b""[..], b"\"\"\n"] {
        let login = world.run_with_input(&["login", "--with-secret"], nothing);
        assert!(login.code == Some(2) && login.err.contains("the secret is empty"), "{}", login.err);
    }
}

#[test]
fn a_variable_that_overrides_the_sign_in_causes_a_warning() {
    let world = World::signed_out(TokenEndpoint::builder());
    for command in [&["login", "--device-code"][..], &["status"], &["logout"]] {
        let with_token = world.command(command).env("AZURE_CLIENT_SECRET", "s").output().expect("it runs");
        let outcome = Outcome::from(with_token);
        assert_eq!(outcome.code, Some(0), "{}", outcome.err);
        assert!(outcome.err.contains("warning: AZURE_CLIENT_SECRET is set"), "{command:?}: {}", outcome.err);
        assert!(!world.run(&["status"]).err.contains("warning"));
    }
}

#[test]
fn help_for_a_failed_sign_in_names_the_source_of_the_credential() {
    let world = World::signed_out(TokenEndpoint::builder());
    assert_eq!(world.run(&["login", "--device-code"]).code, Some(0));
    world.entra.respond_always(OAuthError::revoked_grant());
    let get = ["organization", "get", &id(0)];
    let kept = world.run(&get);
    assert!(kept.err.contains("help: Run `partner-center login`."), "{}", kept.err);
    assert_eq!(kept.err.to_lowercase().matches("correlation id").count(), 1, "{}", kept.err);
    let output = world.command(&get).env("PARTNER_CENTER_REFRESH_TOKEN", "r").output().expect("it runs");
    let brought = Outcome::from(output);
    assert!(brought.err.contains("help: Set a new value in PARTNER_CENTER_REFRESH_TOKEN."), "{}", brought.err);
    assert_eq!((kept.code, brought.code), (Some(3), Some(3)));

    world.entra.respond_always(OAuthError::expired_secret());
    let mut command = world.command(&get);
    command.env("PARTNER_CENTER_REFRESH_TOKEN_FILE", world.path("token")).env("AZURE_CLIENT_SECRET", "s");
    fs::write(world.path("token"), "r").expect("the file");
    let secret = Outcome::from(command.output().expect("it runs"));
    let help = "use that one. The client secret comes from AZURE_CLIENT_SECRET.\n";
    assert!(secret.err.contains(help), "{}", secret.err);
    world.entra.respond_always(OAuthError::revoked_grant());
    let file = Outcome::from(command.output().expect("it runs"));
    let help = "help: Put a new one into the file that PARTNER_CENTER_REFRESH_TOKEN_FILE names.";
    assert!(file.err.contains(help), "{}", file.err);
}

#[test]
fn the_page_about_an_unknown_code_is_named_before_what_to_run() {
    let world = World::signed_out(TokenEndpoint::builder());
    assert_eq!(world.run(&["login"]).code, Some(0));
    world.entra.respond_always(OAuthError::new("invalid_grant", 999_999, "Something new."));
    let page =
        "help: https://login.microsoftonline.com/error?code=999999 explains the code. Run `partner-center login`.\n";
    for arguments in [&["organization", "get", &id(0)][..], &["doctor"]] {
        let outcome = world.run(arguments);
        let shown = outcome.out + &outcome.err;
        assert!(shown.contains("the user must sign in again: Something new. (AADSTS999999, "), "{shown}");
        assert!(shown.contains(page), "{shown}");
    }
    // Nothing is said of a user's sign-in where there is none to repeat.
    let login = world.run(&["login"]);
    let mut get = world.command(&["organization", "get", &id(0)]);
    let with_secret = Outcome::from(get.env("AZURE_CLIENT_SECRET", "s").output().expect("it runs"));
    for shown in [login.err, with_secret.err] {
        assert!(shown.contains("error: the sign-in was rejected: Something new. (AADSTS999999, "), "{shown}");
        assert!(shown.contains("log under the correlation id. https://login.microsoftonline.com/error?code=999999"));
        assert!(!shown.contains("90 days") && !shown.contains("AZURE_CLIENT_SECRET"), "{shown}");
    }
}

#[test]
fn an_error_names_the_value_that_is_wrong_and_where_it_comes_from() {
    let world = World::signed_out(TokenEndpoint::builder());
    fs::write(world.path("not-a-token"), "two\nlines").expect("the file");
    fs::write(world.path("no-key.pem"), "nothing").expect("the file");
    for (name, value, said) in [
        (
            "PARTNER_CENTER_REFRESH_TOKEN_FILE",
            "not-a-token",
            "error: the refresh token could not be loaded: not-a-token: ",
        ),
        (
            "PARTNER_CENTER_ACCESS_TOKEN",
            "two words",
            "misconfigured: PARTNER_CENTER_ACCESS_TOKEN: the access token is ",
        ),
        (
            "AZURE_CLIENT_CERTIFICATE_PATH",
            "no-key.pem",
            "misconfigured: the file no-key.pem contains no readable private key",
        ),
    ] {
        let mut get = world.command(&["organization", "get", &id(0)]);
        let outcome = Outcome::from(get.env(name, value).output().expect("it runs"));
        assert!(outcome.err.contains(said) && !outcome.err.contains("only in this process"), "{}", outcome.err);
    }
    assert_eq!(world.entra.requests().len(), 0);
    let page = world.serving(|| MockResponse::html(200, "<h1>Sign in to the network</h1>"));
    let login = world.run(&["login", "--authority", &page.url()]);
    assert!(login.err.contains("error: a proxy or gateway, not Entra, sent this response: "), "{}", login.err);
}

#[test]
fn help_during_login_never_says_to_run_login() {
    let world = World::signed_out(TokenEndpoint::builder());
    for (error, help) in [
        (OAuthError::mfa_required(), "https://aka.ms/mfasetup"),
        (OAuthError::revoked_grant(), "Start again"),
        (OAuthError::unknown_resource(), "--cloud"),
        (OAuthError::new("invalid_grant", 700_005, "No."), "--tenant"),
        (OAuthError::new("invalid_grant", 50_105, "No."), "assign the user"),
        (OAuthError::wrong_secret(), "not the secret's id"),
        (OAuthError::unknown_tenant(), "Check the tenant"),
    ] {
        world.entra.respond_always(error);
        let login = world.run(&["login"]);
        assert_eq!(login.code, Some(3), "{}", login.err);
        assert!(login.err.contains(help) && !login.err.contains("center login"), "{}", login.err);
    }
}

#[cfg(unix)]
#[test]
fn a_redemption_in_flight_is_saved_before_the_process_ends() {
    use std::process::Stdio;
    use std::time::Duration;

    use crate::support::{ended, send_signal};

    let world = World::signed_out(TokenEndpoint::builder());
    assert_eq!(world.run(&["login", "--device-code"]).code, Some(0));
    let kept = || fs::read_to_string(world.path("config/sign-ins/default.secret")).expect("the secret");
    let (get, customer) = (["organization", "get"], id(0));
    let get: Vec<&str> = get.into_iter().chain([&*customer]).collect();
    let commands: [(&[&str], &[&str]); 5] =
        [(&get, &["INT"]), (&get, &["TERM"]), (&get, &["HUP"]), (&get, &["INT", "INT"]), (&["doctor"], &["INT"])];
    for (arguments, signals) in commands {
        let (before, gate) = (kept(), world.entra.hold());
        let child = world.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(gate.wait_for(1));
        for signal in signals {
            send_signal(&child, signal);
            std::thread::sleep(Duration::from_millis(1200));
        }
        gate.open();
        ended(child);
        world.entra.respond_normally();
        assert_ne!(kept(), before, "{arguments:?} {signals:?}: the rotated token is kept");
        assert_eq!(Some(&kept()), world.entra.refresh_tokens().last());
    }
    // The timeout of a call ends the call but not the redemption.
    let (before, gate) = (kept(), world.entra.hold());
    let hasty: Vec<&str> = get.iter().copied().chain(["--timeout", "1"]).collect();
    let child = world.command(&hasty).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    std::thread::sleep(Duration::from_secs(2));
    gate.open();
    assert_eq!(ended(child).code, Some(6));
    assert_ne!(kept(), before);
}

#[test]
fn a_secret_with_a_space_is_saved_in_a_file_and_loaded_again() {
    let world = World::signed_out(TokenEndpoint::builder().client_secret("two words"));
    let login = world.run_with_input(&["login", "--with-secret", "--no-keyring"], b"two words\n");
    assert_eq!(login.code, Some(0), "{}", login.err);
    assert_eq!(world.run(&["organization", "get", &id(0)]).code, Some(0));
}

#[test]
fn a_sign_in_is_not_sent_to_another_authority() {
    let world = World::signed_out(TokenEndpoint::builder());
    world.run(&["login", "--device-code"]);
    let outcome = world.run(&["organization", "get", &id(0), "--authority", &world.service.authority()]);
    assert_eq!(outcome.code, Some(2), "{}", outcome.err);
    assert_eq!(world.service.sign_in().requests().len(), 0);
}

#[test]
fn the_wait_for_a_device_code_ends_at_max_time() {
    let world = World::signed_out(TokenEndpoint::builder());
    let device = json!({ "device_code": "d", "user_code": "u", "verification_uri": "https://x", "interval": 60 });
    world.entra.respond_next(MockResponse::json(200, &device));
    let login = world.run(&["login", "--device-code", "--max-time", "1s"]);
    assert_eq!(login.code, Some(3), "{}", login.err);
    assert!(login.err.contains("Waiting up to 1 second …"), "{}", login.err);
    assert!(login.err.contains("error: the sign-in was not completed within 1 second"), "{}", login.err);
}

#[test]
fn without_a_browser_a_device_code_is_used_and_announced() {
    let world = World::signed_out(TokenEndpoint::builder());
    let login = Outcome::from(world.command(&["login"]).env("SSH_CONNECTION", "a b c d").output().expect("it runs"));
    assert_eq!(login.code, Some(0), "{}", login.err);
    let line = "Using a device code instead of the browser, because this is an SSH session.\n";
    assert!(login.err.contains(line), "{}", login.err);
    assert_eq!((world.entra.count(Grant::DeviceAuthorization), world.entra.count(Grant::Authorization)), (1, 0));
}
