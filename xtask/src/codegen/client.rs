//! The client and the models, by progenitor.

use anyhow::{Context, Result};
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle};
use quote::quote;
use syn::visit_mut::VisitMut;
use syn::{Attribute, Item, parse_quote};

use crate::contract::Contract;

/// The client's source, formatted, without the file's header.
pub(super) fn generate(contract: &Contract) -> Result<String> {
    let tokens = Generator::new(&settings())
        .generate_tokens(&contract.openapi()?)
        .context("progenitor cannot read the contract")?;
    let mut file = syn::parse2(tokens).context("progenitor's output is not Rust")?;
    ModelAttributes.visit_file_mut(&mut file);
    file.items.push(schemas(contract)?);
    Ok(prettyplease::unparse(&file))
}

/// A function that gives the JSON Schema of every model as compiled, to hold against the contract.
fn schemas(contract: &Contract) -> Result<Item> {
    let components = contract.root().child("components");
    let schemas = components.into_iter().flat_map(|components| components.members("schemas"));
    let names: Vec<&str> = schemas.map(|(name, _)| name).collect();
    let models = names.iter().map(|name| syn::parse_str::<syn::Ident>(name)).collect::<Result<Vec<_>, _>>()?;
    Ok(parse_quote! {
        /// The JSON Schema of every model, by its name in the contract, as the compiled types have it.
        #[cfg(feature = "schemars")]
        pub fn schemas() -> Vec<(&'static str, schemars::Schema)> {
            vec![#((#names, schemars::schema_for!(types::#models))),*]
        }
    })
}

pub(super) fn settings() -> GenerationSettings {
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_tag(TagStyle::Merged)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote!(std::sync::Arc<dyn crate::Transport>))
        .with_derive("PartialEq")
        .with_derive("schemars::JsonSchema");
    settings
}

/// Puts what costs users build time behind a feature, and keeps models open for new fields.
struct ModelAttributes;

impl VisitMut for ModelAttributes {
    // `Client::new` builds a reqwest client of its own, with a 15-second limit that nobody asked for, and panics where
    // that fails; `new_with_client` is the one the SDK needs.
    fn visit_item_impl_mut(&mut self, item: &mut syn::ItemImpl) {
        item.items.retain(|item| !matches!(item, syn::ImplItem::Fn(function) if function.sig.ident == "new"));
        syn::visit_mut::visit_item_impl_mut(self, item);
    }

    fn visit_item_mut(&mut self, item: &mut Item) {
        match item {
            Item::Struct(model) => {
                let is_model = feature_gate_json_schema(&mut model.attrs);
                model.attrs.extend(is_model.then(|| parse_quote!(#[non_exhaustive])));
            }
            Item::Enum(model) => {
                feature_gate_json_schema(&mut model.attrs);
            }
            _ => {}
        }
        syn::visit_mut::visit_item_mut(self, item);
    }
}

/// Moves `schemars::JsonSchema` out of the derive list; whether it was there.
fn feature_gate_json_schema(attributes: &mut Vec<Attribute>) -> bool {
    let mut found = false;
    for attribute in attributes.iter_mut().filter(|attribute| attribute.path().is_ident("derive")) {
        let Ok(derives) =
            attribute.parse_args_with(syn::punctuated::Punctuated::<syn::Path, syn::Token![,]>::parse_terminated)
        else {
            continue;
        };
        let kept: Vec<_> = derives.iter().filter(|path| !is_json_schema(path)).collect();
        if kept.len() < derives.len() {
            found = true;
            *attribute = parse_quote!(#[derive(#(#kept),*)]);
        }
    }
    if found {
        attributes.push(parse_quote!(#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]));
    }
    found
}

fn is_json_schema(path: &syn::Path) -> bool {
    path.segments.last().is_some_and(|segment| segment.ident == "JsonSchema")
}
