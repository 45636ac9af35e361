//! What can be reached from outside: the items, and what is implemented for them.

use std::collections::BTreeMap;

use quote::ToTokens;
use syn::{Fields, ImplItem, Item, ItemImpl, TraitItem, Type, Visibility};

use super::resolve::{self, Resolver, Target};
use super::signature;
use super::tree::{Module, attributes, conditions};

/// Every line of the face, sorted.
pub(super) fn lines(library: &str, root: &Module) -> Vec<String> {
    let mut face = Face { root, resolver: Resolver { root }, reached: BTreeMap::new(), lines: Vec::new() };
    face.walk(&[], library, &[]);
    face.describe();
    face.implementations(&[], root, &[]);
    let Face { mut lines, .. } = face;
    lines.sort();
    lines.dedup();
    lines.into_iter().map(|(_, line)| line).collect()
}

/// An item: its module and its name.
type Id = (Vec<String>, String);

struct Face<'a> {
    root: &'a Module,
    resolver: Resolver<'a>,
    /// The public paths of each item, and the features that each needs.
    reached: BTreeMap<Id, Vec<(String, Vec<String>)>>,
    /// Lines with what they are sorted by: the path that they are about.
    lines: Vec<(String, String)>,
}

impl Face<'_> {
    /// Looks for what is public in `module`, which has the public path `path`.
    fn walk(&mut self, module: &[String], path: &str, condition: &[String]) {
        let Some(scope) = self.root.at(module) else { return };
        for (name, child) in scope.modules.iter().filter(|(_, child)| child.is_public) {
            let condition = [condition, &child.condition].concat();
            self.module([module, &[name.clone()]].concat(), format!("{path}::{name}"), &condition);
        }
        for item in &scope.items {
            if let Item::Use(import) = item
                && is_public(&import.vis)
            {
                let condition = signature::with(condition, &import.attrs);
                for import in resolve::imports(&import.tree) {
                    self.import(module, path, &import, &condition);
                }
            } else if let Some(name) = resolve::name(item).filter(|_| is_public_item(item)) {
                let path = if matches!(item, Item::Macro(_)) { path.split("::").next().unwrap_or(path) } else { path };
                self.reach((module.to_vec(), name.clone()), format!("{path}::{name}"), condition);
            }
        }
    }

    fn module(&mut self, module: Vec<String>, path: String, condition: &[String]) {
        let prefix = signature::prefix(condition, &[]);
        self.lines.push((path.clone(), format!("{prefix}mod {path}")));
        self.walk(&module, &path, condition);
    }

    fn import(&mut self, module: &[String], path: &str, import: &resolve::Import, condition: &[String]) {
        let target = self.resolver.resolve(module, &import.path);
        match (&import.name, target) {
            (Some(name), Target::Module(target)) => self.module(target, format!("{path}::{name}"), condition),
            (None, Target::Module(target)) => self.walk(&target, path, condition),
            (Some(name), Target::Item(place, original)) => {
                self.reach((place, original), format!("{path}::{name}"), condition);
            }
            (name, Target::Foreign(origin)) => {
                let path = format!("{path}::{}", name.as_deref().unwrap_or("*"));
                let origin = if name.is_none() { format!("{origin}::*") } else { origin };
                let prefix = signature::prefix(condition, &[]);
                self.lines.push((path.clone(), format!("{prefix}use {path} = {origin}")));
            }
            // A glob of an enum: its variants are with the enum.
            (None, Target::Item(..)) => {}
        }
    }

    fn reach(&mut self, id: Id, path: String, condition: &[String]) {
        let paths = self.reached.entry(id).or_default();
        if !paths.iter().any(|(known, _)| *known == path) {
            paths.push((path, condition.to_vec()));
            paths.sort_by_key(|(path, _)| (path.matches("::").count(), path.clone()));
        }
    }

    /// Describes each item under the shortest of its paths; the others refer to it.
    fn describe(&mut self) {
        for ((module, name), paths) in self.reached.clone() {
            let Some(((path, condition), others)) = paths.split_first() else { continue };
            for (other, condition) in others {
                let prefix = signature::prefix(condition, &[]);
                self.lines.push((other.clone(), format!("{prefix}use {other} = {path}")));
            }
            let items = self.root.at(&module).map(|scope| scope.items.as_slice()).unwrap_or_default();
            for item in items.iter().filter(|item| resolve::name(item).as_ref() == Some(&name)) {
                let prefix = signature::prefix(&signature::with(condition, attributes(item)), attributes(item));
                for (key, line) in describe(item, path) {
                    self.lines.push((key, format!("{prefix}{line}")));
                }
                for (needs, derived) in signature::derives(attributes(item)) {
                    let needs = signature::prefix(&[condition.clone(), needs].concat(), &[]);
                    self.lines.push((format!("{path}~{derived}"), format!("{needs}impl {derived} for {path}")));
                }
            }
        }
    }

    /// The methods and traits of what is reached, wherever their implementations stand.
    fn implementations(&mut self, module: &[String], scope: &Module, condition: &[String]) {
        for item in &scope.items {
            let Item::Impl(item) = item else { continue };
            let owner = self.owner(module, &item.self_ty);
            let path = match &owner {
                Some(Target::Item(place, name)) => self.path(&(place.clone(), name.clone())),
                _ => None,
            };
            let condition = signature::with(condition, &item.attrs);
            match (&item.trait_, path) {
                (None, Some(path)) => self.methods(item, &path, &condition),
                (Some(_), Some(path)) => self.implementation(item, &path, &condition),
                // A trait of ours for a type of somebody else.
                (Some((_, path, _)), None) if !matches!(owner, Some(Target::Item(..))) => {
                    let steps = steps(path);
                    if let Target::Item(place, name) = self.resolver.resolve(module, &steps)
                        && let Some(path) = self.path(&(place, name))
                    {
                        self.implementation(item, &path, &condition);
                    }
                }
                _ => {}
            }
        }
        for (name, child) in &scope.modules {
            let condition = [condition, &child.condition].concat();
            self.implementations(&[module, &[name.clone()]].concat(), child, &condition);
        }
    }

    /// What an implementation is for, where that is a plain path or a trait object.
    fn owner(&self, module: &[String], r#type: &Type) -> Option<Target> {
        let path = match r#type {
            Type::Path(path) => &path.path,
            Type::Reference(reference) => return self.owner(module, &reference.elem),
            Type::TraitObject(object) => object.bounds.iter().find_map(|bound| match bound {
                syn::TypeParamBound::Trait(bound) => Some(&bound.path),
                _ => None,
            })?,
            _ => return None,
        };
        Some(self.resolver.resolve(module, &steps(path)))
    }

    fn path(&self, id: &Id) -> Option<String> {
        self.reached.get(id)?.first().map(|(path, _)| path.clone())
    }

    fn methods(&mut self, item: &ItemImpl, path: &str, condition: &[String]) {
        for member in &item.items {
            let (name, attributes, line) = match member {
                ImplItem::Fn(function) if is_public(&function.vis) => {
                    let name = &function.sig.ident;
                    let line = signature::function(&function.sig, &format!("{path}::{name}"));
                    (name, &function.attrs, line)
                }
                ImplItem::Const(constant) if is_public(&constant.vis) => {
                    let (name, text) = (&constant.ident, signature::type_text(&constant.ty));
                    (name, &constant.attrs, format!("const {path}::{name}: {text}"))
                }
                _ => continue,
            };
            let prefix = signature::prefix(&signature::with(condition, attributes), attributes);
            self.lines.push((format!("{path}::{name}"), format!("{prefix}{line}")));
        }
    }

    fn implementation(&mut self, item: &ItemImpl, path: &str, condition: &[String]) {
        let types = item.items.iter().filter_map(|member| match member {
            ImplItem::Type(member) => Some(format!(" {} = {};", member.ident, signature::type_text(&member.ty))),
            _ => None,
        });
        let (line, types) = (signature::implementation(item), types.collect::<String>());
        let types = if types.is_empty() { types } else { format!(" {{{types} }}") };
        let prefix = signature::prefix(condition, &[]);
        self.lines.push((format!("{path}~{line}"), format!("{prefix}{line}{types}")));
    }
}

/// The lines of one item, each with what it is sorted by.
fn describe(item: &Item, path: &str) -> Vec<(String, String)> {
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

fn steps(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn is_public_item(item: &Item) -> bool {
    match item {
        Item::Const(item) => is_public(&item.vis),
        Item::Enum(item) => is_public(&item.vis),
        Item::Fn(item) => is_public(&item.vis),
        Item::Macro(item) => item.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export")),
        Item::Static(item) => is_public(&item.vis),
        Item::Struct(item) => is_public(&item.vis),
        Item::Trait(item) => is_public(&item.vis),
        Item::Type(item) => is_public(&item.vis),
        Item::Union(item) => is_public(&item.vis),
        _ => false,
    }
}
