//! Rules for parameters: what the generated method can take and send.

use super::{Fault, Rule};
use crate::contract::{Contract, parts};

pub(super) const RULES: &[Rule] = &[
    Rule { id: "PC015", title: "No cookies", fix: "send the value in a header or in the query", check: no_cookies },
    Rule {
        id: "PC016",
        title: "Parameters in words",
        fix: "add a `description`; it becomes the documentation of the method's argument",
        check: descriptions,
    },
    Rule {
        id: "PC017",
        title: "Path parameters that match the path",
        fix: "name each `{parameter}` of the path once among the parameters, with `in: path` and `required: true`",
        check: path_parameters,
    },
    Rule {
        id: "PC018",
        title: "No headers that belong to the client",
        fix: "leave the header out: security schemes and media types say the same",
        check: reserved_headers,
    },
    Rule {
        id: "PC019",
        title: "Parameters in plain form",
        fix: "describe the parameter by a `schema`, and leave `style` at its default",
        check: form,
    },
];

fn no_cookies(contract: &Contract) -> Vec<Fault> {
    let parameters = parts::all_parameters(contract).into_iter();
    let cookies = parameters.filter(|parameter| parameter.text("in") == Some("cookie"));
    cookies.map(|cookie| Fault::new(cookie.pointer, "the generator cannot send cookies")).collect()
}

fn descriptions(contract: &Contract) -> Vec<Fault> {
    let parameters = parts::all_parameters(contract).into_iter();
    let silent = parameters.filter(|parameter| parameter.text("description").is_none_or(|text| text.trim().is_empty()));
    silent.map(|parameter| Fault::new(parameter.pointer, "the parameter has no `description`")).collect()
}

fn path_parameters(contract: &Contract) -> Vec<Fault> {
    let mut faults = Vec::new();
    for operation in parts::operations(contract) {
        let in_template = names_in(operation.path);
        let mut declared = Vec::new();
        for parameter in parts::parameters(contract, &operation) {
            let (Some("path"), Some(name)) = (parameter.text("in"), parameter.text("name")) else { continue };
            declared.push(name);
            if !in_template.contains(&name) {
                let reason = format!("`{name}` is not in the path {}", operation.path);
                faults.push(Fault::new(&parameter.pointer, reason));
            }
            if !parameter.is_true("required") {
                let reason = format!("the path parameter `{name}` is not `required: true`");
                faults.push(Fault::new(parameter.pointer, reason));
            }
        }
        for name in in_template.iter().filter(|name| !declared.contains(name)) {
            let reason = format!("no parameter fills `{{{name}}}` of the path");
            faults.push(Fault::new(&operation.place.pointer, reason));
        }
    }
    faults
}

/// The names between braces.
fn names_in(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

fn reserved_headers(contract: &Contract) -> Vec<Fault> {
    const RESERVED: &[&str] = &["Authorization", "Accept", "Content-Type"];
    let mut faults = Vec::new();
    for parameter in parts::all_parameters(contract) {
        let (Some("header"), Some(name)) = (parameter.text("in"), parameter.text("name")) else { continue };
        if RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name)) {
            faults.push(Fault::new(parameter.pointer, format!("the client itself sets the header `{name}`")));
        }
    }
    faults
}

fn form(contract: &Contract) -> Vec<Fault> {
    let mut faults = Vec::new();
    for parameter in parts::all_parameters(contract) {
        let usual = if parameter.text("in") == Some("query") { "form" } else { "simple" };
        if let Some(style) = parameter.text("style").filter(|style| *style != usual) {
            let reason = format!("the generator does not know the style `{style}` here");
            faults.push(Fault::new(parameter.pointer_to("style"), reason));
        }
        if parameter.child("content").is_some() {
            faults.push(Fault::new(parameter.pointer, "the generator does not read the `content` of a parameter"));
        }
    }
    faults
}
