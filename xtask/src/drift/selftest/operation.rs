//! Mutants of an operation and of what it answers with.

use serde_json::json;

use super::contract::{Mutants, told};
use super::edit::{count, names, object, rename, set, text};
use crate::diff::Class::{Breaking, Compatible, Editorial};

impl Mutants<'_> {
    pub(super) fn operation(&mut self, operation: &str, path: &str) {
        let name = |key: &str| format!("{operation}/{key}");
        self.add("path changed", path, told(Breaking, operation).fact("path"), |json| {
            rename(json.pointer_mut("/paths")?, path, &path.replace("/organization", "/organizations"))
        });
        self.add("method changed", "get to post", told(Breaking, operation).fact("method"), |json| {
            let (item, method) = operation.rsplit_once('/')?;
            rename(json.pointer_mut(item)?, method, "post")
        });
        self.add("operation renamed", "operationId", told(Breaking, name("operationId")), |json| {
            set(json, operation, "operationId", json!("read_organization"))
        });
        self.add("request body added", "required", told(Breaking, name("requestBody")).fact("request-body"), |json| {
            let body =
                json!({ "required": true, "content": { "application/json": { "schema": { "type": "string" } } } });
            set(json, operation, "requestBody", body)
        });
        self.add(
            "optional body added",
            "optional",
            told(Compatible, name("requestBody")).fact("request-body"),
            |json| {
                let body = json!({ "content": { "application/json": { "schema": { "type": "string" } } } });
                set(json, operation, "requestBody", body)
            },
        );
        let parameters = name("parameters");
        let turn = count(self.original, &parameters);
        let size = |is_required: bool| json!({ "name": "size", "in": "query", "required": is_required, "schema": { "type": "integer" } });
        for (class, is_required) in [(Breaking, true), (Compatible, false)] {
            let new = told(class, format!("{parameters}/{turn}")).fact("parameter/size");
            self.add("parameter added", &is_required.to_string(), new, |json| {
                json.pointer_mut(&parameters)?.as_array_mut().map(|parameters| parameters.push(size(is_required)))
            });
        }
        let collision = told(Compatible, format!("{parameters}/{turn}")).rule("PC035");
        self.add("parameter that is another one in Rust", "MSRequestId", collision, |json| {
            let new = json!({ "name": "ms request id", "in": "query", "schema": { "type": "string" } });
            json.pointer_mut(&parameters)?.as_array_mut().map(|parameters| parameters.push(new))
        });
        self.add("operation that nobody signs in to", "security", told(Breaking, name("security")), |json| {
            set(json, operation, "security", json!([]))
        });
        let item = operation.rsplit_once('/').map_or("", |(item, _)| item);
        self.add("server of a path", "servers", told(Breaking, format!("{item}/servers")), |json| {
            set(json, item, "servers", json!([{ "url": "https://elsewhere.example" }]))
        });
        self.add("extension of a path", "x-new", told(Breaking, format!("{item}/x-new")), |json| {
            set(json, item, "x-new", json!(true))
        });
        self.add("operation added", "get_domains", told(Compatible, "/paths/~1v1~1domains/get"), |json| {
            let mut new = json.pointer(operation)?.clone();
            new["operationId"] = json!("get_domains");
            new["parameters"] = json!([]);
            set(json, "/paths", "/v1/domains", json!({ "get": new }))
        });
        let roles = name("x-partner-center-gdap-roles/any-of");
        for index in 0..count(self.original, &roles) {
            let role = text(self.original, &format!("{roles}/{index}/name"));
            self.add(
                "role removed",
                &index.to_string(),
                told(Breaking, format!("{roles}/{index}")).fact(format!("role/{role}")),
                |json| json.pointer_mut(&roles)?.as_array_mut().map(|roles| drop(roles.remove(index))),
            );
        }
        self.add(
            "role added",
            "Directory Readers",
            told(Compatible, format!("{roles}/{}", count(self.original, &roles))).fact("role/Directory Readers"),
            |json| {
                let role = json!({ "name": "Directory Readers", "grade": "documented" });
                json.pointer_mut(&roles)?.as_array_mut().map(|roles| roles.push(role))
            },
        );
        self.add("DAP allowed", "dap", told(Compatible, name("x-partner-center-gdap-roles/dap")).fact("dap"), |json| {
            set(json, &name("x-partner-center-gdap-roles"), "dap", json!("supported"))
        });
        let kinds = name("x-partner-center-token-kinds");
        for index in 0..count(self.original, &kinds) {
            let kind = text(self.original, &format!("{kinds}/{index}/kind"));
            self.add(
                "kind of token removed",
                &index.to_string(),
                told(Breaking, format!("{kinds}/{index}")).fact(format!("token-kind/{kind}")),
                |json| json.pointer_mut(&kinds)?.as_array_mut().map(|kinds| drop(kinds.remove(index))),
            );
        }
        self.add(
            "documentation renamed",
            "externalDocs",
            told(Editorial, name("externalDocs")).fact("title"),
            |json| set(json, &name("externalDocs"), "description", json!("Get an organization")),
        );
    }

    pub(super) fn responses(&mut self, operation: &str) {
        let responses = format!("{operation}/responses");
        for status in names(self.original, &responses) {
            let gone = told(Breaking, format!("{responses}/{status}"));
            let gone = if status == "200" { gone.rule("PC029") } else { gone };
            self.add("status removed", &status, gone, |json| object(json, &responses)?.shift_remove(&status).map(drop));
        }
        self.add("status added", "409", told(Compatible, format!("{responses}/409")), |json| {
            set(json, &responses, "409", json!({ "$ref": "#/components/responses/BadRequest" }))
        });
        self.add("second success added", "202", told(Compatible, format!("{responses}/202")).rule("PC011"), |json| {
            set(json, &responses, "202", json!({ "description": "Later." }))
        });
        let content = format!("{responses}/200/content");
        self.add(
            "media type renamed",
            "application/json",
            told(Breaking, format!("{content}/application~1json")).fact("response-sample/content-type"),
            |json| rename(json.pointer_mut(&content)?, "application/json", "application/json; odata=minimal"),
        );
        self.add(
            "array made an object",
            "200",
            told(Breaking, "/components/schemas/Organization").fact("answer"),
            |json| {
                let schema = json!({ "$ref": "#/components/schemas/Organization" });
                set(json, &format!("{content}/application~1json"), "schema", schema)
            },
        );
        let headers = format!("{responses}/200/headers");
        for header in names(self.original, &headers) {
            self.add(
                "response header removed",
                &header,
                told(Breaking, format!("{headers}/{header}")).fact(format!("response-header/{header}")),
                |json| object(json, &headers)?.shift_remove(&header).map(drop),
            );
            self.add(
                "response header renamed",
                &header,
                told(Breaking, format!("{headers}/{header}")).fact(format!("response-header/{header}")),
                |json| rename(json.pointer_mut(&headers)?, &header, &format!("{header}-Id")),
            );
        }
    }
}
