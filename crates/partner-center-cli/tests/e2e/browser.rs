//! `login` with the browser: `BROWSER`, which Linux has, is a script that writes the address down, and the test visits it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::Child;
use std::time::{Duration, Instant};

use partner_center_mock::token_endpoint::{Authorization, Grant, TokenEndpoint};

use crate::support::{Outcome, World, ended, id, send_signal};

/// Starts `login` with a browser that writes its address into a file.
fn login(world: &World, arguments: &[&str]) -> Child {
    let (script, address) = (world.path("browser"), world.path("address"));
    // Renamed, so that it is never read half.
    let text = format!("#!/bin/sh\nprintf %s \"$1\" > {0}.new && mv {0}.new {0}\n", address.display());
    fs::write(&script, text).expect("the script");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("it can be run");
    let mut command = world.command(&[&["login"], arguments].concat());
    command.env("BROWSER", &script).env("PATH", "/usr/bin:/bin");
    command.spawn().expect("the binary runs")
}

/// The address that the browser was opened with.
fn opened(world: &World) -> String {
    let began = Instant::now();
    loop {
        if let Ok(address) = fs::read_to_string(world.path("address")) {
            return address;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "the browser is opened");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Visits an address; the response as it came.
fn visit(url: &str) -> String {
    let rest = url.strip_prefix("http://").expect("plain http on loopback");
    let (host, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let mut stream = TcpStream::connect(host).expect("it listens");
    let slash = if target.starts_with('/') { "" } else { "/" };
    let request = format!("GET {slash}{target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it reads");
    let (mut reader, mut head) = (BufReader::new(stream), String::new());
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).expect("it responds"), 0, "the head is whole: {head}");
    }
    let length = head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or_default()];
    reader.read_exact(&mut body).expect("the page is whole");
    head + &String::from_utf8(body).expect("UTF-8")
}

/// Visits Entra; where it sends the browser.
fn redirect(url: &str) -> String {
    let response = visit(url);
    let location = response.lines().find_map(|line| line.strip_prefix("Location: "));
    location.unwrap_or_else(|| panic!("a redirect: {response}")).to_owned()
}

/// Signs in as the browser does; the page that it ends on.
fn signed_in(world: &World) -> String {
    visit(&redirect(&opened(world)))
}

fn is_stored(world: &World) -> bool {
    world.path("config/sign-ins/default.json").exists()
}

#[test]
fn a_user_signs_in_with_the_browser_and_its_last_page_says_so() {
    let world = World::signed_out(TokenEndpoint::builder());
    let child = login(&world, &[]);
    let page = signed_in(&world);
    assert!(is_stored(&world), "the sign-in is stored before the page says so");
    assert!(page.starts_with("HTTP/1.1 200 OK\r\n") && page.contains("Cache-Control: no-store"), "{page}");
    assert!(page.contains("<h1>Signed in</h1>\n<p>You can close this window.</p>"), "{page}");
    let outcome = ended(child);
    assert_eq!((outcome.code, &*outcome.out), (Some(0), ""), "{}", outcome.err);
    let url = opened(&world);
    assert!(outcome.err.contains(&format!("\n{url}\nWaiting up to 5 minutes …\n")), "{}", outcome.err);
    assert!(outcome.err.contains("Signed in to contoso.onmicrosoft.com"), "{}", outcome.err);
    assert_eq!(world.run(&["organization", "get", &id(0)]).code, Some(0));
    assert_eq!((world.entra.count(Grant::AuthorizationCode), world.entra.count(Grant::RefreshToken)), (1, 1));
}

#[test]
fn only_the_redirect_of_this_sign_in_is_taken() {
    let world = World::signed_out(TokenEndpoint::builder());
    let child = login(&world, &[]);
    let url = redirect(&opened(&world));
    let (address, query) = url.split_once('?').expect("a query");
    let (_, state) = query.split_once("state=").expect("a state");
    // Browsers open connections that they send nothing on.
    let silent = TcpStream::connect(&address["http://".len()..]).expect("it listens");
    let port = address.rsplit_once(':').expect("a port").1;
    let mut strays = vec![format!("{address}/favicon.ico"), address.to_owned()];
    strays.extend(["", "other", &state[1..]].map(|state| format!("{address}?code=forged&state={state}")));
    strays.extend(["", "other"].map(|state| format!("{address}?error=access_denied&state={state}")));
    strays.push(format!("http://127.0.0.1:{port}/?code=forged"));
    if TcpStream::connect(format!("[::1]:{port}")).is_ok() {
        strays.push(format!("http://[::1]:{port}/?code=forged"));
    }
    for stray in strays {
        let page = visit(&stray);
        let (status, text) = match stray.contains("state=") {
            true => ("400 Bad Request", "belongs to another sign-in"),
            false => ("404 Not Found", "Nothing is at this address"),
        };
        assert!(page.starts_with(&format!("HTTP/1.1 {status}\r\n")) && page.contains(text), "{stray}: {page}");
    }
    assert_eq!(world.entra.count(Grant::AuthorizationCode), 0, "nothing was redeemed");
    assert!(visit(&url).contains("Signed in"));
    let outcome = ended(child);
    assert_eq!((outcome.code, outcome.err.matches("the response of another sign-in").count()), (Some(0), 1));
    assert_eq!(world.entra.count(Grant::AuthorizationCode), 1);
    assert!(TcpStream::connect(format!("127.0.0.1:{port}")).is_err(), "nothing listens any longer");
    drop(silent);
}

#[test]
fn the_browser_shows_a_declined_sign_in_with_entras_text_escaped() {
    let world = World::signed_out(TokenEndpoint::builder().authorization(Authorization::Declined));
    let child = login(&world, &[]);
    let page = signed_in(&world);
    assert!(page.contains("<h1>Not signed in</h1>") && page.contains("&lt;app&gt;"), "{page}");
    assert!(!page.contains("<app>"), "{page}");
    let outcome = ended(child);
    assert_eq!(outcome.code, Some(3));
    assert!(outcome.err.contains("the user declined to sign in") && outcome.err.contains("help: "), "{}", outcome.err);
    assert!(!is_stored(&world));
}

#[test]
fn a_sign_in_that_cannot_be_stored_never_says_signed_in() {
    let world = World::signed_out(TokenEndpoint::builder());
    let child = login(&world, &[]);
    let url = redirect(&opened(&world));
    fs::remove_dir_all(world.path("config/sign-ins")).expect("it is there");
    fs::write(world.path("config/sign-ins"), "a file").expect("it can be written");
    let page = visit(&url);
    assert!(page.contains("<h1>Not signed in</h1>") && page.contains("sign-ins"), "{page}");
    let outcome = ended(child);
    assert_eq!(outcome.code, Some(7), "{}", outcome.err);
    assert!(!outcome.err.contains("Signed in"), "{}", outcome.err);
}

#[test]
fn a_sign_in_that_is_not_finished_in_the_browser_times_out() {
    let world = World::signed_out(TokenEndpoint::builder());
    let outcome = ended(login(&world, &["--max-time", "1s"]));
    assert_eq!(outcome.code, Some(3));
    assert!(outcome.err.contains("the sign-in was not completed within 1 second"), "{}", outcome.err);
    assert!(outcome.err.contains("--device-code. If the browser shows an error about the redirect"), "{}", outcome.err);
    assert_eq!(world.entra.requests().len(), 0);
}

#[test]
fn ctrl_c_ends_the_wait_for_the_browser() {
    let world = World::signed_out(TokenEndpoint::builder());
    let child = login(&world, &[]);
    opened(&world);
    send_signal(&child, "INT");
    assert_eq!(ended(child).code, Some(130));
    assert!(!is_stored(&world));
}

#[test]
fn what_can_fail_without_the_browser_fails_before_it_opens() {
    let world = World::signed_out(TokenEndpoint::builder());
    fs::create_dir(world.path("config")).expect("the folder");
    fs::write(world.path("config/sign-ins"), "a file in the place of the folder").expect("it can be written");
    for (arguments, code) in [
        (&[][..], 7),
        (&["--tenant", " "], 2),
        (&["--tenant", "contoso.com/b"], 2),
        (&["--tenant", "common"], 2),
        (&["--tenant", "organizations"], 2),
        (&["--client-id", " "], 2),
        (&["--client-id", "my app"], 2),
    ] {
        if code == 2 {
            let _ = fs::remove_file(world.path("config/sign-ins"));
        }
        let outcome = ended(login(&world, &[arguments, &["--max-time", "5s"]].concat()));
        assert_eq!(outcome.code, Some(code), "{}", outcome.err);
        std::thread::sleep(Duration::from_millis(100));
        assert!(!world.path("address").exists(), "{arguments:?}: no browser is opened");
    }
}

#[test]
fn an_address_can_be_opened_by_hand_where_the_browser_cannot() {
    let world = World::signed_out(TokenEndpoint::builder());
    let mut command = world.command(&["login", "--max-time", "2s"]);
    let outcome = Outcome::from(command.env("BROWSER", "/nonexistent/browser").output().expect("it runs"));
    assert_eq!(outcome.code, Some(3));
    assert!(outcome.err.contains("warning: the browser cannot be opened: "), "{}", outcome.err);
    assert!(
        outcome.err.contains("open this address on this machine, or use --device-code:\nhttp://"),
        "{}",
        outcome.err
    );
}
