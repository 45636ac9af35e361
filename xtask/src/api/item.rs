//! The lines of one item and its parts.

use quote::ToTokens;
use syn::{Fields, Item, TraitItem};

use super::face::is_public;
use super::signature;
use super::tree::conditions;

/// The lines of one item, each with what it is sorted by.
pub(super) fn describe(item: &Item, path: &str) -> Vec<(String, String)> {
    let own = |line: String| vec![(path.to_owned(), line)];
    match item {
        Item::Const(item) => own(format!("const {path}: {}", signature::type_text(&item.ty))),
        Item::Static(item) => own(format!("static {path}: {}", signature::type_text(&item.ty))),
        Item::Fn(item) => own(signature::function(&item.sig, path)),
        Item::Macro(_) => own(format!("macro {path}!")),
        Item::Type(item) => {
            let head = signature::head("type", path, &item.generics);
            own(format!("{head} = {}", signature::type_text(&item.ty)))
        }
        Item::Union(item) => own(signature::head("union", path, &item.generics)),
        Item::Struct(item) => {
            let head = signature::head("struct", path, &item.generics);
            let (hidden, fields) = fields(&item.fields, path, false);
            let head = format!("{head}{}", if hidden { " { private }" } else { "" });
            [own(head), fields].concat()
        }
        Item::Enum(item) => {
            let mut lines = own(signature::head("enum", path, &item.generics));
            for variant in &item.variants {
                let path = format!("{path}::{}", variant.ident);
                let prefix = signature::prefix(&conditions(&variant.attrs), &variant.attrs);
                lines.push((path.clone(), format!("{prefix}variant {path}")));
                lines.extend(fields(&variant.fields, &path, true).1);
            }
            lines
        }
        Item::Trait(item) => {
            let mut lines = own(signature::trait_head(item, path));
            for member in &item.items {
                let (name, line, is_given) = match member {
                    TraitItem::Fn(member) => {
                        let name = &member.sig.ident;
                        let line = signature::function(&member.sig, &format!("{path}::{name}"));
                        (name, line, member.default.is_some())
                    }
                    TraitItem::Type(member) => {
                        let bounds = member.bounds.to_token_stream();
                        (&member.ident, format!("type {path}::{}: {bounds}", member.ident), member.default.is_some())
                    }
                    TraitItem::Const(member) => {
                        let text = signature::type_text(&member.ty);
                        (&member.ident, format!("const {path}::{}: {text}", member.ident), member.default.is_some())
                    }
                    _ => continue,
                };
                let given = if is_given { " { provided }" } else { "" };
                lines.push((format!("{path}::{name}"), format!("{line}{given}")));
            }
            lines
        }
        _ => Vec::new(),
    }
}

/// Whether there are private fields, and a line for each of the others.
fn fields(fields: &Fields, path: &str, of_variant: bool) -> (bool, Vec<(String, String)>) {
    let (mut hidden, mut lines) = (false, Vec::new());
    for (index, field) in fields.iter().enumerate() {
        if !of_variant && !is_public(&field.vis) {
            hidden = true;
            continue;
        }
        let name = field.ident.as_ref().map_or_else(|| index.to_string(), ToString::to_string);
        let prefix = signature::prefix(&conditions(&field.attrs), &field.attrs);
        let key = format!("{path}::{name}");
        lines.push((key.clone(), format!("{prefix}field {key}: {}", signature::type_text(&field.ty))));
    }
    (hidden, lines)
}
