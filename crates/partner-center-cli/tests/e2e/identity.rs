//! `status` and `doctor` show who a token was issued for.

use partner_center_mock::token_endpoint::TokenEndpoint;
use serde_json::Value;

use crate::support::{CLIENT_ID, CORRELATION_ID, Outcome, UNKNOWN, World, id};

const ONE: &str = "8a1e7c3b-5a53-4a22-9f6c-0e7c2b1d4a10";
const OTHER: &str = "8a1e7c3b-5a53-4a22-9f6c-0e7c2b1d4a11";

fn json(world: &World, arguments: &[&str], variables: &[(&str, &str)]) -> (Value, String) {
    let mut command = world.command(&[arguments, &["--output", "json"]].concat());
    let outcome = Outcome::from(command.envs(variables.iter().copied()).output().expect("it runs"));
    (serde_json::from_str(&outcome.out).expect("JSON"), outcome.err)
}

fn check(report: &Value, name: &str) -> Value {
    let checks = report["checks"].as_array().expect("checks");
    checks.iter().find(|check| check["check"] == name).expect("the check").clone()
}

#[test]
fn user_tenant_and_application_of_a_stored_sign_in_are_shown() {
    let world = World::signed_out(TokenEndpoint::builder().claim("tid", ONE));
    assert_eq!(world.run(&["login"]).code, Some(0));
    let (status, warning) = json(&world, &["status"], &[]);
    let fields = ["user", "tenant", "tenantId", "application", "kind"].map(|name| &status[name]);
    let user = "admin@contoso.onmicrosoft.com";
    assert_eq!(fields, [user, "contoso.onmicrosoft.com", ONE, CLIENT_ID, "app+user"]);
    assert_eq!(warning, "");
    let identity = check(&json(&world, &["doctor"], &[]).0, "identity");
    assert_eq!(
        ["user", "tenantId", "application", "outcome"].map(|name| &identity[name]),
        [user, ONE, CLIENT_ID, "good"]
    );
}

#[test]
fn a_token_of_another_tenant_than_the_configured_one_is_a_warning() {
    let world = World::signed_out(TokenEndpoint::builder().claim("tid", ONE));
    assert_eq!(world.run(&["login"]).code, Some(0));
    // Of a domain nothing is known: a tenant has several.
    for (configured, differs) in [(ONE, false), (OTHER, true), ("contoso.com", false)] {
        let variables = [("AZURE_TENANT_ID", configured)];
        let (status, warning) = json(&world, &["status"], &variables);
        assert_eq!(warning.contains("the token is for the tenant"), differs, "{configured}: {warning}");
        assert_eq!(status["warning"].as_str().is_some_and(|field| warning.contains(field)), differs, "{status}");
        let identity = check(&json(&world, &["doctor"], &variables).0, "identity");
        assert_eq!(identity["outcome"], if differs { "doubtful" } else { "good" }, "{configured}");
    }
    // A token from the environment.
    let token = world.entra.access_tokens().last().expect("a token").clone();
    let variables = [("PARTNER_CENTER_ACCESS_TOKEN", &*token), ("AZURE_TENANT_ID", OTHER)];
    let (status, warning) = json(&world, &["status"], &variables);
    assert_eq!(status["tenantId"], ONE);
    assert!(warning.contains(OTHER), "{warning}");
    assert!(!status.to_string().contains(&token));
}

#[test]
fn the_report_has_the_call_as_fields_and_says_when_and_where_it_was_made() {
    let world = World::new();
    let (report, _) = json(&world, &["doctor", UNKNOWN, "--correlation-id", CORRELATION_ID], &[]);
    let call = check(&report, "call");
    assert_eq!((&call["status"], &call["code"], &call["kind"]), (&404.into(), &"60003".into(), &"not-found".into()));
    assert_eq!(
        (&report["system"]["os"], &report["version"]),
        (&std::env::consts::OS.into(), &env!("CARGO_PKG_VERSION").into())
    );
    let time = report["time"].as_str().expect("a time");
    assert!(time.len() >= 20 && time.starts_with("20") && time.ends_with('Z'), "{time}");
    let (report, _) = json(&world, &["doctor", &id(0)], &[]);
    assert_eq!(check(&report, "call")["status"], 200);
}
