//! `cargo xtask drift page`: pages in every form, pages of other days, pages that are none.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::{CONTRACT, Run, contract_text, workspace, xtask};

const ACCEPTED: &str = "openapi/accepted-differences.yaml";
const REVIEWED: &str = "openapi/reviewed-page.yaml";

/// The page in all its forms, with the text that ends each of them.
const FORMS: &[&str] = &["page.html", "page.md", "page.txt"];

#[test]
fn agrees_with_the_page_in_every_form_but_for_what_is_accepted() {
    let copy = Copy::new();
    for form in FORMS {
        let run = copy.check(&sample(form));
        assert_eq!(run.code, Some(0), "{form}: {run:?}");
        assert!(run.stdout.contains("11 differ as accepted"), "{form}: {}", run.stdout);
        assert!(
            run.stdout.contains("the page has \"Directory Writer\", the contract \"Directory Writers\": Entra calls")
        );
    }
}

#[test]
fn sees_the_roles_and_the_partner_role_of_an_older_page() {
    let copy = Copy::new();
    for form in FORMS {
        let older = sample(form)
            .replace(
                "DAP is not supported.",
                "DAP is not supported. A partner role still counts (AdminAgent/SalesAgent).",
            )
            .replace("app+user credentials", "app+user credentials or app-only authentication")
            .replace("<li>Global Reader</li>", "<li>Global Administrator</li>\n<li>Global Reader</li>")
            .replace("- Global Reader", "- Global Administrator\n- Global Reader");
        let run = copy.check(&older);
        assert_eq!(run.code, Some(1), "{form}: {run:?}");
        for told in [
            "differs: role/Global Administrator: the page has \"Global Administrator\", the contract \"Global Administrator, once listed\"",
            "missing in the contract: partner-role/AdminAgent",
            "missing in the contract: partner-role/SalesAgent",
            "no longer so: token-kind/app-only",
        ] {
            assert!(run.stdout.contains(told), "{form}: {told}: {}", run.stdout);
        }
    }
}

#[test]
fn names_both_values_the_place_and_what_mends_it() {
    let run = Copy::new().check(&sample("page.md").replace("Redmond", "Seattle"));
    assert_eq!(run.code, Some(1), "{run:?}");
    let told = "differs: example/city: the page has \"Seattle\", the contract \"Redmond\"\n  \
                at: openapi/partner-center.yaml#/components/examples/Contoso/value\n";
    assert!(run.stdout.contains(told), "{}", run.stdout);
    let last = run.stdout.lines().last().expect("it says something");
    assert!(last.starts_with("To mend it, correct openapi/partner-center.yaml or accept"), "{last}");
    assert!(last.contains("cargo xtask codegen && cargo xtask drift page "), "{last}");
}

#[test]
fn sees_a_section_that_the_documentation_did_not_have_before() {
    let page = sample("page.md").replace("### Request body", "### Response headers\n\nMany.\n\n### Request body");
    let run = Copy::new().check(&page);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("missing in the contract: section/Response headers"), "{}", run.stdout);
}

#[test]
fn sees_an_object_where_the_contract_has_an_array() {
    let page = sample("page.txt").replace("\n[\n{", "\n{").replace("}\n]\n", "}\n");
    let run = Copy::new().check(&page);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("differs: answer: the page has \"object\", the contract \"array\""), "{}", run.stdout);
}

#[test]
fn reads_tables_that_lost_their_marks() {
    let page = sample("page.txt")
        .replace("Method | Request URI |\n---|---|\nGET | ", "Method Request URI\nGET ")
        .replace("Name | Type | Required | Description |\n---|---|---|---|\n", "Name Type Required Description\n")
        .replace("customer-tenant-id | guid | Y | Which", "customer-tenant-id guid Y Which")
        .replace(" |\n", "\n")
        .replace("- Global", "  • Global");
    let run = Copy::new().check(&page);
    assert_eq!(run.code, Some(0), "{run:?}");
}

#[test]
fn never_passes_a_page_it_cannot_read_and_says_what_it_missed() {
    let copy = Copy::new();
    for (page, missed) in [
        (
            sample("page.html").replace("<h3 id=\"uri-parameter\">URI parameter</h3>", ""),
            "\"URI parameters\" is missing",
        ),
        (sample("page.md").replace("- Global Reader\n", "").replace("- Directory Writer\n", ""), "lists no role"),
        (sample("page.txt").replace("\"city\":", "\"city\""), "\"Response example\" holds no HTTP response with JSON"),
        (sample("page.md").replace("Type    ", "Kind    "), "\"URI parameters\" holds no table of parameters"),
        (
            sample("page.md")
                .replace("# Get a customer organization", "# Get a customer")
                .replace("/organization", "/users"),
            "it is about GET /v1/customers/{customer-tenant-id}/users, which is no operation of the contract",
        ),
        ("<html><body><h1>Sign in</h1><p>Please sign in.</p></body></html>".to_owned(), "\"Prerequisites\" is missing"),
        (String::new(), "it has no title"),
    ] {
        let run = copy.check(&page);
        assert_eq!(run.code, Some(2), "{missed}: {run:?}");
        assert!(run.stdout.contains(missed), "{missed}: {}", run.stdout);
        assert!(run.stdout.lines().last().is_some_and(|last| last.contains("then run: cargo xtask drift page ")));
    }
}

#[test]
fn tells_of_every_section_that_reads_otherwise_whatever_the_form() {
    let copy = Copy::new();
    // In its own words, since no program understands them all.
    for (old, new, section) in [
        ("What an organization is.", "What an organization is. It will be retired in 2027.", "Opening"),
        ("comes back.", "comes back. Partners are throttled at 10 calls a minute.", "REST response"),
        ("GDAP roles are required here.", "GDAP roles are required here, Billing Administrator too.", "Prerequisites"),
        ("GDAP roles are required here.", "GDAP roles aren\u{2019}t required here.", "Prerequisites"),
        ("You need at least one of these", "You need at least one of these for a time", "GDAP roles"),
        ("Which customer it is.", "Which customer it was.", "URI parameters"),
        ("lists the ", "lists all the ", "Request headers"),
    ] {
        for form in FORMS {
            let page = sample(form);
            assert!(page.contains(old), "{form}: {old}");
            let run = copy.check(&page.replacen(old, new, 1));
            assert_eq!(run.code, Some(1), "{form}: {new}: {run:?}");
            let told = format!("section \"{section}\": it reads otherwise than when it was reviewed");
            assert!(run.stdout.contains(&told), "{form}: {new}: {}", run.stdout);
        }
    }
}

#[test]
fn tells_of_a_second_row_sample_or_method_in_a_section() {
    let copy = Copy::new();
    for (old, new, section) in [
        ("### Request body", "```http\nGET /v2/customers HTTP/1.1\n```\n\n### Request body", "Request headers"),
        ("### URI parameter", "| **PATCH** | /v1/customers |\n\n### URI parameter", "Request syntax"),
        ("## Next steps", "```http\nHTTP/1.1 404 Not Found\n```\n\n## Next steps", "Response example"),
        ("## REST request", "And one of these:\n\n- Billing Reader\n\n## REST request", "GDAP roles"),
    ] {
        let run = copy.check(&sample("page.md").replacen(old, new, 1));
        assert_eq!(run.code, Some(1), "{new}: {run:?}");
        assert!(run.stdout.contains(&format!("section \"{section}\": it reads")), "{new}: {}", run.stdout);
    }
}

#[test]
fn shows_what_a_changed_section_says_and_records_it_once_it_is_reviewed() {
    let copy = Copy::new();
    let page = sample("page.md").replace("What an organization is.", "Retired\u{1b}[2K soon.");
    let run = copy.check(&page);
    assert!(run.stdout.contains("  now: Retired\\u{1b}[2K soon.\n"), "{}", run.stdout);
    assert!(run.stdout.contains("--accept > openapi/reviewed-page.yaml`), then run: cargo xtask"), "{}", run.stdout);
    let file = copy.write("page", &page);
    let run = xtask(copy.0.path(), &["drift", "page", "--accept", &file]);
    assert_eq!(run.code, Some(0), "{run:?}");
    copy.write(REVIEWED, &run.stdout);
    assert_eq!(copy.check(&page).code, Some(0));
}

#[test]
fn without_a_review_no_page_agrees() {
    let copy = Copy::new();
    std::fs::remove_file(copy.path(REVIEWED)).expect("the file was there");
    let run = copy.check(&sample("page.md"));
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("section \"Opening\": it was never reviewed"), "{}", run.stdout);
}

#[test]
fn cannot_read_a_section_that_stands_twice_or_a_row_that_is_too_short() {
    let copy = Copy::new();
    for (page, missed) in [
        (
            sample("page.md").replace("## REST request", "## GDAP roles\n\n- Billing Reader\n\n## REST request"),
            "the section \"GDAP roles\" stands twice",
        ),
        (
            sample("page.txt").replace("guid | Y | Which customer it is. |", "guid |"),
            "the section \"URI parameters\" has a row that is too short",
        ),
        (sample("page.md").replace("| Y        |", "| Maybe |"), "\"URI parameters\" holds no table of parameters"),
        (
            sample("page.md").replace("### Request body", "| A | B |\n|---|---|\n| c | d |\n\n### Request body"),
            "\"Request headers\" holds a table that is none of headers",
        ),
    ] {
        let run = copy.check(&page);
        assert_eq!(run.code, Some(2), "{missed}: {run:?}");
        assert!(run.stdout.contains(missed), "{missed}: {}", run.stdout);
    }
}

#[test]
fn holds_a_table_of_headers_against_the_contract_apart_from_the_sample() {
    let table = "| Name | Type | Required |\n|---|---|---|\n| MS-RequestId | int | Y |\n| X-New | string | N |\n";
    let run = Copy::new().check(&sample("page.md").replace("### Request body", &format!("{table}\n### Request body")));
    assert_eq!(run.code, Some(1), "{run:?}");
    for told in [
        "listed-header/MS-RequestId/type: the page has \"integer\", the contract \"guid\"",
        "listed-header/MS-RequestId/required: the page has \"required\", the contract \"optional\"",
        "listed-header/X-New: the page has \"string, optional\", the contract nothing",
    ] {
        assert!(run.stdout.contains(told), "{told}: {}", run.stdout);
    }
}

#[test]
fn goes_on_after_a_file_that_it_cannot_read() {
    let copy = Copy::new();
    let file = copy.write("page", &sample("page.md"));
    let run = xtask(copy.0.path(), &["drift", "page", "--output", "json", "no such file", &file]);
    assert_eq!(run.code, Some(2), "{run:?}");
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("it prints JSON");
    assert!(report["pages"][0]["absent"].as_str().is_some_and(|reason| reason.contains("cannot be read")), "{report}");
    assert!(report["pages"][1]["facts"].is_array(), "{report}");
    assert!(report["mend"].as_str().is_some_and(|mend| mend.contains("page 'no such file' ")), "{report}");
}

#[test]
fn tells_of_an_acceptance_that_no_longer_applies() {
    let copy = Copy::new();
    let run = copy.check(&sample("page.md").replace("This query parameter", "This path parameter"));
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("no longer so: parameter-place"), "{}", run.stdout);
}

#[test]
fn an_acceptance_without_a_reason_is_refused() {
    let copy = Copy::new();
    std::fs::write(copy.path(ACCEPTED), "differences:\n- {fact: a, page: b, reason: ' '}\n").expect("it is written");
    let run = copy.check(&sample("page.md"));
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("gives no reason for a"), "{}", run.stderr);
}

#[test]
fn tells_machines_every_fact() {
    let copy = Copy::new();
    let file = copy.write("page", &sample("page.md"));
    let run = xtask(copy.0.path(), &["drift", "page", "--output", "json", &file]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("it prints JSON");
    let facts = report["pages"][0]["facts"].as_array().expect("a list of facts");
    let role = facts.iter().find(|fact| fact["fact"] == "role/Directory Writers").expect("the fact is told");
    assert_eq!((&role["relation"], &role["page"]), (&"differs".into(), &"Directory Writer".into()));
    assert!(role["accepted"].as_str().is_some_and(|reason| reason.starts_with("Entra")), "{role}");
    assert_eq!(facts.iter().filter(|fact| fact["relation"] == "agrees").count(), 37);
}

#[test]
fn reads_a_page_from_its_address() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = format!("http://{}/page", listener.local_addr().expect("it has an address"));
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody calls");
        let mut head = [0; 2048];
        let read = stream.read(&mut head).expect("the request comes");
        let body = sample("page.html");
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        stream.write_all(answer.as_bytes()).expect("the answer goes");
        String::from_utf8_lossy(&head[..read]).to_lowercase()
    });
    let run = xtask(Copy::new().0.path(), &["drift", "page", &address]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let asked = server.join().expect("the server ends");
    assert!(asked.contains("accept-language: en-us"), "{asked}");
}

#[test]
fn says_that_an_address_cannot_be_reached_and_what_to_do_then() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = format!("http://{}/page", listener.local_addr().expect("it has an address"));
    drop(listener);
    let run = xtask(Copy::new().0.path(), &["drift", "page", &address]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stdout.contains("cannot be reached; without a network, save the page and run"), "{}", run.stdout);
}

/// A sample of the page.
fn sample(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name);
    std::fs::read_to_string(file).expect("the sample is there")
}

/// The contract and what is accepted, in a folder that goes with it.
struct Copy(TempDir);

impl Copy {
    fn new() -> Self {
        let copy = Self(tempfile::tempdir().expect("a folder"));
        std::fs::create_dir(copy.path("openapi")).expect("a folder");
        copy.write(CONTRACT, &contract_text());
        let accepted = std::fs::read_to_string(workspace().join(ACCEPTED)).expect("the file is there");
        copy.write(ACCEPTED, &accepted);
        copy.write(REVIEWED, &sample("reviewed-page.yaml"));
        copy
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// Writes a file and gives its whole path.
    fn write(&self, path: &str, text: &str) -> String {
        let path = self.path(path);
        std::fs::write(&path, text).expect("the file is written");
        path.display().to_string()
    }

    fn check(&self, page: &str) -> Run {
        let file = self.write("page", page);
        xtask(self.0.path(), &["drift", "page", &file])
    }
}
