//! The client, its models and its typed mocks, by progenitor.

use anyhow::{Context, Result};
use openapiv3::OpenAPI;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle};
use quote::quote;
use syn::punctuated::Punctuated;
use syn::visit_mut::VisitMut;
use syn::{Attribute, Item, Token, parse_quote};

/// The client and the models.
pub(super) fn client(spec: &OpenAPI) -> Result<String> {
    let tokens = Generator::new(&settings()).generate_tokens(spec).context("progenitor cannot read the contract")?;
    let mut file = syn::parse2(tokens).context("progenitor's output is not Rust")?;
    Amendments.visit_file_mut(&mut file);
    Ok(prettyplease::unparse(&file))
}

/// The extension of httpmock with a method for each operation.
pub(super) fn mocks(spec: &OpenAPI) -> Result<String> {
    let tokens = Generator::new(&settings()).httpmock(spec, "partner_center_gen");
    let mut file: syn::File = syn::parse2(tokens.context("progenitor cannot read the contract")?)
        .context("progenitor's mocks are not Rust")?;
    // Sealed, so that the method of a new operation is not a breaking change.
    for item in &mut file.items {
        if let Item::Trait(extension) = item {
            extension.supertraits.push(parse_quote!(sealed::Sealed));
            extension.colon_token = Some(Default::default());
        }
    }
    file.items.push(parse_quote! {
        mod sealed {
            pub trait Sealed {}
            impl Sealed for ::httpmock::MockServer {}
        }
    });
    Ok(prettyplease::unparse(&file))
}

fn settings() -> GenerationSettings {
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

/// Keeps models open for new fields, and puts JSON Schema behind a feature.
struct Amendments;

impl VisitMut for Amendments {
    // `Client::new` builds a reqwest client of its own, with a time limit of 15 seconds, and panics where that fails;
    // the SDK needs `new_with_client` alone.
    fn visit_item_impl_mut(&mut self, item: &mut syn::ItemImpl) {
        item.items.retain(|item| !matches!(item, syn::ImplItem::Fn(function) if function.sig.ident == "new"));
    }

    fn visit_item_mut(&mut self, item: &mut Item) {
        match item {
            Item::Struct(model) => {
                let is_model = gate_json_schema(&mut model.attrs);
                model.attrs.extend(is_model.then(|| parse_quote!(#[non_exhaustive])));
            }
            Item::Enum(model) => {
                gate_json_schema(&mut model.attrs);
            }
            _ => {}
        }
        syn::visit_mut::visit_item_mut(self, item);
    }
}

/// Moves `JsonSchema` out of the derives, behind the feature; whether it was there, as it is on models alone.
fn gate_json_schema(attributes: &mut Vec<Attribute>) -> bool {
    let mut found = false;
    for attribute in attributes.iter_mut().filter(|attribute| attribute.path().is_ident("derive")) {
        let Ok(derives) = attribute.parse_args_with(Punctuated::<syn::Path, Token![,]>::parse_terminated) else {
            continue;
        };
        let is_schema = |path: &&syn::Path| path.segments.last().is_some_and(|segment| segment.ident == "JsonSchema");
        let (schema, kept): (Vec<_>, Vec<_>) = derives.iter().partition(is_schema);
        if !schema.is_empty() {
            found = true;
            *attribute = parse_quote!(#[derive(#(#kept),*)]);
        }
    }
    if found {
        attributes.push(parse_quote!(#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]));
    }
    found
}
