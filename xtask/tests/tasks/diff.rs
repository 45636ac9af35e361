//! `cargo xtask diff`: what a change of the contract means to callers, and the versions that it asks for.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{CONTRACT, Run, contract, xtask};

const OPERATION: &str = "/paths/~1v1~1customers~1{customer-tenant-id}~1organization/get";
const CITY: &str = "/components/schemas/Organization/properties/city";

/// For each change of the project's contract a test that it is of this class, at this place and nowhere else.
macro_rules! changes {
    ($($name:ident: $class:literal at $pointer:expr, $edit:expr;)*) => {
        $(
            #[test]
            fn $name() {
                let mut new = contract();
                let edit: fn(&mut Value) = $edit;
                edit(&mut new);
                let told = changes(&contract(), &new);
                let pointer: &str = &$pointer;
                assert_eq!(told, [($class.to_owned(), pointer.to_owned())]);
            }
        )*
    };
}

changes! {
    a_removed_field_breaks_callers: "breaking" at CITY, |contract| {
        at(contract, "/components/schemas/Organization/properties").as_object_mut().map(|all| all.remove("city"));
    };
    a_new_field_of_an_answer_is_compatible: "compatible" at "/components/schemas/Organization/properties/fax", |contract| {
        at(contract, "/components/schemas/Organization/properties")["fax"] = json!({ "type": "string" });
    };
    a_field_of_another_type_breaks_callers: "breaking" at format!("{CITY}/type"), |contract| {
        at(contract, CITY)["type"] = json!("integer");
    };
    a_field_that_may_no_longer_be_null_breaks_callers: "breaking" at CITY, |contract| {
        at(contract, CITY)["nullable"] = json!(false);
    };
    a_field_made_required_breaks_callers: "breaking" at CITY, |contract| {
        at(contract, "/components/schemas/Organization")["required"] = json!(["city"]);
    };
    closed_values_break_callers: "breaking" at format!("{CITY}/enum"), |contract| {
        at(contract, CITY)["enum"] = json!(["Redmond"]);
    };
    a_removed_operation_breaks_callers: "breaking" at OPERATION, |contract| {
        contract["paths"] = json!({});
    };
    a_removed_parameter_breaks_callers: "breaking" at "/components/parameters/Locale", |contract| {
        at(contract, OPERATION)["parameters"].as_array_mut().map(|all| all.remove(5));
    };
    a_required_parameter_breaks_callers: "breaking" at "/components/parameters/Locale", |contract| {
        at(contract, "/components/parameters/Locale")["required"] = json!(true);
    };
    a_new_optional_parameter_is_compatible: "compatible" at format!("{OPERATION}/parameters/7"), |contract| {
        let new = json!({ "name": "size", "in": "query", "schema": { "type": "integer" } });
        list(contract, &format!("{OPERATION}/parameters")).push(new);
    };
    a_new_required_parameter_breaks_callers: "breaking" at format!("{OPERATION}/parameters/7"), |contract| {
        let new = json!({ "name": "size", "in": "query", "required": true, "schema": { "type": "integer" } });
        list(contract, &format!("{OPERATION}/parameters")).push(new);
    };
    a_parameter_of_another_name_breaks_callers: "breaking" at "/components/parameters/CustomerTenantId/name", |contract| {
        at(contract, "/components/parameters/CustomerTenantId")["name"] = json!("customer-id");
    };
    a_parameter_in_other_letters_breaks_callers: "breaking" at "/components/parameters/RequestId/name", |contract| {
        at(contract, "/components/parameters/RequestId")["name"] = json!("MS-REQUESTID");
    };
    a_parameter_that_may_be_left_out_now_breaks_callers: "breaking" at "/components/parameters/CustomerTenantId",
        |contract| {
            at(contract, "/components/parameters/CustomerTenantId")["required"] = json!(false);
        };
    a_new_optional_body_is_compatible: "compatible" at format!("{OPERATION}/requestBody"), |contract| {
        let content = json!({ "application/json": { "schema": { "type": "string" } } });
        at(contract, OPERATION)["requestBody"] = json!({ "content": content });
    };
    a_new_operation_is_compatible: "compatible" at "/paths/~1v1~1domains/get", |contract| {
        let mut operation = at(contract, OPERATION).clone();
        operation["operationId"] = json!("get_domains");
        operation["parameters"] = json!([]);
        at(contract, "/paths")["/v1/domains"] = json!({ "get": operation });
    };
    a_removed_error_status_breaks_users_of_the_mocks: "breaking" at format!("{OPERATION}/responses/404"), |contract| {
        at(contract, OPERATION)["responses"].as_object_mut().map(|all| all.remove("404"));
    };
    a_removed_range_of_statuses_breaks_users_of_the_mocks: "breaking" at format!("{OPERATION}/responses/4XX"),
        |contract| {
            at(contract, OPERATION)["responses"].as_object_mut().map(|all| all.remove("4XX"));
        };
    the_first_fields_of_a_map_break_callers: "breaking"
        at "/components/schemas/ServiceError/properties/parameters/properties", |contract| {
            let own = "/components/schemas/ServiceError/properties/parameters";
            at(contract, own)["properties"] = json!({ "a": { "type": "string" } });
        };
    other_servers_of_a_path_are_seen: "breaking" at "/paths/~1v1~1customers~1{customer-tenant-id}~1organization/servers",
        |contract| {
            let path = "/paths/~1v1~1customers~1{customer-tenant-id}~1organization";
            at(contract, path)["servers"] = json!([{ "url": "https://elsewhere.example" }]);
        };
    an_extension_of_a_path_is_seen: "breaking" at "/paths/~1v1~1customers~1{customer-tenant-id}~1organization/x-new",
        |contract| {
            at(contract, "/paths/~1v1~1customers~1{customer-tenant-id}~1organization")["x-new"] = json!(1);
        };
    an_extension_among_the_paths_is_seen: "breaking" at "/paths/x-new", |contract| {
        at(contract, "/paths")["x-new"] = json!(1);
    };
    an_operation_without_sign_in_is_seen: "breaking" at format!("{OPERATION}/security"), |contract| {
        at(contract, OPERATION)["security"] = json!([]);
    };
    a_new_error_status_is_compatible: "compatible" at format!("{OPERATION}/responses/409"), |contract| {
        at(contract, OPERATION)["responses"]["409"] = json!({ "$ref": "#/components/responses/BadRequest" });
    };
    a_removed_response_header_breaks_callers: "breaking" at format!("{OPERATION}/responses/200/headers/MS-CV"),
        |contract| {
            at(contract, OPERATION)["responses"]["200"]["headers"].as_object_mut().map(|all| all.remove("MS-CV"));
        };
    a_removed_role_breaks_callers: "breaking" at format!("{OPERATION}/x-partner-center-gdap-roles/any-of/1"),
        |contract| {
            at(contract, OPERATION)["x-partner-center-gdap-roles"]["any-of"].as_array_mut().map(|all| all.remove(1));
        };
    a_new_role_is_compatible: "compatible" at format!("{OPERATION}/x-partner-center-gdap-roles/any-of/2"), |contract| {
        list(contract, &format!("{OPERATION}/x-partner-center-gdap-roles/any-of")).push(json!({ "name": "Directory Readers" }));
    };
    a_changed_example_is_compatible: "compatible" at "/components/examples/Contoso/value", |contract| {
        at(contract, "/components/examples/Contoso/value/0")["city"] = json!("Seattle");
    };
    another_base_url_of_a_cloud_breaks_callers: "breaking" at "/x-partner-center-clouds/2/base-url", |contract| {
        at(contract, "/x-partner-center-clouds/2")["base-url"] = json!("https://elsewhere.example");
    };
    a_code_of_another_kind_breaks_callers: "breaking" at "/x-partner-center-error-codes/0/kind", |contract| {
        at(contract, "/x-partner-center-error-codes/0")["kind"] = json!("forbidden");
    };
    words_are_editorial: "editorial" at format!("{CITY}/description"), |contract| {
        at(contract, CITY)["description"] = json!("Town.");
    };
    what_no_rule_knows_is_taken_for_breaking: "breaking" at "/x-new", |contract| {
        contract["x-new"] = json!(1);
    };
}

#[test]
fn a_part_that_moves_behind_a_reference_is_no_change() {
    let mut new = contract();
    let header = at(&mut new, "/components/headers/ServerId").take();
    at(&mut new, "/components/headers")["Machine"] = header;
    let text = new.to_string().replace("#/components/headers/ServerId", "#/components/headers/Machine");
    let mut new: Value = serde_json::from_str(&text).expect("JSON");
    at(&mut new, "/components/headers").as_object_mut().map(|all| all.remove("ServerId"));
    assert_eq!(changes(&contract(), &new), []);
}

#[test]
fn a_field_that_may_be_null_now_is_compatible_and_an_element_is_not() {
    let with = |nullable: bool| {
        let mut contract = contract();
        at(&mut contract, CITY)["nullable"] = json!(nullable);
        let mails = "/components/schemas/Organization/properties/technicalNotificationMails/items";
        at(&mut contract, mails)["nullable"] = json!(nullable);
        contract
    };
    let classes: Vec<String> = changes(&with(false), &with(true)).into_iter().map(|(class, _)| class).collect();
    assert_eq!(classes, ["breaking", "compatible"]);
}

#[test]
fn the_order_of_uses_hides_nothing_of_a_shared_model() {
    let with = |nullable: bool| {
        let mut contract = contract();
        at(&mut contract, "/components/schemas")["Label"] = json!({ "type": "string", "nullable": nullable });
        let label = json!({ "$ref": "#/components/schemas/Label" });
        let properties = at(&mut contract, "/components/schemas/Organization/properties");
        properties["a"] = label.clone();
        properties["b"] = json!({ "type": "array", "items": label });
        contract
    };
    let classes: Vec<String> = changes(&with(false), &with(true)).into_iter().map(|(class, _)| class).collect();
    assert_eq!(classes, ["breaking", "compatible"]);
}

#[test]
fn closed_values_that_grow_break_callers_whichever_way_they_go() {
    let with = |values: Value| {
        let mut contract = contract();
        at(&mut contract, "/components/parameters/Locale/schema")["enum"] = values.clone();
        at(&mut contract, CITY)["enum"] = values;
        contract
    };
    let told = changes(&with(json!(["a"])), &with(json!(["a", "b"])));
    let broken = |pointer: String| ("breaking".to_owned(), pointer);
    let sent = "/components/parameters/Locale/schema/enum".to_owned();
    assert_eq!(told, [broken(format!("{CITY}/enum")), broken(sent)]);
}

#[test]
fn direction_decides_what_a_new_required_field_means() {
    let with = |schema: Value| {
        let mut contract = contract();
        let content = json!({ "application/json": { "schema": schema } });
        at(&mut contract, OPERATION)["requestBody"] = json!({ "content": content });
        contract
    };
    let old = with(json!({ "type": "object", "properties": {} }));
    let new = with(json!({ "type": "object", "properties": { "a": { "type": "string" } }, "required": ["a"] }));
    assert_eq!(changes(&old, &new)[0].0, "breaking");
}

#[test]
fn asks_for_a_version_of_the_contract_of_a_file() {
    let repository = Repository::new();
    let file = repository.path("old.json");
    std::fs::write(&file, contract().to_string()).expect("the file is written");
    repository.change(|contract| at(contract, CITY)["type"] = json!("integer"));
    let run = repository.diff(&["--base", &file]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.stdout.contains("info.version of openapi/partner-center.yaml is 1.0.0, and has to be 2.0.0"),
        "{run:?}"
    );
    assert!(!run.stdout.contains("Cargo.toml"), "{run:?}");
    assert!(run.stdout.lines().last().is_some_and(|last| last.ends_with(&format!("cargo xtask diff --base {file}"))));
    repository.change(|contract| contract["info"]["version"] = json!("2.0.0"));
    assert_eq!(repository.diff(&["--base", &file]).code, Some(0));
}

#[test]
fn asks_for_versions_and_an_entry_since_the_last_release() {
    let repository = Repository::new();
    repository.commit("v0.1.0");
    repository.change(|contract| at(contract, CITY)["type"] = json!("integer"));
    let run = repository.diff(&[]);
    assert_eq!(run.code, Some(1), "{run:?}");
    for missing in ["Cargo.toml is 0.1.0, and has to be 0.2.0", "CHANGELOG.md has no entry since 0.1.0"] {
        assert!(run.stdout.contains(missing), "{missing}: {}", run.stdout);
    }
    repository.write("Cargo.toml", "[workspace.package]\nversion = \"0.2.0\"\n");
    repository.write("CHANGELOG.md", "# Changelog\n\n- Old.\n- Cities are numbers.\n");
    repository.change(|contract| contract["info"]["version"] = json!("2.0.0"));
    let run = repository.diff(&[]);
    assert!(run.stdout.contains("CHANGELOG.md has no entry with **Breaking:** since 0.1.0"), "{run:?}");
    repository.write("CHANGELOG.md", "# Changelog\n\n- **Breaking:** cities are numbers.\n- Old.\n");
    assert_eq!(repository.diff(&[]).code, Some(0));
}

#[test]
fn before_the_first_release_no_version_is_due() {
    let repository = Repository::new();
    repository.commit("no-release");
    repository.change(|contract| at(contract, CITY)["type"] = json!("integer"));
    let run = repository.diff(&[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("no earlier release is tagged here"), "{run:?}");
    assert!(run.stdout.contains("it asks for version 2.0.0 of the contract"), "{run:?}");
    // A commit that is named is what callers have.
    assert_eq!(repository.diff(&["--base", "no-release"]).code, Some(1));
}

#[test]
fn at_its_own_tag_a_release_is_held_against_the_one_before() {
    let repository = Repository::new();
    repository.commit("v0.1.0");
    repository.change(|contract| at(contract, CITY)["type"] = json!("integer"));
    repository.commit("v0.1.1");
    let run = repository.diff(&[]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("since v0.1.0:"), "{run:?}");
    // What is not committed yet comes after the release.
    repository.change(|contract| contract["x-new"] = json!(1));
    assert!(repository.diff(&[]).stdout.contains("since v0.1.1:"));
}

#[test]
fn a_shallow_clone_without_an_earlier_release_is_no_clean_bill() {
    let (repository, clone) = (Repository::new(), tempfile::tempdir().expect("a folder"));
    repository.commit("v0.1.0");
    repository.change(|contract| at(contract, CITY)["type"] = json!("integer"));
    repository.commit("v0.1.1");
    let source = format!("file://{}", repository.0.path().display());
    let clone = Repository(clone);
    let git =
        Command::new("git").args(["clone", "-q", "--depth", "1", &source, "."]).current_dir(clone.0.path()).status();
    assert!(git.expect("git runs").success());
    let run = clone.diff(&[]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("git fetch --unshallow --tags"), "{run:?}");
}

#[test]
fn says_that_there_is_nothing_to_compare_with() {
    let repository = Repository::new();
    let run = repository.diff(&["--base", "nowhere"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("name another base with --base"), "{run:?}");
}

/// The changes from one contract to another: class and place.
fn changes(old: &Value, new: &Value) -> Vec<(String, String)> {
    let repository = Repository::new();
    let base = repository.path("old.json");
    std::fs::write(&base, old.to_string()).expect("the file is written");
    repository.write(CONTRACT, &new.to_string());
    let run = repository.diff(&["--base", &base, "--output", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("no JSON: {run:?}"));
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let changes = report["changes"].as_array().expect("a list of changes");
    changes.iter().map(|change| (text(&change["class"]), text(&change["pointer"]))).collect()
}

fn at<'a>(contract: &'a mut Value, pointer: &str) -> &'a mut Value {
    contract.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} is there"))
}

fn list<'a>(contract: &'a mut Value, pointer: &str) -> &'a mut Vec<Value> {
    at(contract, pointer).as_array_mut().expect("a list")
}

/// A small repository with contract, version and changelog, gone when it is dropped.
struct Repository(TempDir);

impl Repository {
    fn new() -> Self {
        let repository = Self(tempfile::tempdir().expect("a folder"));
        repository.write(CONTRACT, &contract().to_string());
        repository.write("Cargo.toml", "[workspace.package]\nversion = \"0.1.0\"\n");
        repository.write("CHANGELOG.md", "# Changelog\n\n- Old.\n");
        repository
    }

    fn path(&self, path: &str) -> String {
        self.0.path().join(path).display().to_string()
    }

    fn write(&self, path: &str, text: &str) {
        let file = self.0.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap_or(Path::new("/"))).expect("a folder");
        std::fs::write(file, text).expect("the file is written");
    }

    fn change(&self, edit: impl FnOnce(&mut Value)) {
        let text = std::fs::read_to_string(self.path(CONTRACT)).expect("the contract is there");
        let mut contract: Value = serde_json::from_str(&text).expect("it is JSON");
        edit(&mut contract);
        self.write(CONTRACT, &contract.to_string());
    }

    /// Commits everything and tags it.
    fn commit(&self, tag: &str) {
        let identity = ["-c", "user.name=test", "-c", "user.email=test@test.example", "-c", "commit.gpgsign=false"];
        for command in [&["init", "-q"][..], &["add", "."], &["commit", "-q", "-m", "All."], &["tag", tag]] {
            let git = Command::new("git").current_dir(self.0.path()).args(identity).args(command).status();
            assert!(git.expect("git runs").success(), "{command:?}");
        }
    }

    fn diff(&self, arguments: &[&str]) -> Run {
        xtask(self.0.path(), &[&["diff"], arguments].concat())
    }
}
