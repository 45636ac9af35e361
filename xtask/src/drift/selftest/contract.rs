//! Mutants of the contract. Each says what the comparison of contracts has to call it, and who else has to see it.

use serde_json::{Map, Value, json};

use super::mutant::Check::{self, Lint, Page};
use crate::contract::{Contract, parts};
use crate::diff::Class::{self, Breaking, Compatible, Editorial};

/// A changed contract.
pub(super) struct Changed {
    pub(super) kind: &'static str,
    pub(super) what: String,
    pub(super) json: Value,
    /// How grave the comparison has to find it.
    pub(super) class: Class,
    /// Who has to see it beside the comparison.
    pub(super) seen_by: &'static [Check],
}

/// The changed contracts, made of the original.
pub(super) fn mutants(contract: &Contract) -> Vec<Changed> {
    let mut mutants = Mutants { original: &contract.json, made: Vec::new() };
    let model = "/components/schemas/Organization";
    let fields = names(&contract.json, &format!("{model}/properties"));
    mutants.fields(model, &fields);
    for operation in parts::operations(contract) {
        mutants.operation(&operation.place.pointer, operation.path);
        mutants.responses(&operation.place.pointer);
    }
    mutants.parameters();
    mutants.headers();
    mutants.examples(&fields);
    mutants.document();
    mutants.made
}

struct Mutants<'a> {
    original: &'a Value,
    made: Vec<Changed>,
}

impl Mutants<'_> {
    fn add(
        &mut self,
        kind: &'static str,
        what: &str,
        (class, seen_by): (Class, &'static [Check]),
        change: impl FnOnce(&mut Value) -> Option<()>,
    ) {
        let mut json = self.original.clone();
        // A change that finds nothing to change leaves the original, which then is not caught: it shows.
        let _ = change(&mut json);
        self.made.push(Changed { kind, what: what.to_owned(), json, class, seen_by });
    }

    fn fields(&mut self, model: &str, fields: &[String]) {
        let properties = format!("{model}/properties");
        for field in fields {
            let own = format!("{properties}/{field}");
            self.add("field renamed", field, (Breaking, &[Page]), |json| {
                rename(json.pointer_mut(&properties)?, field, &format!("{field}Text"))
            });
            self.add("field removed", field, (Breaking, &[Page]), |json| {
                object(json, &properties)?.shift_remove(field).map(drop)
            });
            self.add("field retyped", field, (Breaking, &[Page]), |json| set(json, &own, "type", json!("boolean")));
            self.add("field made required", field, (Breaking, &[Lint]), |json| {
                set(json, model, "required", json!([field]))
            });
            self.add("nullable dropped", field, (Breaking, &[Lint]), |json| {
                object(json, &own)?.shift_remove("nullable").map(drop)
            });
            self.add("enum closed", field, (Breaking, &[Lint]), |json| set(json, &own, "enum", json!(["US", "IE"])));
            self.add("constraint added", field, (Breaking, &[Lint]), |json| set(json, &own, "maxLength", json!(80)));
            self.add("description changed", field, (Editorial, &[]), |json| {
                set(json, &own, "description", json!("Something else."))
            });
        }
        self.add("field added", "faxNumber", (Compatible, &[Page]), |json| {
            let field = json!({ "type": "string", "nullable": true, "description": "Fax number." });
            set(json, &properties, "faxNumber", field)
        });
        self.add("model closed", model, (Breaking, &[Lint]), |json| {
            set(json, model, "additionalProperties", json!(false))
        });
        self.add("model renamed", model, (Breaking, &[Page]), |json| {
            rename(json.pointer_mut("/components/schemas")?, "Organization", "Company")?;
            replace_text(json, "#/components/schemas/Organization", "#/components/schemas/Company");
            Some(())
        });
    }

    fn operation(&mut self, operation: &str, path: &str) {
        let name = |key: &str| format!("{operation}/{key}");
        self.add("path changed", path, (Breaking, &[Page]), |json| {
            rename(json.pointer_mut("/paths")?, path, &path.replace("/organization", "/organizations"))
        });
        self.add("method changed", "get to post", (Breaking, &[Page]), |json| {
            let (item, method) = operation.rsplit_once('/')?;
            rename(json.pointer_mut(item)?, method, "post")
        });
        self.add("operation renamed", "operationId", (Breaking, &[]), |json| {
            set(json, operation, "operationId", json!("read_organization"))
        });
        self.add("request body added", "required", (Breaking, &[Page]), |json| {
            let body =
                json!({ "required": true, "content": { "application/json": { "schema": { "type": "string" } } } });
            set(json, operation, "requestBody", body)
        });
        let roles = name("x-partner-center-gdap-roles/any-of");
        for index in 0..count(self.original, &roles) {
            self.add("role removed", &index.to_string(), (Breaking, &[Page]), |json| {
                json.pointer_mut(&roles)?.as_array_mut().map(|roles| drop(roles.remove(index)))
            });
        }
        self.add("role added", "Directory Readers", (Compatible, &[Page]), |json| {
            let role = json!({ "name": "Directory Readers", "grade": "documented" });
            json.pointer_mut(&roles)?.as_array_mut().map(|roles| roles.push(role))
        });
        self.add("DAP allowed", "dap", (Compatible, &[Page]), |json| {
            set(json, &name("x-partner-center-gdap-roles"), "dap", json!("supported"))
        });
        let kinds = name("x-partner-center-token-kinds");
        for index in 0..count(self.original, &kinds) {
            self.add("kind of token removed", &index.to_string(), (Breaking, &[Page]), |json| {
                json.pointer_mut(&kinds)?.as_array_mut().map(|kinds| drop(kinds.remove(index)))
            });
        }
        self.add("documentation renamed", "externalDocs", (Editorial, &[Page]), |json| {
            set(json, &name("externalDocs"), "description", json!("Get an organization"))
        });
    }

    fn responses(&mut self, operation: &str) {
        let responses = format!("{operation}/responses");
        for status in names(self.original, &responses) {
            let class: (Class, &'static [Check]) =
                if status == "200" { (Breaking, &[Lint]) } else { (Compatible, &[]) };
            self.add("status removed", &status, class, |json| {
                object(json, &responses)?.shift_remove(&status).map(drop)
            });
        }
        self.add("status added", "409", (Compatible, &[]), |json| {
            set(json, &responses, "409", json!({ "$ref": "#/components/responses/BadRequest" }))
        });
        self.add("second success added", "202", (Compatible, &[Lint]), |json| {
            set(json, &responses, "202", json!({ "description": "Later." }))
        });
        let content = format!("{responses}/200/content");
        self.add("media type renamed", "application/json", (Breaking, &[Page]), |json| {
            rename(json.pointer_mut(&content)?, "application/json", "application/json; odata=minimal")
        });
        self.add("array made an object", "200", (Breaking, &[Page]), |json| {
            let schema = json!({ "$ref": "#/components/schemas/Organization" });
            set(json, &format!("{content}/application~1json"), "schema", schema)
        });
        let headers = format!("{responses}/200/headers");
        for header in names(self.original, &headers) {
            self.add("response header removed", &header, (Breaking, &[Page]), |json| {
                object(json, &headers)?.shift_remove(&header).map(drop)
            });
            self.add("response header renamed", &header, (Breaking, &[Page]), |json| {
                rename(json.pointer_mut(&headers)?, &header, &format!("{header}-Id"))
            });
        }
    }

    fn parameters(&mut self) {
        for name in names(self.original, "/components/parameters") {
            let own = format!("/components/parameters/{name}");
            let is_path = self.original.pointer(&own).is_some_and(|parameter| parameter["in"] == "path");
            if !is_path {
                self.add("request header renamed", &name, (Breaking, &[Page]), |json| {
                    set(json, &own, "name", json!("X-Other"))
                });
                self.add("parameter made required", &name, (Breaking, &[]), |json| {
                    set(json, &own, "required", json!(true))
                });
            } else {
                self.add("parameter made optional", &name, (Compatible, &[Lint, Page]), |json| {
                    set(json, &own, "required", json!(false))
                });
            }
            self.add("parameter retyped", &name, (Breaking, &[Page]), |json| {
                set(json, &own, "schema", json!({ "type": "integer" }))
            });
        }
    }

    fn headers(&mut self) {
        for name in names(self.original, "/components/headers") {
            let own = format!("/components/headers/{name}/schema");
            self.add("response header retyped", &name, (Breaking, &[]), |json| {
                set(json, &own, "type", json!("boolean"))
            });
        }
    }

    fn examples(&mut self, fields: &[String]) {
        for field in fields {
            self.add("example stale", field, (Compatible, &[Page]), |json| {
                let own = "/components/examples/Contoso/value/0";
                let stale = json!(if field.ends_with("Mails") { json!(["old@contoso.com"]) } else { json!("Old") });
                set(json, own, field, stale)
            });
        }
        for name in names(self.original, "/components/examples") {
            self.add("example of another type", &name, (Compatible, &[Lint]), |json| {
                set(json, &format!("/components/examples/{name}"), "value", json!(7))
            });
        }
    }

    fn document(&mut self) {
        self.add("server changed", "servers/0", (Breaking, &[Page]), |json| {
            set(json, "/servers/0", "url", json!("https://api.partner.microsoft.com"))
        });
        for index in 0..count(self.original, "/x-partner-center-clouds") {
            for key in ["base-url", "authority", "audience"] {
                let own = format!("/x-partner-center-clouds/{index}");
                self.add("cloud changed", &format!("{index} {key}"), (Breaking, &[]), |json| {
                    set(json, &own, key, json!("https://elsewhere.example"))
                });
            }
        }
        self.add("cloud documented", "china", (Editorial, &[Page]), |json| {
            set(json, "/x-partner-center-clouds/2", "organization", json!("documented"))
        });
        self.add("error code removed", "0", (Breaking, &[]), |json| {
            json.pointer_mut("/x-partner-center-error-codes")?.as_array_mut().map(|codes| drop(codes.remove(0)))
        });
        self.add("error code of another kind", "0", (Breaking, &[]), |json| {
            set(json, "/x-partner-center-error-codes/0", "kind", json!("forbidden"))
        });
        self.add("sign-in removed", "security/0", (Breaking, &[]), |json| {
            json.pointer_mut("/security")?.as_array_mut().map(|ways| drop(ways.remove(0)))
        });
        self.add("scope changed", "security/0", (Breaking, &[]), |json| {
            set(json, "/security/0", "appPlusUser", json!(["https://api.partnercenter.microsoft.com/other"]))
        });
        self.add("extension that no rule knows", "x-new", (Breaking, &[]), |json| set(json, "", "x-new", json!(true)));
    }
}

fn names(json: &Value, pointer: &str) -> Vec<String> {
    json.pointer(pointer).and_then(Value::as_object).into_iter().flat_map(Map::keys).cloned().collect()
}

fn count(json: &Value, pointer: &str) -> usize {
    json.pointer(pointer).and_then(Value::as_array).map_or(0, Vec::len)
}

fn object<'j>(json: &'j mut Value, pointer: &str) -> Option<&'j mut Map<String, Value>> {
    json.pointer_mut(pointer)?.as_object_mut()
}

fn set(json: &mut Value, pointer: &str, key: &str, value: Value) -> Option<()> {
    object(json, pointer)?.insert(key.to_owned(), value);
    Some(())
}

/// Renames a member and leaves it where it stands.
fn rename(json: &mut Value, old: &str, new: &str) -> Option<()> {
    let members = json.as_object_mut()?;
    let renamed = std::mem::take(members).into_iter();
    members.extend(renamed.map(|(name, value)| (if name == old { new.to_owned() } else { name }, value)));
    members.contains_key(new).then_some(())
}

/// Replaces a text wherever it stands.
fn replace_text(json: &mut Value, old: &str, new: &str) {
    match json {
        Value::String(text) if text == old => *text = new.to_owned(),
        Value::Array(elements) => elements.iter_mut().for_each(|element| replace_text(element, old, new)),
        Value::Object(members) => members.values_mut().for_each(|member| replace_text(member, old, new)),
        _ => {}
    }
}
