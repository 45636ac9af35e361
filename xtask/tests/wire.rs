//! `cargo xtask drift wire`: captures in every format, redaction, and invalid captures.

mod support;

use std::fs;
use std::sync::LazyLock;

use serde_json::{Value, json};
use support::{CONTRACT, Run, Workspace, project};

const URL: &str = "https://proxy.example/v1/customers/7d3a9f0c-52f4-4b0e-9c3e-6b1f2a8d4e55/organization?a=b";

/// A response with every field of the contract, most of them null.
static BODY: LazyLock<String> = LazyLock::new(|| {
    let contract = fs::read_to_string(project().join(CONTRACT)).expect("the contract is there");
    let contract: Value = serde_saphyr::from_str(&contract).expect("it is YAML");
    let mut organization = contract["components"]["schemas"]["Organization"]["properties"].clone();
    organization.as_object_mut().expect("it has fields").values_mut().for_each(|field| *field = Value::Null);
    organization["street"] = "12 Harbour Lane".into();
    organization["city"] = "Cork".into();
    organization["technicalNotificationMails"] = json!(["it@fabrikam.example"]);
    json!([organization]).to_string()
});

#[test]
fn json_http_messages_and_har_files_can_match() {
    let nothing = json!({ "request": { "method": "GET", "url": URL }, "response": { "status": 0 } });
    let har = har(&[entry(URL, json!({ "text": *BODY })), entry("https://proxy.example/logo", json!({})), nothing]);
    for (capture, checked) in [
        (exchange("200 OK", &BODY), "1 of 1 responses"),
        (format!("HTTP/1.1 100 Continue\n\n{}", exchange("200 OK", &BODY)), "1 of 1 responses"),
        (exchange("200 OK", &BODY).repeat(2), "2 of 2 responses"),
        (format!("\u{feff}{}", *BODY), "1 of 1 responses"),
        (har.to_string(), "1 of 2 responses"),
        (exchange("403 Forbidden", "{\"code\": 900308}"), "1 of 1 responses"),
        (exchange("502 Bad Gateway", "<html></html>"), "1 of 1 responses"),
    ] {
        let run = check(&[&capture], &["--operation", "get_customer_organization"]);
        let report = format!("{checked} (get_customer_organization): differences: 0, accepted: 0\n");
        assert_eq!((run.code, run.stdout.contains(&report)), (Some(0), true), "{capture}: {run:?}");
    }
    let run = check(&[&BODY], &["--operation", "get_customer_organization", "--output", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("it prints JSON");
    assert_eq!((run.code, &report["reports"][0]["differences"], &report["help"]), (Some(0), &json!([]), &Value::Null));
}

#[test]
fn unknown_missing_and_mistyped_fields_are_named() {
    for (old, new, found) in [
        ("\"city\"", "\"town\": 1, \"city\"", "  unknown field /*/town\n"),
        ("\"state\":null,", "", "  missing field /*/state\n"),
        ("\"Cork\"", "[\"Cork\"]", "  body/*/city: value is not of type \"string\"\n"),
        ("\"it@", "null, \"it@", "  body/*/technicalNotificationMails/*: value is not of type \"string\"\n"),
        ("[{", "{", "  the body of response 200 is not JSON\n"),
    ] {
        let run = check(&[&exchange("200 OK", &BODY.replacen(old, new, 1))], &[]);
        assert_eq!((run.code, run.stdout.contains(found)), (Some(1), true), "{new}: {run:?}");
    }
    for (status, body, found) in [
        ("302 Found", "", "response 302 is not in the contract"),
        ("403 Forbidden", "{\"code\": [1]}", "body/code: value is not valid under any"),
        ("418 Teapot", "{\"error\": {\"reason\": 1}}", "unknown field /error/reason"),
    ] {
        let run = check(&[&exchange(status, body)], &[]);
        assert_eq!((run.code, run.stdout.contains(found)), (Some(1), true), "{status}: {run:?}");
    }
}

#[test]
fn a_field_is_missing_only_if_no_response_has_it() {
    let without = exchange("200 OK", &BODY.replace("\"state\":null,", ""));
    assert_eq!(check(&[&without], &[]).code, Some(1));
    assert_eq!(check(&[&without, &exchange("200 OK", &BODY)], &[]).code, Some(0));
}

#[test]
fn values_are_redacted_by_default() {
    let capture = exchange("200 OK", &BODY.replace("\"12 Harbour Lane\"", "5550100, \"fax\": \"+353 5550101\""));
    for options in [&[][..], &["--output", "json"]] {
        let run = check(&[&capture], options);
        assert!(run.stdout.contains("unknown field /*/fax"), "{run:?}");
        for secret in ["55501", "Cork", "it@fabrikam", "Bearer", "7d3a9f0c"] {
            assert!(!format!("{run:?}").contains(secret), "{secret}: {run:?}");
        }
    }
    let run = check(&[&capture], &["--values"]);
    for value in ["unknown field /*/fax: \"+353 5550101\"", "body/*/street: 5550100 is not"] {
        assert!(run.stdout.contains(value), "{run:?}");
    }
}

#[test]
fn an_invalid_capture_is_an_error_with_the_reason() {
    let compressed = exchange("200 OK", "x").replace("Content-Type: application/json", "Content-Encoding: gzip");
    let other = exchange("200 OK", &BODY).replace("organization", "users");
    for (capture, reason) in [
        ("hello", "is not JSON, not a HAR file and not an HTTP message"),
        (&compressed, "compressed or chunked"),
        (&har(&[entry(URL, json!({ "size": 900 }))]).to_string(), "is missing"),
        (&other, "none of the 1 responses belongs to"),
    ] {
        let run = check(&[capture], &[]);
        assert_eq!((run.code, run.stderr.contains(reason)), (Some(2), true), "{reason}: {run:?}");
        let run = check(&[capture], &["--output", "json"]);
        let report: Value = serde_json::from_str(&run.stdout).expect("it prints JSON");
        assert!(report["reports"][0]["error"].as_str().is_some_and(|error| error.contains(reason)), "{report}");
    }
    let run = check(&[&BODY], &["--operation", "get_nothing"]);
    assert_eq!((run.code, run.stderr.contains("--operation")), (Some(2), true), "{run:?}");
}

fn exchange(status: &str, body: &str) -> String {
    format!(
        "GET {URL} HTTP/1.1\nAuthorization: Bearer a\n\nHTTP/1.1 {status}\nContent-Type: application/json\n\n{body}\n"
    )
}

fn entry(url: &str, content: Value) -> Value {
    let response = json!({ "status": 200, "headers": [], "content": content });
    json!({ "request": { "method": "GET", "url": url }, "response": response })
}

fn har(entries: &[Value]) -> Value {
    json!({ "log": { "version": "1.2", "entries": entries } })
}

fn check(captures: &[&str], options: &[&str]) -> Run {
    let copy = Workspace::new();
    copy.write("openapi/reviewed-pages.yaml", "{}");
    let mut arguments = [&["drift", "wire"][..], options].concat();
    let files: Vec<String> =
        (0..captures.len()).map(|index| copy.path(&index.to_string()).display().to_string()).collect();
    for (index, capture) in captures.iter().enumerate() {
        copy.write(&index.to_string(), capture);
        arguments.push(&files[index]);
    }
    copy.run(&arguments)
}
