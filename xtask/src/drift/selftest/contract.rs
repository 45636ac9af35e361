//! Mutants of the contract. Each says what the comparison of contracts has to tell of it and where, and what else has to.

use serde_json::{Value, json};

use super::edit::{count, names, object, rename, replace_text, set, text};
use crate::contract::{Contract, parts};
use crate::diff::Class::{self, Breaking, Compatible, Editorial};

/// A changed contract.
pub(super) struct Changed {
    pub(super) kind: &'static str,
    pub(super) what: String,
    pub(super) json: Value,
    pub(super) told: Told,
}

/// What has to be told of a mutant.
pub(super) struct Told {
    /// How grave the comparison has to find it, and where.
    pub(super) class: Class,
    pub(super) at: String,
    /// The rule that it breaks.
    pub(super) rule: Option<&'static str>,
    /// The fact in which the page no longer agrees.
    pub(super) fact: Option<String>,
}

/// Told by the comparison, to begin with.
pub(super) fn told(class: Class, at: impl Into<String>) -> Told {
    Told { class, at: at.into(), rule: None, fact: None }
}

impl Told {
    pub(super) fn rule(self, id: &'static str) -> Self {
        Self { rule: Some(id), ..self }
    }

    pub(super) fn fact(self, fact: impl Into<String>) -> Self {
        Self { fact: Some(fact.into()), ..self }
    }
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

pub(super) struct Mutants<'a> {
    pub(super) original: &'a Value,
    made: Vec<Changed>,
}

impl Mutants<'_> {
    pub(super) fn add(
        &mut self,
        kind: &'static str,
        what: &str,
        told: Told,
        change: impl FnOnce(&mut Value) -> Option<()>,
    ) {
        let mut json = self.original.clone();
        // A change that finds nothing to change leaves the original, which then is not caught: it shows.
        let _ = change(&mut json);
        self.made.push(Changed { kind, what: what.to_owned(), json, told });
    }

    fn fields(&mut self, model: &str, fields: &[String]) {
        let properties = format!("{model}/properties");
        for field in fields {
            let own = format!("{properties}/{field}");
            self.add("field renamed", field, told(Breaking, &own).fact(format!("field/{field}")), |json| {
                rename(json.pointer_mut(&properties)?, field, &format!("{field}Text"))
            });
            self.add("field removed", field, told(Breaking, &own).fact(format!("field/{field}")), |json| {
                object(json, &properties)?.shift_remove(field).map(drop)
            });
            self.add(
                "field retyped",
                field,
                told(Breaking, format!("{own}/type")).fact(format!("field/{field}")),
                |json| set(json, &own, "type", json!("boolean")),
            );
            self.add("field made required", field, told(Breaking, &own).rule("PC027"), |json| {
                set(json, model, "required", json!([field]))
            });
            self.add("nullable dropped", field, told(Breaking, &own).rule("PC026"), |json| {
                object(json, &own)?.shift_remove("nullable").map(drop)
            });
            self.add("enum closed", field, told(Breaking, format!("{own}/enum")).rule("PC025"), |json| {
                set(json, &own, "enum", json!(["US", "IE"]))
            });
            self.add("constraint added", field, told(Breaking, format!("{own}/maxLength")).rule("PC028"), |json| {
                set(json, &own, "maxLength", json!(80))
            });
            self.add("description changed", field, told(Editorial, format!("{own}/description")), |json| {
                set(json, &own, "description", json!("Something else."))
            });
        }
        self.add(
            "field added",
            "faxNumber",
            told(Compatible, format!("{properties}/faxNumber")).fact("field/faxNumber"),
            |json| {
                let field = json!({ "type": "string", "nullable": true, "description": "Fax number." });
                set(json, &properties, "faxNumber", field)
            },
        );
        let twin = format!("{}_", fields.first().map_or("", |field| field));
        let collision = told(Compatible, format!("{properties}/{twin}")).rule("PC035");
        self.add("field that is another one in Rust", &twin, collision, |json| {
            let field = json!({ "type": "string", "nullable": true, "description": "Again." });
            set(json, &properties, &twin, field)
        });
        let map = "/components/schemas/ServiceError/properties/parameters";
        self.add("map made a model", map, told(Breaking, format!("{map}/properties")), |json| {
            let field = json!({ "type": "string", "nullable": true, "description": "A detail." });
            set(json, map, "properties", json!({ "detail": field }))
        });
        self.add(
            "model closed",
            model,
            told(Breaking, format!("{model}/additionalProperties")).rule("PC024"),
            |json| set(json, model, "additionalProperties", json!(false)),
        );
        self.add(
            "model renamed",
            model,
            told(Breaking, "/components/schemas/Company").fact("returned-resource"),
            |json| {
                rename(json.pointer_mut("/components/schemas")?, "Organization", "Company")?;
                replace_text(json, "#/components/schemas/Organization", "#/components/schemas/Company");
                Some(())
            },
        );
    }

    fn parameters(&mut self) {
        for name in names(self.original, "/components/parameters") {
            let own = format!("/components/parameters/{name}");
            let is_path = self.original.pointer(&own).is_some_and(|parameter| parameter["in"] == "path");
            let called = text(self.original, &format!("{own}/name"));
            let retyped = if is_path { format!("parameter/{called}/type") } else { format!("request-header/{called}") };
            let shouted = called.to_uppercase();
            self.add("parameter in other letters", &name, told(Breaking, format!("{own}/name")), |json| {
                set(json, &own, "name", json!(shouted))
            });
            if !is_path {
                self.add(
                    "request header renamed",
                    &name,
                    told(Breaking, &own).fact(format!("request-header/{called}")),
                    |json| set(json, &own, "name", json!("X-Other")),
                );
                self.add("parameter made required", &name, told(Breaking, &own), |json| {
                    set(json, &own, "required", json!(true))
                });
            } else {
                self.add(
                    "parameter made optional",
                    &name,
                    told(Breaking, &own).rule("PC017").fact(format!("parameter/{called}/required")),
                    |json| set(json, &own, "required", json!(false)),
                );
            }
            self.add("parameter retyped", &name, told(Breaking, format!("{own}/schema/type")).fact(retyped), |json| {
                set(json, &own, "schema", json!({ "type": "integer" }))
            });
        }
    }

    fn headers(&mut self) {
        for name in names(self.original, "/components/headers") {
            let own = format!("/components/headers/{name}/schema");
            self.add("response header retyped", &name, told(Breaking, format!("{own}/type")), |json| {
                set(json, &own, "type", json!("boolean"))
            });
        }
    }

    fn examples(&mut self, fields: &[String]) {
        for field in fields {
            self.add(
                "example stale",
                field,
                told(Compatible, "/components/examples/Contoso/value").fact(format!("example/{field}")),
                |json| {
                    let own = "/components/examples/Contoso/value/0";
                    let stale = json!(if field.ends_with("Mails") { json!(["old@contoso.com"]) } else { json!("Old") });
                    set(json, own, field, stale)
                },
            );
        }
        for name in names(self.original, "/components/examples") {
            self.add(
                "example of another type",
                &name,
                told(Compatible, format!("/components/examples/{name}/value")).rule("PC030"),
                |json| set(json, &format!("/components/examples/{name}"), "value", json!(7)),
            );
        }
    }

    fn document(&mut self) {
        self.add("server changed", "servers/0", told(Breaking, "/servers/0").fact("request-sample/url"), |json| {
            set(json, "/servers/0", "url", json!("https://api.partner.microsoft.com"))
        });
        for index in 0..count(self.original, "/x-partner-center-clouds") {
            for key in ["base-url", "authority", "audience"] {
                let own = format!("/x-partner-center-clouds/{index}");
                self.add("cloud changed", &format!("{index} {key}"), told(Breaking, format!("{own}/{key}")), |json| {
                    set(json, &own, key, json!("https://elsewhere.example"))
                });
            }
        }
        self.add(
            "cloud documented",
            "china",
            told(Editorial, "/x-partner-center-clouds/2/organization").fact("cloud/china"),
            |json| set(json, "/x-partner-center-clouds/2", "organization", json!("documented")),
        );
        self.add("error code removed", "0", told(Breaking, "/x-partner-center-error-codes/0"), |json| {
            json.pointer_mut("/x-partner-center-error-codes")?.as_array_mut().map(|codes| drop(codes.remove(0)))
        });
        self.add("error code of another kind", "0", told(Breaking, "/x-partner-center-error-codes/0/kind"), |json| {
            set(json, "/x-partner-center-error-codes/0", "kind", json!("forbidden"))
        });
        self.add("sign-in removed", "security/0", told(Breaking, "/security/0"), |json| {
            json.pointer_mut("/security")?.as_array_mut().map(|ways| drop(ways.remove(0)))
        });
        self.add("scope changed", "security/0", told(Breaking, "/security/0"), |json| {
            set(json, "/security/0", "appPlusUser", json!(["https://api.partnercenter.microsoft.com/other"]))
        });
        self.add("extension among the paths", "x-new", told(Breaking, "/paths/x-new"), |json| {
            set(json, "/paths", "x-new", json!(true))
        });
        self.add("extension that no rule knows", "x-new", told(Breaking, "/x-new"), |json| {
            set(json, "", "x-new", json!(true))
        });
    }
}
