//! The contract's examples as constants, so that tests, mocks and documentation show the same bodies.

use anyhow::{Context, Result};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;

use crate::contract::{self, Example};

/// A module for each operation, a constant for each example.
pub(super) fn generate(contract: &Value) -> Result<String> {
    let mut modules = Vec::new();
    for operation in contract::operations(contract) {
        let id = operation.node["operationId"].as_str().context("an operation has no id")?;
        let examples = contract::examples(contract, &operation);
        let constants = examples.iter().map(constant).collect::<Result<Vec<_>>>()?;
        let names = examples.iter().map(|example| constant_name(example.name));
        let (module, summary) = (format_ident!("{id}"), format!("Responses of `{id}`."));
        modules.push(quote! {
            #[doc = #summary]
            pub mod #module {
                use crate::Example;
                #(#constants)*
                /// Every example, in the order of the contract.
                pub const ALL: &[Example] = &[#(#names),*];
            }
        });
    }
    let file = syn::parse2(quote!(#(#modules)*)).context("the examples are not Rust")?;
    Ok(prettyplease::unparse(&file))
}

fn constant(example: &Example<'_>) -> Result<TokenStream> {
    let Example { name: word, status, media_type, node, .. } = example;
    let name = constant_name(word);
    let status: u16 = status.parse().with_context(|| format!("the example {word} belongs to no exact status"))?;
    let summary = node["summary"].as_str().unwrap_or(word);
    let body = match &node["value"] {
        Value::String(text) if *media_type != "application/json" => text.clone(),
        value => serde_json::to_string_pretty(value)?,
    };
    // A response without a body has no type of content either.
    let mut headers = if body.is_empty() { Vec::new() } else { vec![("Content-Type", *media_type)] };
    headers.extend(
        contract::members(&node["x-response-headers"]).filter_map(|(name, value)| Some((name, value.as_str()?))),
    );
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

fn constant_name(name: &str) -> Ident {
    format_ident!("{}", name.to_uppercase().replace('-', "_"))
}
