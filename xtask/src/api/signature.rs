//! Items as one line each, without bodies, comments and private parts.

use quote::format_ident;
use syn::punctuated::{Pair, Punctuated};
use syn::{
    Attribute, Fields, FieldsNamed, Generics, Ident, Item, ItemFn, ItemImpl, ItemStruct, ItemTrait, ItemType, Meta,
    Path, Signature, Type, Visibility, parse_quote,
};

use super::tree::conditions;

/// Stands for a name until a path takes its place, which an identifier cannot hold.
const NAME: &str = "__the_name__";

/// A function with the path in place of its name.
pub(super) fn function(signature: &Signature, path: &str) -> String {
    let mut signature = signature.clone();
    signature.ident = format_ident!("{NAME}");
    let item: ItemFn = parse_quote!(#signature {});
    line(Item::Fn(item)).replace(NAME, path)
}

/// The head of a type: its word, its path, its generics.
pub(super) fn head(word: &str, path: &str, generics: &Generics) -> String {
    let item = ItemStruct {
        attrs: Vec::new(),
        vis: Visibility::Inherited,
        struct_token: Default::default(),
        ident: format_ident!("{NAME}"),
        generics: generics.clone(),
        fields: Fields::Named(FieldsNamed { brace_token: Default::default(), named: Default::default() }),
        semi_token: None,
    };
    line(Item::Struct(item)).replacen("struct", word, 1).replace(NAME, path)
}

/// The head of a trait with the path in place of its name.
pub(super) fn trait_head(item: &ItemTrait, path: &str) -> String {
    let head = ItemTrait {
        attrs: Vec::new(),
        vis: Visibility::Inherited,
        items: Vec::new(),
        ident: format_ident!("{NAME}"),
        ..item.clone()
    };
    line(Item::Trait(head)).replace(NAME, path)
}

/// The head of an implementation of a trait, with the path in place of the name of what it is for.
pub(super) fn implementation(item: &ItemImpl, path: &str) -> String {
    let mut head = ItemImpl { attrs: Vec::new(), items: Vec::new(), ..item.clone() };
    if let Type::Path(owner) = &mut *head.self_ty
        && let Some(mut last) = owner.path.segments.pop().map(Pair::into_value)
    {
        last.ident = format_ident!("{NAME}");
        owner.path = last.into();
    }
    line(Item::Impl(head)).replace(NAME, path)
}

/// A type as it is written.
pub(super) fn type_text(r#type: &Type) -> String {
    let name: Ident = format_ident!("{NAME}");
    let item: ItemType = parse_quote!(type #name = #r#type;);
    let text = line(Item::Type(item));
    text.trim_start_matches(&format!("type {NAME} = ")).trim_end_matches(';').to_owned()
}

/// What stands before a line: features that it needs, and promises that callers rely on.
pub(super) fn prefix(condition: &[String], attributes: &[Attribute]) -> String {
    let mut parts: Vec<String> = condition.iter().map(|condition| format!("#[cfg({condition})] ")).collect();
    for name in ["non_exhaustive", "deprecated"] {
        if attributes.iter().any(|attribute| attribute.path().is_ident(name)) {
            parts.push(format!("#[{name}] "));
        }
    }
    parts.concat()
}

/// The derived traits by their names, each with the features it needs.
pub(super) fn derives(attributes: &[Attribute]) -> Vec<(Vec<String>, String)> {
    let mut found = Vec::new();
    for attribute in attributes {
        let Meta::List(list) = &attribute.meta else { continue };
        if list.path.is_ident("derive") {
            found.extend(names(list).into_iter().map(|name| (Vec::new(), name)));
        } else if list.path.is_ident("cfg_attr") {
            let parts = list.parse_args_with(Punctuated::<Meta, syn::Token![,]>::parse_terminated);
            let Ok(parts) = parts else { continue };
            let Some(condition) = parts.first() else { continue };
            let condition = quote::quote!(#condition).to_string();
            for part in parts.iter().skip(1) {
                let Meta::List(list) = part else { continue };
                if list.path.is_ident("derive") {
                    found.extend(names(list).into_iter().map(|name| (vec![condition.clone()], name)));
                }
            }
        }
    }
    found
}

fn names(derive: &syn::MetaList) -> Vec<String> {
    let paths = derive.parse_args_with(Punctuated::<Path, syn::Token![,]>::parse_terminated);
    let last = |path: &Path| path.segments.last().map(|segment| segment.ident.to_string());
    paths.map(|paths| paths.iter().filter_map(last).collect()).unwrap_or_default()
}

/// The conditions of an item below those of its module.
pub(super) fn with(condition: &[String], attributes: &[Attribute]) -> Vec<String> {
    let mut all = condition.to_vec();
    all.extend(conditions(attributes).into_iter().filter(|one| !condition.contains(one)));
    all
}

/// One item, formatted, on one line and without its empty body.
fn line(item: Item) -> String {
    let text = prettyplease::unparse(&syn::File { shebang: None, attrs: Vec::new(), items: vec![item] });
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut line = words.join(" ");
    // What the formatter adds where it breaks lines, and what is nobody's business but the body's.
    for (broken, whole) in [("( ", "("), (", )", ")"), ("< ", "<"), (", >", ">"), (", {", " {"), ("(mut self", "(self")]
    {
        line = line.replace(broken, whole);
    }
    line.trim_end_matches("{}").trim_end().trim_end_matches(',').to_owned()
}
