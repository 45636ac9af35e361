//! `doctor`: one line per check, and explained errors.

use partner_center_mock::token_endpoint::{OAuthError, TokenEndpoint};

use crate::golden;
use crate::support::{CORRELATION_ID, UNKNOWN, World, id};

fn doctor(world: &World, arguments: &[&str]) -> (Option<i32>, String) {
    let arguments = [&["doctor", "--correlation-id", CORRELATION_ID], arguments].concat();
    let mut command = world.command(&arguments);
    let output = command.env("PARTNER_CENTER_REFRESH_TOKEN", "a-refresh-token").output().expect("it runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    (output.status.code(), golden::settled(&world.named(&text)))
}

#[test]
fn every_check_is_one_line_if_all_pass() {
    let world = World::signed_out(TokenEndpoint::builder());
    let (code, text) = doctor(&world, &[&id(0)]);
    assert_eq!(code, Some(0), "{text}");
    golden::check("doctor-well.txt", &text);
}

#[test]
fn a_denied_call_is_explained() {
    let world = World::signed_out(TokenEndpoint::builder());
    let (code, text) = doctor(&world, &[UNKNOWN]);
    assert_eq!(code, Some(5), "{text}");
    golden::check("doctor-denied.txt", &text);
}

#[test]
fn a_token_without_mfa_or_for_another_audience_is_detected() {
    let entra =
        TokenEndpoint::builder().claim("amr", serde_json::json!(["pwd"])).claim("aud", "https://graph.windows.net");
    let world = World::signed_out(entra);
    let (code, text) = doctor(&world, &[]);
    assert_eq!(code, Some(3), "{text}");
    golden::check("doctor-token.txt", &text);
}

#[test]
fn an_opaque_token_is_doubtful_and_the_help_is_the_call() {
    let outcome = World::new().run(&["doctor"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    let help = "help: Test the call itself with `partner-center doctor CUSTOMER_TENANT_ID`.\n";
    assert!(outcome.out.contains("? claims ") && outcome.out.ends_with(help), "{}", outcome.out);
}

#[test]
fn a_failed_sign_in_ends_the_checks() {
    let world = World::signed_out(TokenEndpoint::builder());
    world.entra.respond_always(OAuthError::mfa_required());
    let (code, text) = doctor(&world, &[&id(0)]);
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("✗ token") && text.contains("Set a new value in PARTNER_CENTER_REFRESH_TOKEN."), "{text}");
    assert!(!text.contains(" call ") && !text.contains("\n  correlation id:"), "its id is shown once: {text}");
}

#[test]
fn audience_ids_and_tokens_that_are_not_valid_yet_are_explained() {
    let tomorrow = std::time::SystemTime::now() + std::time::Duration::from_secs(86_400 + 60);
    let tomorrow = tomorrow.duration_since(std::time::UNIX_EPOCH).expect("it is later").as_secs();
    let entra = TokenEndpoint::builder().claim("aud", "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd").claim("nbf", tomorrow);
    let (code, text) = doctor(&World::signed_out(entra), &[]);
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("✓ audience  https://api.partnercenter.microsoft.com (fa3d9a0c-"), "{text}");
    assert!(text.contains("✗ expiry  the token is not valid yet, by this machine's clock; it will be in "), "{text}");
    let graph = TokenEndpoint::builder().claim("aud", "00000003-0000-0000-c000-000000000000");
    let (_, text) = doctor(&World::signed_out(graph), &[]);
    assert!(text.contains("✗ audience  the token is for https://graph.microsoft.com (00000003-"), "{text}");
}

#[test]
fn the_time_until_or_since_expiry_is_rounded_down() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("it is later").as_secs();
    let (minute, hour, day) = (60, 3600, 86_400);
    for (expires, shown) in [
        (now + 2 * minute - 1, "✓ expiry  in 11"),
        (now + hour, "✓ expiry  in N minutes"),
        (now + 26 * hour - minute, "✓ expiry  in 25 hours"),
        (now - 2 * day - 20 * hour, "✗ expiry  the token expired 2 days ago, at "),
        (now - day, "✗ expiry  the token expired 24 hours ago, at "),
    ] {
        let (_, text) = doctor(&World::signed_out(TokenEndpoint::builder().claim("exp", expires)), &[]);
        assert!(text.contains(shown), "{shown}: {text}");
    }
}

#[test]
fn a_silent_server_costs_no_more_than_the_timeout() {
    let world = World::signed_out(TokenEndpoint::builder());
    let _gate = world.entra.hold();
    let (silent, began) = (world.entra.authority(), std::time::Instant::now());
    let (code, text) = doctor(&world, &["--timeout", "1", "--base-url", &silent]);
    assert_eq!(code, Some(6), "{text}");
    // Both at once, then the token.
    assert!(began.elapsed() < std::time::Duration::from_millis(2900), "{:?} {text}", began.elapsed());
}

#[test]
fn json_has_what_a_support_ticket_needs() {
    let world = World::signed_out(TokenEndpoint::builder());
    let (_, text) = doctor(&world, &[UNKNOWN, "--output", "json"]);
    let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let checks = report["checks"].as_array().expect("checks");
    assert_eq!(checks.last().map(|check| &check["correlationId"]), Some(&CORRELATION_ID.into()));
    assert!(!text.contains("a-refresh-token"));
    for token in world.entra.access_tokens() {
        assert!(!text.contains(&token));
    }
}
