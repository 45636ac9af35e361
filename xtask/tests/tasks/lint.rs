//! Each rule of `cargo xtask lint` finds a contract that breaks it, and nothing else finds anything there.

use crate::support::{contract, workspace, xtask};
use serde_json::{Value, json};

const OPERATION: &str = "/paths/~1v1~1customers~1{customer-tenant-id}~1organization/get";

/// For each rule a test that changes the project's contract so that it breaks this rule at this place, and no other.
macro_rules! rules {
    ($($name:ident: $id:literal at $pointer:expr, $edit:expr;)*) => {
        $(
            #[test]
            fn $name() {
                let mut contract = contract();
                let edit: fn(&mut Value) = $edit;
                edit(&mut contract);
                assert_breaks(&contract, $id, &$pointer);
            }
        )*

        #[test]
        fn breaks_every_rule_once() {
            let listed = xtask(&workspace(), &["lint", "--list"]).stdout;
            let mut broken = vec![$($id),*];
            broken.sort_unstable();
            broken.dedup();
            let listed: Vec<&str> = listed.lines().filter_map(|line| line.split(' ').next()).collect();
            assert_eq!(listed, broken);
        }
    };
}

rules! {
    refuses_another_version_of_openapi: "PC001" at "/openapi", |contract| {
        contract["openapi"] = json!("3.1.0");
    };
    refuses_an_operation_without_responses: "PC002" at OPERATION, |contract| {
        let operation = at(contract, OPERATION);
        operation["responses"] = json!("none");
    };
    refuses_two_fields_that_are_one_in_rust: "PC035" at "/components/schemas/Organization/properties/postal_code",
        |contract| {
            let properties = at(contract, "/components/schemas/Organization/properties");
            properties["postal_code"] = properties["postalCode"].clone();
        };
    refuses_two_parameters_that_are_one_in_rust: "PC035" at "/components/parameters/Locale/name", |contract| {
        at(contract, "/components/parameters/Locale")["name"] = json!("MS-Request-ID");
    };
    refuses_a_parameter_that_the_mock_has_another_thing_for: "PC035" at "/components/parameters/Locale/name",
        |contract| {
            at(contract, "/components/parameters/Locale")["name"] = json!("Into-Inner");
        };
    refuses_an_operation_called_like_a_keyword: "PC035" at format!("{OPERATION}/operationId"), |contract| {
        at(contract, OPERATION)["operationId"] = json!("match");
    };
    refuses_an_operation_called_like_a_part_of_the_client: "PC035" at format!("{OPERATION}/operationId"), |contract| {
        at(contract, OPERATION)["operationId"] = json!("new_with_client");
    };
    refuses_two_operations_whose_types_are_one: "PC035" at "/paths/~1v1~1domains/get/operationId", |contract| {
        let mut operation = at(contract, OPERATION).clone();
        operation["parameters"] = json!([]);
        operation["operationId"] = json!("get_2a");
        at(contract, "/paths")["/v1/domains"] = json!({ "get": operation.clone() });
        at(contract, OPERATION)["operationId"] = json!("get2a");
    };
    refuses_a_schema_that_rust_spells_otherwise: "PC035" at "/components/schemas/URL", |contract| {
        at(contract, "/components/schemas")["URL"] = json!({ "type": "object", "description": "A place." });
    };
    refuses_a_schema_called_like_a_keyword: "PC035" at "/components/schemas/Self", |contract| {
        at(contract, "/components/schemas")["Self"] = json!({ "type": "object", "description": "It." });
    };
    refuses_a_schema_that_another_one_makes_too: "PC035" at "/components/schemas/ServiceError/properties/code",
        |contract| {
            let new = json!({ "type": "object", "description": "A code." });
            at(contract, "/components/schemas")["ServiceErrorCode"] = new;
        };
    refuses_what_the_document_itself_has_wrong: "PC002" at "", |contract| {
        contract["security"] = json!(7);
    };
    refuses_an_unknown_type: "PC002" at "/components/schemas/Organization/properties/city/type", |contract| {
        at(contract, "/components/schemas/Organization/properties/city")["type"] = json!("text");
    };
    refuses_a_reference_into_nothing: "PC003" at format!("{OPERATION}/responses/404/$ref"), |contract| {
        at(contract, OPERATION)["responses"]["404"] = json!({ "$ref": "#/components/responses/Nowhere" });
    };
    refuses_a_reference_to_another_file: "PC003" at "/components/responses/BadRequest/headers/MS-CV/$ref", |contract| {
        at(contract, "/components/responses/BadRequest/headers/MS-CV")["$ref"] = json!("headers.yaml#/MS-CV");
    };
    refuses_a_reference_to_another_kind_of_part: "PC003" at format!("{OPERATION}/responses/404/$ref"), |contract| {
        at(contract, OPERATION)["responses"]["404"] = json!({ "$ref": "#/components/parameters/Locale" });
    };
    refuses_a_reference_into_an_entry: "PC003" at "/components/schemas/City/$ref", |contract| {
        at(contract, "/components/schemas")["City"] =
            json!({ "$ref": "#/components/schemas/Organization/properties/city" });
    };
    refuses_a_reference_to_itself: "PC003" at "/components/examples/Loop/$ref", |contract| {
        at(contract, "/components/examples")["Loop"] = json!({ "$ref": "#/components/examples/Loop" });
    };
    refuses_an_operation_without_an_id: "PC004" at OPERATION, |contract| {
        remove(contract, OPERATION, "operationId");
    };
    refuses_an_id_that_stands_twice: "PC005" at "/paths/~1v1~1customers~1{customer-tenant-id}/get/operationId", |contract| {
        let operation = at(contract, OPERATION).clone();
        contract["paths"]["/v1/customers/{customer-tenant-id}"] = json!({ "get": operation });
    };
    refuses_an_id_in_camel_case: "PC006" at format!("{OPERATION}/operationId"), |contract| {
        at(contract, OPERATION)["operationId"] = json!("getCustomerOrganization");
    };
    refuses_an_operation_without_a_tag: "PC007" at format!("{OPERATION}/tags"), |contract| {
        at(contract, OPERATION)["tags"] = json!([]);
    };
    refuses_an_undeclared_tag: "PC007" at format!("{OPERATION}/tags/0"), |contract| {
        at(contract, OPERATION)["tags"] = json!(["costumers"]);
    };
    refuses_an_operation_without_a_summary: "PC008" at format!("{OPERATION}/summary"), |contract| {
        remove(contract, OPERATION, "summary");
    };
    refuses_a_multipart_body: "PC009" at format!("{OPERATION}/requestBody"), |contract| {
        at(contract, OPERATION)["requestBody"] =
            json!({ "content": { "multipart/form-data": { "schema": { "type": "object" } } } });
    };
    refuses_a_default_response: "PC010" at format!("{OPERATION}/responses/default"), |contract| {
        at(contract, OPERATION)["responses"]["default"] = json!({ "$ref": "#/components/responses/GatewayTimeout" });
    };
    refuses_a_second_success_schema: "PC011" at format!("{OPERATION}/responses/202"), |contract| {
        at(contract, OPERATION)["responses"]["202"] = json!({ "description": "Later." });
    };
    refuses_a_second_error_schema: "PC012" at format!("{OPERATION}/responses/404"), |contract| {
        at(contract, OPERATION)["responses"]["404"] = json!({
            "description": "Nothing there.",
            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/NestedError" } } },
        });
    };
    refuses_an_error_without_json: "PC013" at format!("{OPERATION}/responses/404"), |contract| {
        at(contract, OPERATION)["responses"]["404"] = json!({ "description": "Nothing there." });
    };
    refuses_a_status_that_nobody_registered: "PC014" at format!("{OPERATION}/responses/499"), |contract| {
        at(contract, OPERATION)["responses"]["499"] = json!({ "$ref": "#/components/responses/OtherClientError" });
    };
    refuses_a_cookie: "PC015" at "/components/parameters/Locale", |contract| {
        at(contract, "/components/parameters/Locale")["in"] = json!("cookie");
    };
    refuses_a_parameter_without_a_description: "PC016" at "/components/parameters/Locale", |contract| {
        remove(contract, "/components/parameters/Locale", "description");
    };
    refuses_a_path_parameter_that_the_path_does_not_name: "PC017" at "/components/parameters/Locale", |contract| {
        let locale = at(contract, "/components/parameters/Locale");
        locale["in"] = json!("path");
        locale["required"] = json!(true);
    };
    refuses_a_path_parameter_that_may_be_missing: "PC017" at "/components/parameters/CustomerTenantId", |contract| {
        at(contract, "/components/parameters/CustomerTenantId")["required"] = json!(false);
    };
    refuses_a_path_that_no_parameter_fills: "PC017" at OPERATION, |contract| {
        let parameters = at(contract, &format!("{OPERATION}/parameters")).as_array_mut().expect("an array");
        parameters.retain(|parameter| parameter["$ref"] != "#/components/parameters/CustomerTenantId");
    };
    refuses_a_header_that_the_client_sets: "PC018" at "/components/parameters/Application", |contract| {
        at(contract, "/components/parameters/Application")["name"] = json!("authorization");
    };
    refuses_a_parameter_in_another_style: "PC019" at "/components/parameters/CustomerTenantId/style", |contract| {
        at(contract, "/components/parameters/CustomerTenantId")["style"] = json!("matrix");
    };
    refuses_a_parameter_with_content: "PC019" at "/components/parameters/Locale", |contract| {
        let locale = at(contract, "/components/parameters/Locale").as_object_mut().expect("an object");
        let schema = locale.remove("schema").expect("a schema");
        locale.insert("content".to_owned(), json!({ "text/plain": { "schema": schema } }));
    };
    refuses_a_schema_name_in_snake_case: "PC020" at "/components/schemas/tax_number", |contract| {
        at(contract, "/components/schemas")["tax_number"] = json!({ "type": "string" });
    };
    refuses_a_property_without_a_description: "PC021" at "/components/schemas/Organization/properties/city", |contract| {
        remove(contract, "/components/schemas/Organization/properties/city", "description");
    };
    refuses_a_secret_by_its_name: "PC022" at "/components/schemas/NestedError/properties/accessToken", |contract| {
        at(contract, "/components/schemas/NestedError/properties")["accessToken"] =
            json!({ "type": "string", "nullable": true, "description": "Opaque." });
    };
    refuses_any_of_plain_values: "PC023" at "/components/schemas/ServiceError/properties/code/anyOf/0", |contract| {
        let code = at(contract, "/components/schemas/ServiceError/properties/code").as_object_mut().expect("an object");
        code.remove("oneOf");
        code.insert("anyOf".to_owned(), json!([{ "type": "string" }, { "type": "integer" }]));
        code.insert("nullable".to_owned(), json!(true));
    };
    refuses_a_closed_response: "PC024" at "/components/schemas/Organization", |contract| {
        at(contract, "/components/schemas/Organization")["additionalProperties"] = json!(false);
    };
    refuses_a_closed_list_of_values: "PC025" at "/components/schemas/Organization/properties/city", |contract| {
        at(contract, "/components/schemas/Organization/properties/city")["enum"] = json!(["Redmond"]);
    };
    refuses_a_property_that_may_not_be_null: "PC026" at "/components/schemas/Organization/properties/city", |contract| {
        remove(contract, "/components/schemas/Organization/properties/city", "nullable");
    };
    refuses_an_array_that_may_not_be_null: "PC026"
    at "/components/schemas/Organization/properties/technicalNotificationMails", |contract| {
        remove(contract, "/components/schemas/Organization/properties/technicalNotificationMails", "nullable");
    };
    refuses_a_property_that_may_not_be_missing: "PC027" at "/components/schemas/Organization/required", |contract| {
        at(contract, "/components/schemas/Organization")["required"] = json!(["city"]);
    };
    refuses_a_constrained_parameter: "PC028" at "/components/parameters/Locale/schema/pattern", |contract| {
        at(contract, "/components/parameters/Locale/schema")["pattern"] = json!("^[a-z]{2}-[A-Z]{2}$");
    };
    refuses_a_constrained_response: "PC028" at "/components/schemas/Organization/properties/city/maxLength", |contract| {
        at(contract, "/components/schemas/Organization/properties/city")["maxLength"] = json!(80);
    };
    refuses_a_response_that_is_parsed: "PC028" at "/components/schemas/NestedError/properties/code/format", |contract| {
        at(contract, "/components/schemas/NestedError/properties/code")["format"] = json!("duration");
    };
    refuses_an_operation_without_an_example: "PC029" at OPERATION, |contract| {
        remove(contract, &format!("{OPERATION}/responses/200/content/application~1json"), "examples");
    };
    refuses_an_example_that_breaks_its_schema: "PC030" at "/components/examples/Contoso/value/0/city", |contract| {
        at(contract, "/components/examples/Contoso/value/0")["city"] = json!(98052);
    };
    refuses_a_text_example_that_is_no_text: "PC030" at "/components/examples/MfaMissingAsText/value", |contract| {
        at(contract, "/components/examples/MfaMissingAsText")["value"] = json!({ "code": 10001 });
    };
    refuses_a_parameter_example_that_is_no_guid: "PC030" at "/components/parameters/RequestId/example", |contract| {
        at(contract, "/components/parameters/RequestId")["example"] = json!("request 1");
    };
    refuses_a_default_that_breaks_its_schema: "PC030" at "/components/parameters/Locale/schema/default", |contract| {
        at(contract, "/components/parameters/Locale/schema")["default"] = json!(1033);
    };
    refuses_an_example_name_in_snake_case: "PC031"
    at "/components/responses/BadRequest/content/application~1json/examples/no_guid", |contract| {
        at(contract, "/components/responses/BadRequest/content/application~1json/examples")["no_guid"] =
            json!({ "$ref": "#/components/examples/BadInput" });
    };
    refuses_an_example_name_that_stands_twice: "PC032"
    at "/components/responses/BadRequest/content/application~1json/examples/contoso", |contract| {
        at(contract, "/components/responses/BadRequest/content/application~1json/examples")["contoso"] =
            json!({ "$ref": "#/components/examples/BadInput" });
    };
    refuses_an_example_of_a_range: "PC033"
    at "/components/responses/OtherClientError/content/application~1json/examples/teapot", |contract| {
        at(contract, "/components/responses/OtherClientError/content/application~1json")["examples"] =
            json!({ "teapot": { "value": { "code": 418 } } });
    };
    refuses_an_example_without_a_name: "PC033"
    at "/components/responses/BadGateway/content/application~1json/example", |contract| {
        at(contract, "/components/responses/BadGateway/content/application~1json")["example"] = json!({ "code": 502 });
    };
    refuses_an_example_header_that_is_a_number: "PC034" at "/components/examples/Throttled/x-response-headers", |contract| {
        at(contract, "/components/examples/Throttled")["x-response-headers"] = json!({ "Retry-After": 57 });
    };
}

#[test]
fn finds_nothing_in_the_projects_contract() {
    let run = xtask(&workspace(), &["lint"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("keeps all"), "{run:?}");
}

#[test]
fn says_which_file_it_cannot_read() {
    let run = xtask(&workspace(), &["lint", "nowhere.yaml"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("nowhere.yaml cannot be read"), "{run:?}");
}

#[test]
fn says_where_the_yaml_is_broken() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("contract.yaml");
    std::fs::write(&file, "openapi: 3.0.3\npaths: {}\npaths: {}\n").expect("the file is written");
    let run = xtask(&workspace(), &["lint", &file.display().to_string()]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("line 3 column 1"), "{run:?}");
    assert!(run.stderr.contains("duplicate"), "{run:?}");
}

#[test]
fn survives_a_document_that_is_no_contract_at_all() {
    for text in ["", "[]", "true", "paths: [1]", "paths: {/a: {get: 7}}", "components: {schemas: {A: []}}"] {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("contract.yaml");
        std::fs::write(&file, text).expect("the file is written");
        let run = xtask(&workspace(), &["lint", &file.display().to_string()]);
        assert_eq!(run.code, Some(1), "{text}: {run:?}");
        assert!(!run.stderr.contains("panicked"), "{text}: {run:?}");
    }
}

/// Asserts that the rule `id` finds its fault at `pointer`, and that no other rule finds anything.
fn assert_breaks(contract: &Value, id: &str, pointer: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("contract.json");
    std::fs::write(&file, contract.to_string()).expect("the file is written");
    let run = xtask(&workspace(), &["lint", &file.display().to_string()]);
    assert_eq!(run.code, Some(1), "{run:?}");
    let start = format!("error[{id}]: ");
    for line in run.stdout.lines().filter(|line| line.starts_with("error[")) {
        assert!(line.starts_with(&start), "{}", run.stdout);
    }
    let places: Vec<_> = run.stdout.lines().filter_map(|line| line.trim().strip_prefix("at:  ")).collect();
    assert!(places.iter().any(|place| place.ends_with(&format!("contract.json#{pointer}"))), "{}", run.stdout);
    assert!(run.stdout.contains("  fix: "), "{}", run.stdout);
}

fn at<'a>(contract: &'a mut Value, pointer: &str) -> &'a mut Value {
    contract.pointer_mut(pointer).unwrap_or_else(|| panic!("the contract has no {pointer}"))
}

fn remove(contract: &mut Value, pointer: &str, key: &str) {
    let removed = at(contract, pointer).as_object_mut().and_then(|object| object.remove(key));
    assert!(removed.is_some(), "{pointer} has no {key}");
}

#[test]
fn names_the_place_inside_a_part_that_does_not_read() {
    let mut contract = contract();
    at(&mut contract, OPERATION)["deprecated"] = json!("maybe");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("contract.json");
    std::fs::write(&file, contract.to_string()).expect("the file is written");
    let run = xtask(&workspace(), &["lint", &file.display().to_string()]);
    assert!(run.stdout.contains("does not read as an operation at deprecated: "), "{run:?}");
}
