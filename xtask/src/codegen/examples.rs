//! The contract's examples as constants, so that tests, mocks and documentation show the same bodies.

use anyhow::{Context, Result};
use quote::{format_ident, quote};
use serde_json::Value;

use crate::contract::Contract;
use crate::contract::parts::{self, Example};

/// The constants' source, formatted, without the file's header.
pub(super) fn generate(contract: &Contract) -> Result<String> {
    let modules = parts::operations(contract)
        .into_iter()
        .map(|operation| {
            let id = operation.place.text("operationId").context("an operation has no id")?;
            let examples = parts::examples(contract, &operation);
            let constants = examples.iter().map(constant).collect::<Result<Vec<_>>>()?;
            let names = examples.iter().map(|example| constant_name(example.name));
            let module = format_ident!("{id}");
            let summary = format!("Answers of `{id}`.");
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
    let Example { name: word, status, media_type, place, .. } = example;
    let status: u16 = status.parse().with_context(|| format!("example {word} belongs to no exact status"))?;
    let summary = place.text("summary").unwrap_or(word);
    let value = place.child("value").with_context(|| format!("example {word} has no value"))?.value;
    let body = match value {
        Value::String(text) if !parts::is_json(media_type) => text.clone(),
        _ => serde_json::to_string_pretty(value)?,
    };
    // An answer without a body has no type of content either.
    let mut headers: Vec<(&str, &str)> = Vec::new();
    if !body.is_empty() {
        headers.push(("Content-Type", media_type));
    }
    let stated = place.members("x-response-headers").into_iter();
    headers.extend(stated.filter_map(|(name, header)| Some((name, header.value.as_str()?))));
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
