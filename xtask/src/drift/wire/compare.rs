//! Holds answers against the contract. What they hold is kept apart from what is told of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::capture::{Body, Capture};
use crate::contract::parts::{self, Operation, Response};
use crate::contract::{Contract, Place};
use crate::drift::kind;
use crate::drift::message;

/// In what way an answer departs from the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Drift {
    UnknownField,
    /// No answer has the field, or one lacks what the contract requires.
    MissingField,
    OtherType,
    UndeclaredStatus,
    UndeclaredHeader,
    UndeclaredMediaType,
    NotJson,
}

/// A departure, told once however many answers show it.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub(crate) struct Finding {
    pub(crate) drift: Drift,
    /// Where it is in the answer; `*` stands for any element.
    pub(crate) at: String,
    /// The field's own name, which may hold what separates the steps of `at`.
    #[serde(skip)]
    pub(crate) name: Option<String>,
    /// Where the contract has it, or would have it.
    pub(crate) pointer: String,
    /// What the contract expects.
    pub(crate) expected: Option<String>,
    /// What came, in kinds or names.
    pub(crate) came: BTreeSet<String>,
    /// What came, in full: customers' data.
    #[serde(skip)]
    pub(crate) values: Vec<Value>,
}

/// How many alternatives may stand inside each other: a schema may refer to itself.
const ALTERNATIVES: usize = 16;

/// What the answers to one operation show.
pub(crate) struct Wire<'a> {
    contract: &'a Contract,
    operation: Operation<'a>,
    findings: BTreeMap<(Drift, String, String), Finding>,
    /// For each object in the answers of success, by place and schema: how many there were, and which fields.
    objects: BTreeMap<(String, String), Fields>,
    /// Whether absence is told: errors come in several shapes, of which each lacks the others' fields.
    tells_missing: bool,
}

#[derive(Debug, Default)]
struct Fields {
    count: usize,
    present: BTreeMap<String, usize>,
}

impl<'a> Wire<'a> {
    pub(crate) fn new(contract: &'a Contract, operation: Operation<'a>) -> Self {
        let (findings, objects) = (BTreeMap::new(), BTreeMap::new());
        Self { contract, operation, findings, objects, tells_missing: false }
    }

    /// Takes in one answer.
    pub(crate) fn take(&mut self, capture: &Capture) {
        let status = capture.status.to_string();
        let declared = parts::responses(self.contract, &self.operation);
        let range = format!("{}XX", &status[..1]);
        let exact = declared.iter().position(|response| response.status == status);
        let found = exact.or_else(|| declared.iter().position(|response| response.status == range));
        let Some(response) = found.and_then(|index| declared.get(index)) else {
            let holder = self.operation.place.pointer_to("responses");
            self.add(Drift::UndeclaredStatus, "status", holder, None, status, &Value::Null);
            return;
        };
        self.headers(response, capture);
        let Some(schema) = parts::json_schema(&response.place) else { return };
        match &capture.body {
            Body::Json(value) => {
                self.tells_missing = response.is_success();
                self.value("", &schema, value);
            }
            // An error may be a text, or nothing at all; one that is called JSON has to be it.
            Body::Other if response.is_success() || is_called_json(capture) => self.no_json(response, "text"),
            Body::Empty if response.is_success() => self.no_json(response, "nothing"),
            Body::Other | Body::Empty | Body::Unread(_) => {}
        }
    }

    fn no_json(&mut self, response: &Response<'_>, came: &str) {
        let (holder, expected) = (response.place.pointer.clone(), Some("JSON".to_owned()));
        self.add(Drift::NotJson, "body", holder, expected, came.to_owned(), &Value::Null);
    }

    /// Everything found, fields that no answer had included.
    pub(crate) fn findings(mut self) -> Vec<Finding> {
        for ((at, pointer), fields) in std::mem::take(&mut self.objects) {
            let Some(value) = self.contract.json.pointer(&pointer) else { continue };
            let schema = Place { pointer, value };
            let required = schema.elements("required");
            for (name, property) in schema.members("properties") {
                let present = fields.present.get(name).copied().unwrap_or_default();
                let is_required = required.iter().any(|required| required.value.as_str() == Some(name));
                if present == 0 || (is_required && present < fields.count) {
                    let expected = Some(kind::of_schema(self.contract, &property));
                    let came = format!("in {present} of {}", fields.count);
                    let at = format!("{at}/{name}");
                    self.add(Drift::MissingField, &at, property.pointer, expected, came, &Value::Null);
                }
            }
        }
        self.findings.into_values().collect()
    }

    /// The finding stays with what was found alike before.
    fn add(
        &mut self,
        drift: Drift,
        at: &str,
        pointer: String,
        expected: Option<String>,
        came: String,
        value: &Value,
    ) -> &mut Finding {
        let key = (drift, at.to_owned(), if drift == Drift::UndeclaredStatus { came.clone() } else { pointer.clone() });
        let (at, name) = (at.to_owned(), None);
        let new = || Finding { drift, at, name, pointer, expected, came: BTreeSet::new(), values: Vec::new() };
        let finding = self.findings.entry(key).or_insert_with(new);
        finding.came.insert(came);
        if !finding.values.contains(value) && !value.is_null() {
            finding.values.push(value.clone());
        }
        finding
    }

    fn headers(&mut self, response: &Response<'_>, capture: &Capture) {
        let declared = response.place.members("headers");
        let is_declared = |name: &str| declared.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        for (name, value) in &capture.headers {
            if !message::is_standard_header(name) && !is_declared(name) {
                let at = format!("header {name}");
                let holder = response.place.pointer_to("headers");
                self.add(Drift::UndeclaredHeader, &at, holder, None, name.clone(), &Value::from(value.as_str()));
            }
        }
        let stated = capture.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("Content-Type"));
        let Some((_, media)) = stated.filter(|_| capture.body != Body::Empty) else { return };
        let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let known: Vec<&str> = response.place.members("content").into_iter().map(|(kind, _)| kind).collect();
        if !known.contains(&media.as_str()) {
            let (holder, expected) = (response.place.pointer_to("content"), Some(known.join(", ")));
            self.add(Drift::UndeclaredMediaType, "header Content-Type", holder, expected, media, &Value::Null);
        }
    }

    fn value(&mut self, at: &str, schema: &Place<'a>, value: &Value) {
        self.alternative(at, schema, value, ALTERNATIVES);
    }

    /// The value against one of `left` schemas inside each other that speak of the very same value.
    fn alternative(&mut self, at: &str, schema: &Place<'a>, value: &Value, left: usize) {
        let Some(left) = left.checked_sub(1) else { return };
        let nullable = schema.is_true("nullable");
        let schema = self.contract.follow(schema.clone());
        if value.is_null() {
            if !nullable && !schema.is_true("nullable") && schema.child("type").is_some() {
                self.other_type(at, &schema, value);
            }
            return;
        }
        if let [only] = &schema.elements("allOf")[..] {
            return self.alternative(at, only, value, left);
        }
        let mut branches = schema.elements("oneOf");
        branches.extend(schema.elements("anyOf"));
        if !branches.is_empty() {
            let fitting = branches.iter().find(|branch| self.fits(branch, value));
            return match fitting {
                Some(branch) => self.alternative(at, branch, value, left),
                None => self.other_type(at, &schema, value),
            };
        }
        if !self.fits(&schema, value) {
            return self.other_type(at, &schema, value);
        }
        match value {
            Value::Array(elements) => {
                if let Some(items) = schema.child("items") {
                    elements.iter().for_each(|element| self.value(&format!("{at}/*"), &items, element));
                }
            }
            Value::Object(_) => self.object(at, &schema, value),
            _ => {}
        }
    }

    fn object(&mut self, at: &str, schema: &Place<'a>, value: &Value) {
        let known = schema.members("properties");
        let is_open = schema.child("additionalProperties").is_some_and(|stated| stated.value != &Value::Bool(false));
        if self.tells_missing && !known.is_empty() {
            let fields = self.objects.entry((at.to_owned(), schema.pointer.clone())).or_default();
            fields.count += 1;
            for (name, _) in known.iter().filter(|(name, _)| value.get(name).is_some()) {
                *fields.present.entry((*name).to_owned()).or_default() += 1;
            }
        }
        for (name, member) in value.as_object().into_iter().flatten() {
            let at = format!("{at}/{name}");
            match known.iter().find(|(known, _)| known == name) {
                Some((_, property)) => self.value(&at, property, member),
                None if is_open || known.is_empty() => {}
                None => {
                    let (pointer, came) = (schema.pointer.clone(), kind::of_value(member));
                    self.add(Drift::UnknownField, &at, pointer, None, came, member).name = Some(name.clone());
                }
            }
        }
    }

    fn other_type(&mut self, at: &str, schema: &Place<'_>, value: &Value) {
        let (expected, came) = (kind::of_schema(self.contract, schema), kind::of_value(value));
        let at = if at.is_empty() { "body" } else { at };
        self.add(Drift::OtherType, at, schema.pointer.clone(), Some(expected), came, value);
    }

    /// Whether the value is of the schema's type, its parts aside.
    fn fits(&self, schema: &Place<'_>, value: &Value) -> bool {
        let schema = self.contract.follow(schema.clone());
        match schema.text("type") {
            Some("string") => {
                let is_guid = |text: &str| uuid::Uuid::try_parse(text).is_ok();
                value.as_str().is_some_and(|text| schema.text("format") != Some("uuid") || is_guid(text))
            }
            Some("integer") => value.is_i64() || value.is_u64(),
            Some("number") => value.is_number(),
            Some("boolean") => value.is_boolean(),
            Some("array") => value.is_array(),
            Some("object") => value.is_object(),
            _ => true,
        }
    }
}

fn is_called_json(capture: &Capture) -> bool {
    let stated = capture.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("Content-Type"));
    stated.is_some_and(|(_, media)| parts::is_json(media.split(';').next().unwrap_or_default().trim()))
}
