//! The contract's examples as constants, so that tests, mocks and documentation show the same bodies.

use anyhow::{Context, Result, bail};
use quote::{format_ident, quote};
use serde_json::{Map, Value};

use crate::contract::Contract;

/// One example of the contract, where it is used.
struct Example<'a> {
    operation: &'a str,
    status: u16,
    content_type: &'a str,
    name: &'a str,
    /// The example itself, references followed.
    content: &'a Value,
}

/// The constants' source, formatted, without the file's header.
pub(super) fn generate(contract: &Contract) -> Result<String> {
    let examples = collect(contract)?;
    let mut operations: Vec<&str> = examples.iter().map(|example| example.operation).collect();
    operations.dedup();
    let modules = operations
        .into_iter()
        .map(|operation| {
            let of_operation: Vec<_> = examples.iter().filter(|example| example.operation == operation).collect();
            let constants = of_operation.iter().map(|example| constant(example)).collect::<Result<Vec<_>>>()?;
            let names = of_operation.iter().map(|example| constant_name(example.name));
            let module = format_ident!("{operation}");
            let summary = format!("Answers of `{operation}`.");
            Ok(quote! {
                #[doc = #summary]
                pub mod #module {
                    use crate::Example;
                    #(#constants)*
                    /// Every example, in the order of the contract.
                    pub const ALL: &[Example] = &[#(#names),*];
                }
            })
        })
        .collect::<Result<Vec<_>>>()?;
    let file = syn::parse2(quote!(#(#modules)*)).context("the examples are not Rust")?;
    Ok(prettyplease::unparse(&file))
}

fn constant(example: &Example<'_>) -> Result<proc_macro2::TokenStream> {
    let name = constant_name(example.name);
    let Example { status, content_type, name: word, content, .. } = example;
    let summary = content.get("summary").and_then(Value::as_str).unwrap_or(word);
    let value = content.get("value").with_context(|| format!("example {word} has no value"))?;
    let body = match (value, content_type.starts_with("application/json")) {
        (Value::String(text), false) => text.clone(),
        _ => serde_json::to_string_pretty(value)?,
    };
    // An answer without a body has no type of content either.
    let mut headers: Vec<(&str, &str)> = Vec::new();
    if !body.is_empty() {
        headers.push(("Content-Type", content_type));
    }
    let stated = content.get("x-response-headers").and_then(Value::as_object).into_iter().flatten();
    headers.extend(stated.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))));
    let headers = headers.iter().map(|(name, value)| quote!((#name, #value)));
    Ok(quote! {
        #[doc = #summary]
        pub const #name: Example = Example {
            name: #word,
            status: #status,
            headers: &[#(#headers),*],
            body: #body,
        };
    })
}

fn constant_name(name: &str) -> proc_macro2::Ident {
    format_ident!("{}", name.to_uppercase().replace('-', "_"))
}

/// The contract's examples in its order; `cargo xtask lint` has seen to their names.
fn collect(contract: &Contract) -> Vec<Example<'_>> {
    let mut examples = Vec::new();
    for (_, item) in contract.root().members("paths") {
        for (_, operation) in item.value.as_object().into_iter().flatten() {
            let Some(id) = operation.get("operationId").and_then(Value::as_str) else { continue };
        }
    }
    examples
}
