//! Proxies and certificates between the command and the service.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use partner_center_mock::faults::tls::CertificateAuthority;

use crate::support::{Outcome, World, id, ids};

const SERVICE: &str = "https://service.example";

/// A proxy that sends one response to every request until the test's process ends; its address and the number of requests.
fn proxy(response: &'static str) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            counter.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(response.as_bytes());
        }
    });
    (address, asked)
}

fn run(world: &World, proxy: &str, arguments: &[&str]) -> Outcome {
    let mut command = world.command(arguments);
    // With an address on this machine, no proxy would be used.
    command.env("PARTNER_CENTER_BASE_URL", SERVICE).env("PARTNER_CENTER_AUTHORITY", "https://login.example");
    command.env("HTTPS_PROXY", proxy);
    command.output().expect("it runs").into()
}

#[test]
fn a_wrong_proxy_password_ends_an_export_and_is_named_everywhere() {
    let world = World::new();
    let (address, asked) = proxy("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
    let (with_password, shown) = (format!("http://user:hunter2@{address}"), format!("http://{address}"));
    let list = world.list(ids(100));
    let export = run(&world, &with_password, &["organization", "export", "--from", &list, "--to", "o.ndjson"]);
    assert_eq!(export.code, Some(6), "{}", export.err);
    assert!(export.err.contains("100 not fetched") && export.err.contains("(HTTP 407)"), "{}", export.err);
    // Those that were in flight with the first one.
    assert!(asked.load(Ordering::SeqCst) <= 16, "{asked:?}");

    // Each check that sends the password may lock the account.
    asked.store(0, Ordering::SeqCst);
    let doctor = run(&world, &with_password, &["doctor", &id(0)]);
    assert_eq!((doctor.code, asked.load(Ordering::SeqCst)), (Some(6), 1), "{}", doctor.out);
    assert_eq!(doctor.out.matches("not tried: the proxy ").count(), 2, "{}", doctor.out);
    let config = run(&world, &with_password, &["config"]);
    assert!(doctor.out.contains(&format!("the proxy {shown} requires a user name")), "{}", doctor.out);
    assert!(config.out.contains("proxy for base-url") && config.out.contains(&shown), "{}", config.out);
    for text in [export.err, doctor.out, doctor.err, config.out] {
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn a_denied_tunnel_and_an_unreadable_proxy_are_named() {
    let world = World::new();
    let (address, _) = proxy("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    for command in [&["organization", "get", &id(0)][..], &["doctor"]] {
        let denied = run(&world, &format!("http://{address}"), command);
        let text = denied.out + &denied.err;
        assert!(text.contains(&format!("the proxy http://{address} denies the connection (HTTP 403)")), "{text}");
        let unreadable = run(&world, "htps://user:hunter2@proxy.example", command);
        let text = unreadable.out + &unreadable.err;
        assert_eq!(unreadable.code, Some(2), "{text}");
        assert!(
            text.contains("HTTPS_PROXY is not the address of an HTTP proxy") && !text.contains("hunter2"),
            "{text}"
        );
    }
}

#[test]
fn doctor_names_the_authority_of_an_untrusted_certificate() {
    let world = World::new();
    let authority = CertificateAuthority::new().expect("a root");
    let server = world.serving_with_tls(authority.issue(["127.0.0.1"]).expect("a certificate"));
    let doctor = world.run(&["doctor", "--base-url", &server.url(), &id(0)]);
    assert_eq!(doctor.code, Some(6), "{}", doctor.out);
    let lines: Vec<&str> = doctor.out.lines().collect();
    for check in ["✗ service", "✗ call"] {
        let line = lines.iter().position(|line| line.starts_with(check)).expect("a line");
        assert!(lines[line].contains("the server's certificate is not trusted"), "{}", doctor.out);
        assert!(lines[line + 1].contains("SSL_CERT_FILE"), "{}", doctor.out);
    }
    assert!(doctor.out.contains("; the certificate authority is \""), "{}", doctor.out);
}

#[cfg(target_os = "linux")]
#[test]
fn missing_root_certificates_are_named_and_do_not_stop_plain_http() {
    let world = World::new();
    let folder = world.folder.path().display().to_string();
    let empty = world.list([]);
    for (base_url, code) in [(SERVICE.to_owned(), 2), (world.service.base_url(), 0)] {
        for (file, said) in [("", "install the package ca-certificates"), (&folder, &folder), (&empty, &empty)] {
            let mut command = world.command(&["organization", "get", &id(0), "--base-url", &base_url]);
            let output = command.env("SSL_CERT_FILE", file).env("SSL_CERT_DIR", "/none").output().expect("it runs");
            let outcome = Outcome::from(output);
            assert_eq!(outcome.code, Some(code), "{}", outcome.err);
            assert_eq!(outcome.err.contains("there are no root certificates"), code == 2, "{}", outcome.err);
            assert!(code == 0 || outcome.err.contains(said), "{}", outcome.err);
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn doctor_reports_a_bad_file_of_certificates_and_an_unreadable_proxy() {
    let world = World::new();
    for (name, value) in [("SSL_CERT_FILE", "/no/such/file"), ("HTTPS_PROXY", "htps://proxy.example")] {
        let mut command = world.command(&["doctor", "--output", "json"]);
        command.env("PARTNER_CENTER_BASE_URL", SERVICE).env("PARTNER_CENTER_AUTHORITY", "https://login.example");
        let outcome = Outcome::from(command.env(name, value).output().expect("it runs"));
        assert_eq!((outcome.code, &*outcome.err), (Some(2), ""), "{}", outcome.out);
        let report: serde_json::Value = serde_json::from_str(&outcome.out).expect("JSON");
        for check in report["checks"].as_array().expect("checks").iter().filter(|check| check["outcome"] == "bad") {
            assert!(check["detail"].as_str().is_some_and(|detail| detail.contains(name)), "{check}");
        }
        assert_eq!(report["checks"].as_array().map(Vec::len), Some(6), "{report}");
    }
}
