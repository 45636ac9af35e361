//! Holds the facts of a page against the contract.

use std::collections::BTreeSet;

use serde_json::Value;

use super::facts::{Facts, Parameter};
use crate::contract::parts::{self, Operation};
use crate::contract::{Contract, Place};
use crate::drift::kind;
use crate::drift::message;
use crate::report::plain;

/// One fact, as the page and as the contract have it.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub(crate) struct Fact {
    /// Its name, such as `role/Global Reader`.
    pub(crate) fact: String,
    pub(crate) page: Option<String>,
    pub(crate) contract: Option<String>,
    /// Where the contract has it, or would have it.
    pub(crate) pointer: String,
}

impl Fact {
    pub(crate) fn agrees(&self) -> bool {
        self.page == self.contract
    }
}

/// The id of the operation that the page is about.
pub(crate) fn operation_id<'a>(contract: &'a Contract, page: &Facts) -> Option<&'a str> {
    operation_of(contract, page)?.place.text("operationId")
}

/// Every fact that either side has. Nothing where no operation is the one the page is about.
pub(crate) fn compare(contract: &Contract, page: &Facts) -> Option<Vec<Fact>> {
    let operation = operation_of(contract, page)?;
    let mut comparison = Comparison { contract, page, operation, facts: Vec::new() };
    comparison.syntax();
    comparison.callers();
    comparison.roles();
    comparison.parameters();
    comparison.request_headers();
    comparison.response();
    comparison.answer();
    for name in &page.unknown_sections {
        comparison.add(format!("section/{name}"), &comparison.operation.place.clone(), Some(name.clone()), None);
    }
    Some(comparison.facts)
}

/// The operation with the page's method and path, or failing that the one whose documentation has the page's title.
fn operation_of<'a>(contract: &'a Contract, page: &Facts) -> Option<Operation<'a>> {
    let mut operations = parts::operations(contract);
    let is_same = |operation: &Operation<'_>| operation.path == page.path && method(operation) == page.method;
    let has_title = |operation: &Operation<'_>| title(operation).is_some_and(|title| title == page.title);
    let found = operations.iter().position(is_same).or_else(|| operations.iter().position(has_title))?;
    Some(operations.swap_remove(found))
}

fn method(operation: &Operation<'_>) -> String {
    operation.place.pointer.rsplit('/').next().unwrap_or_default().to_uppercase()
}

fn title<'a>(operation: &Operation<'a>) -> Option<&'a str> {
    operation.place.child("externalDocs").and_then(|docs| docs.text("description"))
}

struct Comparison<'a> {
    contract: &'a Contract,
    page: &'a Facts,
    operation: Operation<'a>,
    facts: Vec<Fact>,
}

impl<'a> Comparison<'a> {
    fn add(&mut self, fact: impl Into<String>, place: &Place<'_>, page: Option<String>, contract: Option<String>) {
        if page.is_some() || contract.is_some() {
            self.facts.push(Fact { fact: fact.into(), page, contract, pointer: place.pointer.clone() });
        }
    }

    fn syntax(&mut self) {
        let place = self.operation.place.clone();
        self.add("title", &place, Some(self.page.title.clone()), title(&self.operation).map(str::to_owned));
        self.add("method", &place, Some(self.page.method.clone()), Some(method(&self.operation)));
        self.add("path", &place, Some(self.page.path.clone()), Some(self.operation.path.to_owned()));
        let has_body = self.operation.place.child("requestBody").is_some();
        let body = self.page.request_body.as_deref().map(|text| if is_none(text) { "none" } else { "some" });
        let stated = if has_body { "some" } else { "none" };
        self.add("request-body", &place, body.map(str::to_owned), Some(stated.to_owned()));
    }

    /// Clouds, kinds of token, GDAP and DAP.
    fn callers(&mut self) {
        let documented = self.contract.root().elements("x-partner-center-clouds").into_iter();
        let documented = documented.filter(|cloud| cloud.text("organization") == Some("documented"));
        let documented = documented.filter_map(|cloud| Some((cloud.text("name")?.to_owned(), cloud))).collect();
        self.names("cloud", &self.page.clouds.clone(), documented, &self.contract.root());

        let kinds = self.operation.place.elements("x-partner-center-token-kinds").into_iter();
        let kinds = kinds.filter_map(|kind| Some((kind.text("kind")?.to_owned(), kind))).collect();
        let told: Vec<String> = self.page.token_kinds.iter().map(|kind| (*kind).to_owned()).collect();
        self.names("token-kind", &told, kinds, &self.operation.place.clone());

        let roles = self.role_lists();
        let required = roles.child("any-of").map(|_| "required".to_owned());
        self.add("gdap", &roles, self.page.gdap.map(str::to_owned), required);
        self.add("dap", &roles, self.page.dap.map(str::to_owned), roles.text("dap").map(str::to_owned));
        for role in &self.page.partner_roles {
            self.add(format!("partner-role/{role}"), &roles, Some(role.clone()), None);
        }
    }

    fn role_lists(&self) -> Place<'a> {
        let place = &self.operation.place;
        let none = Place { pointer: place.pointer_to("x-partner-center-gdap-roles"), value: &Value::Null };
        place.child("x-partner-center-gdap-roles").unwrap_or(none)
    }

    /// Roles that suffice today; one that the contract keeps as once listed is told as such.
    fn roles(&mut self) {
        let lists = self.role_lists();
        let stated = lists.child("any-of").map(|_| "any".to_owned());
        self.add("roles-needed", &lists, self.page.roles_needed.map(str::to_owned), stated);
        let mut told = self.page.roles.clone();
        for role in lists.elements("any-of") {
            let name = role.text("name").unwrap_or_default();
            let found = told.iter().position(|told| is_same_role(told, name)).map(|index| told.remove(index));
            self.add(format!("role/{name}"), &role, found, Some(name.to_owned()));
        }
        for told in told {
            let mut once = lists.elements("once-listed").into_iter();
            let once = once.find(|role| role.text("name").is_some_and(|name| is_same_role(&told, name)));
            let stated = once.is_some().then(|| format!("{told}, once listed"));
            self.add(format!("role/{told}"), once.as_ref().unwrap_or(&lists), Some(told.clone()), stated);
        }
    }

    fn parameters(&mut self) {
        let parameters = parts::parameters(self.contract, &self.operation);
        let (mut told, mut places) = (self.page.parameters.iter().collect::<Vec<_>>(), BTreeSet::new());
        for parameter in parameters.iter().filter(|parameter| parameter.text("in") != Some("header")) {
            let name = parameter.text("name").unwrap_or_default();
            places.extend(parameter.text("in"));
            let found = told.iter().position(|told| told.name == name).map(|index| told.remove(index));
            let required = parameter.is_true("required");
            let stated = (kind::of_parameter(self.contract, parameter), required);
            self.parameter(parameter, found, Some(stated), &format!("parameter/{name}"));
        }
        let place = self.operation.place.clone();
        for told in told {
            self.parameter(&place, Some(told), None, &format!("parameter/{}", told.name));
        }
        if let Some(said) = self.page.parameter_place {
            let stated: Vec<&str> = places.into_iter().collect();
            let stated = (!stated.is_empty()).then(|| stated.join(" and "));
            self.add("parameter-place", &place, Some(said.to_owned()), stated);
        }
    }

    fn parameter(&mut self, place: &Place<'_>, told: Option<&Parameter>, stated: Option<(String, bool)>, name: &str) {
        let required = |is_required: bool| if is_required { "required" } else { "optional" }.to_owned();
        let page = told.map(|told| (kind::of_words(&told.kind).to_owned(), told.is_required));
        if page.is_none() || stated.is_none() {
            let words = |(kind, is_required)| format!("{kind}, {}", required(is_required));
            return self.add(name, place, page.map(words), stated.map(words));
        }
        let kinds = (page.clone().map(|page| page.0), stated.clone().map(|stated| stated.0));
        self.add(format!("{name}/type"), place, kinds.0, kinds.1);
        let needs = (page.map(|page| required(page.1)), stated.map(|stated| required(stated.1)));
        self.add(format!("{name}/required"), place, needs.0, needs.1);
    }

    fn request_headers(&mut self) {
        let place = self.operation.place.clone();
        let sample = &self.page.request;
        if let Some((method, url)) = &sample.request {
            self.add("request-sample/method", &place, Some(method.clone()), Some(self::method(&self.operation)));
            let server = self.contract.root().elements("servers").first().and_then(|server| server.text("url"));
            let stated = format!("{}{}", server.unwrap_or_default(), without_names(self.operation.path));
            self.add("request-sample/url", &place, Some(without_names(url)), Some(stated));
        }
        let mut told: Vec<(String, String)> = sample.headers.clone();
        let mut known = vec![("Authorization".to_owned(), "Bearer".to_owned(), self.contract.root())];
        known.push(("Accept".to_owned(), self.success_media().unwrap_or_default(), place.clone()));
        let mut listed: Vec<&Parameter> = self.page.headers.iter().collect();
        for parameter in parts::parameters(self.contract, &self.operation) {
            let (Some("header"), Some(name)) = (parameter.text("in"), parameter.text("name")) else { continue };
            let stated = kind::of_parameter(self.contract, &parameter);
            known.push((name.to_owned(), stated.clone(), parameter.clone()));
            // A table says more than a sample does, and what it leaves out is told of the sample.
            if let Some(index) = listed.iter().position(|listed| listed.name.eq_ignore_ascii_case(name)) {
                let stated = Some((stated, parameter.is_true("required")));
                self.parameter(&parameter, Some(listed.remove(index)), stated, &format!("listed-header/{name}"));
            }
        }
        listed.retain(|header| !known.iter().any(|(name, ..)| header.name.eq_ignore_ascii_case(name)));
        for header in listed {
            self.parameter(&place, Some(header), None, &format!("listed-header/{}", header.name));
        }
        for (name, stated, place) in known {
            let found = told.iter().position(|(told, _)| told.eq_ignore_ascii_case(&name));
            let found = found.map(|index| told.remove(index).1);
            told.retain(|(told, _)| !told.eq_ignore_ascii_case(&name));
            let said = found.map(|value| match name.as_str() {
                "Authorization" => value.split_whitespace().next().unwrap_or_default().to_owned(),
                "Accept" => value,
                _ => kind::of_header(&value, &stated),
            });
            self.add(format!("request-header/{name}"), &place, said, Some(stated));
        }
        for (name, value) in told {
            self.add(format!("request-header/{name}"), &place, Some(kind::of_header(&value, "")), None);
        }
    }

    fn success(&self) -> Option<parts::Response<'a>> {
        parts::responses(self.contract, &self.operation).into_iter().find(parts::Response::is_success)
    }

    fn success_media(&self) -> Option<String> {
        let media = self.success()?.place.members("content").into_iter().map(|(kind, _)| kind.to_owned());
        media.into_iter().next()
    }

    fn response(&mut self) {
        let (place, sample) = (self.operation.place.clone(), &self.page.response);
        let said = sample.status.map(|status| status.to_string());
        let statuses = parts::responses(self.contract, &self.operation);
        let stated = statuses.iter().find(|response| Some(response.status) == said.as_deref());
        self.add("response-sample/status", &place, said.clone(), stated.map(|response| response.status.to_owned()));
        let bare = |media: &str| media.split(';').next().unwrap_or_default().trim().to_owned();
        let said = sample.header("Content-Type").map(bare);
        self.add("response-sample/content-type", &place, said, self.success_media());

        let response = self.success().map_or(place, |response| response.place);
        let declared = response.members("headers").into_iter().map(|(name, place)| (name.to_owned(), place)).collect();
        // Headers of the transport itself are no business of the contract.
        let told = sample.headers.iter().map(|(name, _)| name.clone());
        let told: Vec<String> = told.filter(|name| !message::is_standard_header(name)).collect();
        self.names("response-header", &told, declared, &response);
        let model = parts::json_schema(&response).map(|schema| self.contract.follow(schema));
        let model = model.map(|schema| self.contract.follow(schema.child("items").unwrap_or(schema)));
        let model = model.and_then(|schema| schema.pointer.rsplit('/').next().map(str::to_owned));
        if self.page.returns.is_some() {
            self.add("returned-resource", &response, self.page.returns.clone(), model);
        }
    }

    /// The sample answer against the schema and against the contract's own example, field by field.
    fn answer(&mut self) {
        let Some(response) = self.success() else { return };
        let Some(schema) = parts::json_schema(&response.place) else { return };
        let place = self.contract.follow(schema);
        let sample = &self.page.answer;
        let shape = |is_array| if is_array { "array" } else { "object" }.to_owned();
        let is_array = place.text("type") == Some("array");
        self.add("answer", &place, Some(shape(sample.is_array())), Some(shape(is_array)));
        let model = self.contract.follow(place.child("items").unwrap_or(place));
        let element = if sample.is_array() { sample.get(0) } else { Some(sample) };
        let mut told = element.and_then(Value::as_object).cloned().unwrap_or_default();
        let examples = parts::examples(self.contract, &self.operation);
        let example = examples.iter().find(|example| example.status == response.status);
        let example = example.and_then(|example| example.place.child("value"));
        for (name, property) in model.members("properties") {
            let value = told.remove(name);
            let property = self.contract.follow(property);
            let stated = kind::of_schema(self.contract, &property);
            let said = value.as_ref().map(|value| kind::of_sample(self.contract, &property, value));
            self.add(format!("field/{name}"), &property, said, Some(stated));
            if let (Some(value), Some(example)) = (value, &example) {
                let shown = example.value.get(0).unwrap_or(example.value).get(name).map(plain);
                self.add(format!("example/{name}"), example, Some(plain(&value)), shown);
            }
        }
        for (name, value) in told {
            self.add(format!("field/{name}"), &model, Some(kind::of_value(&value)), None);
        }
    }

    /// Names that each side has, without regard to case.
    fn names(&mut self, kind: &str, told: &[String], stated: Vec<(String, Place<'_>)>, holder: &Place<'_>) {
        let has = |names: &[String], name: &str| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        for (name, place) in &stated {
            let said = has(told, name).then(|| name.clone());
            self.add(format!("{kind}/{name}"), place, said, Some(name.clone()));
        }
        let stated: Vec<String> = stated.into_iter().map(|(name, _)| name).collect();
        for name in told.iter().filter(|name| !has(&stated, name)) {
            self.add(format!("{kind}/{name}"), holder, Some(name.clone()), None);
        }
    }
}

fn is_none(text: &str) -> bool {
    let bare = text.trim_end_matches('.').to_lowercase();
    bare == "none" || bare == "n/a"
}

/// Whether two names mean one role: the page uses the singular, Entra the plural.
fn is_same_role(one: &str, other: &str) -> bool {
    let bare = |name: &str| name.trim().to_lowercase().trim_end_matches('s').to_owned();
    bare(one) == bare(other)
}

/// An address with its placeholders, `{a}` or `<a>` or a GUID, left blank.
fn without_names(url: &str) -> String {
    let segments = url.split('/').map(|segment| {
        let is_blank = (segment.starts_with('{') && segment.ends_with('}'))
            || (segment.starts_with('<') && segment.ends_with('>'))
            || uuid::Uuid::try_parse(segment).is_ok();
        if is_blank { "{}" } else { segment }
    });
    segments.collect::<Vec<_>>().join("/")
}
