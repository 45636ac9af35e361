//! `cargo xtask lint`: each construct that the rules forbid is a violation with its location.

mod support;

use std::collections::BTreeSet;
use std::fs;

use support::{CONTRACT, Workspace, project, xtask};

const CITY: &str = "          description: City, free text.\n";
const CITY_TYPE: &str = "city:\n          type: string\n";
const LOCALE: &str = "      name: X-Locale\n";
const LOCALE_SCHEMA: &str = "      schema:\n        type: string\n      example: en-US\n";
const OPERATION: &str = "      operationId: get_customer_organization\n";
const CODE: &str = "    ServiceErrorCode: {type: object, description: C, properties: {}}\n    NestedError:\n";
const REQUIRED_ID: &str = "      required:\n        - id\n";
const GUID: &str = "          type: string\n          format: uuid\n";
const PATH: &str = "/v1/customers/{customer-tenant-id}/organization:";
const SUCCESS: &str = "              schema:\n                type: array\n                items:\n                  \
                       $ref: '#/components/schemas/Organization'\n";
const STATUS_CODE: &str = "        statusCode:\n          type: integer\n          format: int64\n";

/// The rule, a text in the contract with its replacement, and a part of the reported location.
#[rustfmt::skip]
const VIOLATIONS: &[(&str, &str, &str, &str)] = &[
    ("subset", "    get:\n", "    post:\n", "organization/post\n"),
    ("references", "schemas/Organization'", "schemas/Organisation'", "/schema/items\n"),
    ("references", "'#/components/parameters/Locale'", "'#/components/headers/ServerId'", "/parameters/5/$ref\n"),
    ("operation-id", OPERATION, "", "organization/get\n"),
    ("operation-id", OPERATION, "      operationId: getOrganization\n", "/operationId\n"),
    ("operation-id", OPERATION, "      operationId: match\n", "/operationId\n"),
    ("operation-id", OPERATION, "      operationId: pre\n", "/operationId\n"),
    ("operation-description", "      summary: Look up the organization of one customer\n", "", "organization/get\n"),
    ("status-codes", "        '400':\n", "        default:\n", "/responses/default\n"),
    ("status-codes", "        '400':\n", "        '499':\n", "/responses/499\n"),
    ("one-success", "        '200':\n", "        '409':\n", "/responses\n"),
    ("one-success", SUCCESS, "", "/responses/200/content/application~1json\n"),
    ("one-success", SUCCESS, "              schema: {type: array, items: {type: object}}\n", "/schema/items\n"),
    ("one-error", "schemas/ServiceError'\n          examples:", "schemas/NestedError'\n          examples:", "/schema\n"),
    ("parameters", LOCALE, "      name: authorization\n", "/Locale/name\n"),
    ("parameters", LOCALE, "      name: X-Locale\n      style: simple\n", "/Locale/style\n"),
    ("parameters", LOCALE_SCHEMA, "      schema: {type: object}\n", "/Locale/schema/type\n"),
    ("parameters", LOCALE_SCHEMA, "      schema: {type: string, format: date}\n", "/Locale/schema/format\n"),
    ("parameters", "      required: true\n", "      required: false\n", "/CustomerTenantId/required\n"),
    ("path-parameters", PATH, "/v1/customers/organization:", "/get/parameters\n"),
    ("path-parameters", PATH, "/v1/{customer-tenant-id}/{customer-tenant-id}:", "/get/parameters\n"),
    ("schema-names", "    NestedError:\n      type", "    nested_error:\n      type", "/schemas/nested_error\n"),
    ("schema-names", "  schemas:\n", "  schemas:\n    URL: {type: object, description: U, properties: {}}\n", "/URL\n"),
    ("open-models", CITY, "          description: City.\n          enum: [Redmond]\n", "/city/enum\n"),
    ("open-models", CITY, "          description: City.\n          format: date\n", "/city/format\n"),
    ("open-models", STATUS_CODE, "        statusCode:\n          type: integer\n          format: int32\n", "/format\n"),
    ("open-models", "additionalProperties: true", "additionalProperties: {type: string}", "/additionalProperties\n"),
    ("open-models", "    Organization:\n", "    Organization:\n      additionalProperties: false\n", "/additionalProperties\n"),
    ("open-models", REQUIRED_ID, "      required: [id, links]\n", "/Customer/required\n"),
    ("open-models", GUID, "          type: string\n          nullable: true\n          format: uuid\n", "/id/nullable\n"),
    ("open-models", GUID, "          type: string\n", "/Customer/properties/id\n"),
    ("property-description", CITY, "", "/properties/city\n"),
    ("nullable-properties", "nullable: true\n          description: City", "description: City", "/properties/city\n"),
    ("nullable-properties", REQUIRED_ID, "", "/Customer/properties/id\n"),
    ("no-secrets", "        city:\n", "        accessToken:\n", "/Organization/properties/accessToken\n"),
    ("examples", "          city: Redmond\n", "          city: 98052\n", "#/components/examples/Contoso/value/0/city\n"),
    ("examples", "      example: 74ca1db9-", "      example: none-", "/parameters/1/example\n"),
    ("examples", "                contoso:\n", "                Contoso_1:\n", "/examples/Contoso_1\n"),
    ("examples", "            bad-input:\n", "            contoso:\n", "/responses/400: contoso\n"),
    ("examples", "        Retry-After: '57'\n", "        Retry-After: 57\n", "/x-response-headers/Retry-After\n"),
    ("examples", "responses/OtherClientError'", "responses/NotFound'", "/responses/4XX: tenant-not-found\n"),
    ("no-identifier-collisions", "        city:\n", "        postal_code:\n", "/properties/postalCode\n"),
    ("no-identifier-collisions", LOCALE, "      name: ms-request-id\n", "/parameters/5\n"),
    ("no-identifier-collisions", LOCALE, "      name: Into-Inner\n", "/parameters/5\n"),
    ("no-identifier-collisions", "    NestedError:\n", CODE, "/ServiceError/properties/code\n"),
];

#[test]
fn each_forbidden_construct_is_reported_with_its_location() {
    for (rule, old, new, place) in VIOLATIONS {
        let copy = Workspace::new();
        copy.edit(CONTRACT, old, new);
        let run = copy.run(&["lint"]);
        let is_reported = |report: &str| report.starts_with(&format!("{rule}]: ")) && report.contains(place);
        assert!(run.stdout.split("error[").any(is_reported), "{rule}: {old:?} as {new:?} gives {}", run.stdout);
        assert_eq!(run.code, Some(1), "{run:?}");
    }
}

/// A text in the contract, its replacement, and a part of the reason and the help of the one violation.
#[rustfmt::skip]
const MISTAKES: &[(&str, &str, &str, &str)] = &[
    ("openapi: 3.0.3\n", "openapi: 3.1.0\n", "\"3.1.0\" does not match", "write `3.0.3`"),
    ("'400':\n", "'204': {description: D}\n        '400':\n", "\"4XX\", \"5XX\", found \"204\"", "only `200` can be"),
    (CITY_TYPE, "city:\n          type: str\n", "\"array\", \"object\", found \"str\"", "use one of these types"),
    (CITY_TYPE, "city:\n          type: integer\n", "\"format\" is a required", "write `format: int64`"),
    (CITY_TYPE, "city:\n          ref: a\n", "`ref` is not", "write `type: object`, and the reference in `allOf`"),
    ("nullable: true", "nullable: 'true'", "expected true, found \"true\"", "write `nullable: true`, without"),
    ("    Organization:\n", "    Organization:\n      required: [city]\n", "expected [\"id\"]", "nothing but `id` may be"),
    ("$ref: '#/components/responses", "ref: '#/components/responses", "`ref` is not", "write `$ref`, and nothing"),
    ("- $ref: '#/components/schemas", "- ref: '#/components/schemas", "`ref` is not", "write `$ref`, and nothing"),
    ("displayName: Contoso", "displayName: 5", "5 is not of type \"string\"", "a `value` that matches"),
];

#[test]
fn a_mistake_is_one_violation_with_its_own_help() {
    for (old, new, reason, help) in MISTAKES {
        let copy = Workspace::new();
        copy.edit(CONTRACT, old, new);
        let run = copy.run(&["lint"]);
        let lines: Vec<&str> = run.stdout.lines().collect();
        assert!(lines.len() == 4 && lines[0].contains(reason) && lines[2].contains(help), "{new:?}: {}", run.stdout);
        assert_eq!(lines[3], format!("{CONTRACT}: 1 violation"));
    }
}

#[test]
fn each_rule_has_a_test() {
    let guide = fs::read_to_string(project().join("docs/contract-rules.md")).expect("the guide is there");
    let rules: BTreeSet<&str> = guide.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    assert_eq!(VIOLATIONS.iter().map(|(rule, ..)| *rule).collect::<BTreeSet<_>>(), rules);
}

#[test]
fn the_contract_of_the_project_violates_no_rule() {
    let run = xtask(&project(), &["lint"]);
    assert_eq!(run.code, Some(0), "{run:?}");
}

#[test]
fn an_invalid_document_is_a_violation_and_a_missing_one_an_error() {
    for text in ["[]", "true", "paths: [1]", "paths: {/a: {get: 7}}", "components: {schemas: {A: []}}"] {
        let copy = Workspace::new();
        copy.write(CONTRACT, text);
        let run = copy.run(&["lint"]);
        assert_eq!((run.code, run.stderr.is_empty()), (Some(1), true), "{text}: {run:?}");
    }
    let copy = Workspace::new();
    copy.write(CONTRACT, "# Nothing yet.\n");
    for (run, reason) in [
        (copy.run(&["lint"]), "openapi/partner-center.yaml is empty"),
        (copy.run(&["lint", "nowhere.yaml"]), "cannot read nowhere.yaml"),
    ] {
        assert_eq!((run.code, run.stderr.contains(reason)), (Some(2), true), "{run:?}");
    }
}
