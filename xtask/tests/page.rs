//! `cargo xtask drift page`: pages in every format, changed pages, and invalid pages.

mod support;

use std::io::{Read, Write};
use std::net::TcpListener;

use serde_json::Value;
use support::{CONTRACT, Run, Workspace};

const HTML: &str = include_str!("samples/page.html");
const TEXT: &str = include_str!("samples/page.txt");
const REVIEWED: &str = "openapi/reviewed-pages.yaml";

#[test]
fn html_markdown_and_plain_text_of_a_page_have_the_same_digests() {
    let copy = reviewed(HTML);
    for page in [HTML, &markdown(), TEXT] {
        let run = check(&copy, page);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.stdout.contains("(get_customer_organization): differences: 0, accepted: 0"), "{run:?}");
    }
}

#[test]
fn a_difference_from_the_contract_is_reported() {
    let copy = reviewed(HTML);
    for (old, new, found) in [
        ("\"city\"", "\"town\"", "unknown field /*/town: \"Cork\""),
        ("\"Cork\"", "7", "body/*/city: 7 is not of type \"string\""),
        ("[\"it", "[1, \"it", "body/*/technicalNotificationMails/*: 1 is not of type \"string\""),
        ("[{", "{", "body: {"),
        ("[{", "(", "the body of response 200 is not JSON"),
        ("200 OK", "207 Mixed", "response 207 is not in the contract"),
        ("MS-CorrelationId", "MS-Correlation", "response header MS-Correlation is not in the contract"),
        ("MS-RequestId", "MS-Request", "request header MS-Request is not in the contract"),
        ("Global Reader", "Global Writer", "role \"Global Writer\" is not in the contract"),
        ("Global Reader | read |\n", "", "role \"Global Reader\" is not on the page"),
        ("GET | {baseURL}/v1", "GET | {baseURL}/v2", "is GET /v1/customers/{customer-tenant-id}/organization in the"),
        ("GET | ", "PUT | ", "organization is GET /v1/customers/{customer-tenant-id}/organization in the contract"),
    ] {
        assert!(TEXT.contains(old), "{old}");
        let run = check(&copy, &TEXT.replacen(old, new, 1));
        assert_eq!((run.code, run.stdout.contains(found)), (Some(1), true), "{new}: {run:?}");
    }
}

#[test]
fn other_wording_is_reported_with_the_text_of_the_section() {
    let copy = reviewed(HTML);
    for page in [HTML, &markdown(), TEXT] {
        let run = check(&copy, &page.replace("DAP is not supported", "DAP is\u{1b} supported"));
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(run.stdout.contains("differences: 1,"), "{run:?}");
        assert!(run.stdout.contains("section \"Prerequisites\" is not as reviewed"), "{run:?}");
        assert!(run.stdout.contains("| GDAP roles are required here. DAP is\u{fffd} supported."), "{run:?}");
    }
    let run = check(&copy, &markdown().replace("## Prerequisites", "## Limits\n\nNone.\n\n## Needs"));
    assert_eq!(run.code, Some(1), "{run:?}");
    for found in ["section \"Limits\" is not", "section \"Needs\" is not", "section \"Prerequisites\" is gone"] {
        assert!(run.stdout.contains(found), "{found}: {run:?}");
    }
}

#[test]
fn an_accepted_difference_is_reported_with_its_reason() {
    let page = HTML.replace("Global Reader", "Global Writer");
    let copy = reviewed(&page);
    let (new, gone) =
        (r#""role \"Global Writer\" is not in the contract""#, r#""role \"Global Reader\" is not on the page""#);
    copy.edit(REVIEWED, "  sections:", &format!("  accepted: {{{new}: A test., {gone}: Renamed.}}\n  sections:"));
    let run = check(&copy, &page);
    let line = "accepted: role \"Global Writer\" is not in the contract: A test.";
    assert_eq!((run.code, run.stdout.contains(line)), (Some(0), true), "{run:?}");
}

#[test]
fn an_incomplete_or_foreign_page_is_an_error_that_says_why() {
    let copy = reviewed(HTML);
    let other = TEXT.replace("a customer organization", "users").replace("/organization", "/users");
    for (page, reason) in [
        ("", "the page is empty"),
        ("<html><title>Sign in</title><p>Wait</p></html>", "its title is \"Sign in\", and it shows no HTTP request"),
        (&other, "its title is \"Get users\", and it shows GET {baseURL}/v1/customers/{customer-tenant-id}/users"),
        (TEXT.split("REST response").next().unwrap_or_default(), "shows no HTTP request with its response"),
    ] {
        let run = check(&copy, page);
        assert_eq!((run.code, run.stdout.contains(reason)), (Some(2), true), "{reason}: {run:?}");
    }
}

#[test]
fn every_exit_code_has_a_json_report() {
    let copy = reviewed(HTML);
    copy.write("same", TEXT);
    copy.write("other", &TEXT.replace("\"city\"", "\"town\""));
    let report = |page: &str, code| {
        let run = copy.run(&["drift", "page", "--output", "json", &copy.path(page).display().to_string()]);
        assert_eq!(run.code, Some(code), "{run:?}");
        serde_json::from_str::<Value>(&run.stdout).expect("it prints JSON")
    };
    assert_eq!(report("same", 0)["reports"][0]["operation"], "get_customer_organization");
    assert_eq!(report("other", 1)["reports"][0]["differences"][0], "unknown field /*/town: \"Cork\"");
    assert!(report("absent", 2)["reports"][0]["error"].as_str().is_some_and(|error| error.contains("cannot read")));
    copy.write(CONTRACT, "- [");
    assert!(report("same", 2)["reports"][0]["error"].as_str().is_some_and(|error| error.contains("not valid YAML")));
}

#[test]
fn a_page_is_fetched_from_its_url() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let url = format!("http://{}/page", listener.local_addr().expect("it has an address"));
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("curl connects");
        let mut head = [0; 2048];
        let length = stream.read(&mut head).expect("the request arrives");
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{HTML}", HTML.len()).expect("it is sent");
        String::from_utf8_lossy(&head[..length]).to_lowercase()
    });
    let run = reviewed(HTML).run(&["drift", "page", &url]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(server.join().expect("the server ends").contains("accept-language: en-us"));
}

#[test]
fn without_arguments_the_page_of_each_operation_is_fetched() {
    let copy = reviewed(HTML);
    let contract = copy.read(CONTRACT).replace("https://learn.microsoft.com/", "http://127.0.0.1:1/");
    copy.write(CONTRACT, &contract);
    let run = copy.run(&["drift", "page"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    let (asked, operations) =
        (run.stdout.matches("save it and pass the file").count(), contract.matches("operationId:"));
    assert_eq!(asked, operations.count(), "{run:?}");
}

/// The page in the documentation's source format.
fn markdown() -> String {
    let mut page = format!("# {}", TEXT.replace("Important\n", "\n> [!IMPORTANT]\n> "));
    for (heading, before, after) in [
        ("Prerequisites", "", ""),
        ("GDAP roles", "", ""),
        ("Request syntax", "", ""),
        ("Request example", "", "```http\n"),
        ("REST response", "```\n", ""),
        ("Response example", "", "```http\n"),
        ("Next steps", "```\n", ""),
    ] {
        page = page.replacen(&format!("\n{heading}\n"), &format!("\n{before}\n## {heading}\n\n{after}"), 1);
    }
    page
}

/// A workspace with a reviewed page: it contains the digests of the report.
fn reviewed(page: &str) -> Workspace {
    let copy = Workspace::new();
    copy.write(REVIEWED, "{}");
    let mut reviewed = "get_customer_organization:\n  sections:\n".to_owned();
    for line in check(&copy, page).stdout.lines() {
        if let Some(heading) = line.strip_prefix("  section ").and_then(|rest| rest.split(" is not").next()) {
            reviewed += &format!("    {heading}: ");
        } else if let Some(digest) = line.strip_prefix("    digest: ") {
            reviewed += &format!("{digest}\n");
        }
    }
    copy.write(REVIEWED, &reviewed);
    copy
}

fn check(copy: &Workspace, page: &str) -> Run {
    copy.write("page", page);
    copy.run(&["drift", "page", &copy.path("page").display().to_string()])
}
