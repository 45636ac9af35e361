//! Where a sign-in is stored, where that is not there, and where it cannot be written.

use std::fs;

use partner_center_mock::token_endpoint::TokenEndpoint;

use crate::support::{World, id};

#[test]
fn a_secret_that_is_gone_means_signed_out() {
    let world = World::signed_out(TokenEndpoint::builder());
    assert_eq!(world.run(&["login"]).code, Some(0));
    fs::remove_file(world.path("config/sign-ins/default.secret")).expect("it was there");
    let status = world.run(&["status", "--output", "json"]);
    let json: serde_json::Value = serde_json::from_str(&status.out).expect("JSON");
    assert_eq!((status.code, &json["signedIn"]), (Some(3), &false.into()), "{json}");
    let get = world.run(&["organization", "get", &id(0)]);
    assert_eq!(get.code, Some(3));
    assert!(get.err.contains("signed out: the secret of the sign-in is no longer in the file"), "{}", get.err);
}

#[test]
fn a_secret_is_read_in_every_encoding_of_windows() {
    let world = World::signed_out(TokenEndpoint::builder().client_secret("two words"));
    let utf16 = |unit: fn(u16) -> [u8; 2]| "\u{feff}two words\r\n".encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    for secret in [utf16(u16::to_le_bytes), utf16(u16::to_be_bytes), "\u{feff}two words\r\n".into()] {
        let login = world.run_with_input(&["login", "--with-secret", "--no-keyring"], &secret);
        assert_eq!(login.code, Some(0), "{}", login.err);
        assert_eq!(world.run(&["organization", "get", &id(0)]).code, Some(0));
    }
    let sent = world.entra.requests().len();
    for secret in [&b"tw\xc3\xb6 words"[..], b"t\0w\0o\0", b"\xff\xfet\0w\0o", b"two\nlines"] {
        let login = world.run_with_input(&["login", "--with-secret"], secret);
        assert_eq!(login.code, Some(2), "{}", login.err);
        assert!(login.err.contains("a character that a client secret cannot contain"), "{}", login.err);
    }
    assert_eq!(world.entra.requests().len(), sent);
}

#[test]
fn the_file_is_described_only_after_it_was_written() {
    let world = World::signed_out(TokenEndpoint::builder());
    // Nothing can be renamed over a folder.
    fs::create_dir_all(world.path("config/sign-ins/default.secret")).expect("a folder");
    let login = world.run(&["login", "--no-keyring"]);
    assert_ne!(login.code, Some(0));
    assert!(!login.err.contains("is stored in") && !login.err.contains("Signed in"), "{}", login.err);
}

/// Where there may be no keyring, and a file that no user can write.
#[cfg(target_os = "linux")]
mod linux {
    use partner_center_mock::token_endpoint::Grant;

    use super::*;
    use crate::support::Outcome;

    /// A sign-in whose record says that its secret is in the keyring.
    fn in_keyring(world: &World) {
        assert_eq!(world.run(&["login"]).code, Some(0));
        let path = world.path("config/sign-ins/default.json");
        let record = fs::read_to_string(&path).expect("the record");
        fs::write(path, record.replace("\"file\"", "\"keyring\"")).expect("it can be written");
    }

    #[test]
    fn a_missing_keyring_of_a_sign_in_is_reported() {
        let world = World::signed_out(TokenEndpoint::builder());
        in_keyring(&world);
        for arguments in [&["organization", "get", &id(0)][..], &["status"], &["doctor"]] {
            let outcome = world.run(arguments);
            let shown = format!("{}{}", outcome.out, outcome.err);
            assert_eq!(outcome.code, Some(3), "{shown}");
            assert!(shown.contains("in the system's keyring, which is not available here"), "{shown}");
            assert!(shown.contains("`partner-center login --no-keyring`"), "{shown}");
        }
        assert_eq!(world.entra.count(Grant::RefreshToken), 0);
        // The record of a sign-in in the keyring is no reason not to sign in again.
        assert_eq!(world.run(&["login", "--no-keyring"]).code, Some(0));
        assert_eq!(world.run(&["organization", "get", &id(0)]).code, Some(0));
    }

    #[test]
    fn logout_without_the_keyring_can_leave_the_secret_there() {
        let world = World::signed_out(TokenEndpoint::builder());
        in_keyring(&world);
        let logout = world.run(&["logout"]);
        assert_eq!(logout.code, Some(7), "{}", logout.err);
        assert!(logout.err.contains("in the desktop session where you signed in"), "{}", logout.err);
        assert!(logout.err.contains("`partner-center logout --no-keyring`"), "{}", logout.err);
        let logout = world.run(&["logout", "--no-keyring"]);
        assert_eq!(logout.code, Some(0), "{}", logout.err);
        assert!(logout.err.contains("warning: the secret of the sign-in is still in the system's keyring"));
        assert!(!world.path("config/sign-ins/default.json").exists());
    }

    #[test]
    fn a_file_that_cannot_be_replaced_fails_before_anybody_signs_in() {
        let world = World::signed_out(TokenEndpoint::builder());
        fs::create_dir_all(world.path("config/sign-ins")).expect("a folder");
        for (name, code) in [("default.secret", 3), ("default.json", 7)] {
            let path = world.path(&format!("config/sign-ins/{name}"));
            // No user can write it, or make anything beside it.
            std::os::unix::fs::symlink("/proc/sys/kernel/ostype", &path).expect("a link");
            let login = world.run(&["login", "--no-keyring"]);
            assert_eq!(login.code, Some(code), "{}", login.err);
            fs::remove_file(path).expect("it is there");
        }
        assert_eq!(world.entra.requests().len(), 0);
    }

    #[test]
    fn an_unresponsive_keyring_is_skipped_after_seconds() {
        let world = World::signed_out(TokenEndpoint::builder());
        // Connections wait in its queue and are never accepted.
        let _bus = std::os::unix::net::UnixListener::bind(world.path("bus")).expect("a socket");
        let address = format!("unix:path={}", world.path("bus").display());
        let with_bus = |arguments: &[&str]| {
            let began = std::time::Instant::now();
            let mut command = world.command(arguments);
            let outcome = Outcome::from(command.env("DBUS_SESSION_BUS_ADDRESS", &address).output().expect("it runs"));
            assert!(began.elapsed() < std::time::Duration::from_secs(9), "{:?}", began.elapsed());
            outcome
        };
        let login = with_bus(&["login"]);
        assert_eq!(login.code, Some(0), "{}", login.err);
        assert!(
            login.err.contains("keyring is not available, so a file is used instead (it does not respond)"),
            "{}",
            login.err
        );
        let get = with_bus(&["organization", "get", &id(0)]);
        assert_eq!((get.code, &*get.err), (Some(0), ""));
        in_keyring(&world);
        let get = with_bus(&["organization", "get", &id(0)]);
        assert_eq!(get.code, Some(3), "{}", get.err);
        assert!(get.err.contains("which is not available here: it does not respond"), "{}", get.err);
    }

    #[test]
    fn every_command_warns_if_a_rotated_token_cannot_be_saved() {
        let world = World::signed_out(TokenEndpoint::builder());
        let list = world.list([id(0)]);
        // One line that no user can write.
        let file = "/proc/sys/kernel/ostype";
        let (get, export) = (["organization", "get", &id(0)], ["organization", "export", "--from", &list, "--quiet"]);
        for arguments in [&get[..], &export, &["doctor"]] {
            let mut command = world.command(arguments);
            let outcome =
                Outcome::from(command.env("PARTNER_CENTER_REFRESH_TOKEN_FILE", file).output().expect("it runs"));
            assert_eq!(outcome.code, Some(0), "{}", outcome.err);
            let warning = format!("warning: the new refresh token could not be saved: {file}: ");
            assert!(outcome.err.contains(&warning), "{}", outcome.err);
            assert_eq!(outcome.err.matches("warning: ").count(), 1, "{}", outcome.err);
        }
    }
}
