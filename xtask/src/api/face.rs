//! What can be reached from outside: the items, and what is implemented for them.

use std::collections::BTreeMap;

use syn::{GenericArgument, ImplItem, Item, ItemImpl, PathArguments, Type, Visibility};

use super::item::describe;
use super::resolve::{self, Resolver, Target};
use super::signature;
use super::tree::{Module, attributes};

/// Every line of the face, sorted.
pub(super) fn lines(library: &str, root: &Module) -> Vec<String> {
    let mut face = Face { root, resolver: Resolver { root }, reached: BTreeMap::new(), lines: Vec::new() };
    face.walk(&[], library, &[]);
    face.describe();
    face.implementations(&[], root, &[]);
    let Face { mut lines, .. } = face;
    // Members before traits, and both before an item whose name goes on.
    lines.sort_by_cached_key(|(about, line)| (about.replace("::", "\u{1}").replace('~', "\u{2}"), line.clone()));
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
            self.module([module, std::slice::from_ref(name)].concat(), format!("{path}::{name}"), &condition);
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
                let condition = signature::with(condition, attributes(item));
                for (key, line) in describe(item, path) {
                    let promises = if key == *path { attributes(item) } else { &[] };
                    let prefix = signature::prefix(&condition, promises);
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
                (Some((_, of, _)), Some(path)) if !self.names_hidden(module, of) => {
                    self.implementation(item, &path, &path, &condition);
                }
                // A trait of ours for a type of somebody else.
                (Some((_, path, _)), None) if !matches!(owner, Some(Target::Item(..))) => {
                    let steps = steps(path);
                    if let Target::Item(place, name) = self.resolver.resolve(module, &steps)
                        && let Some(path) = self.path(&(place, name))
                    {
                        let owner = steps_of(&item.self_ty).join("::");
                        self.implementation(item, &path, &owner, &condition);
                    }
                }
                _ => {}
            }
        }
        for (name, child) in &scope.modules {
            let condition = [condition, &child.condition].concat();
            self.implementations(&[module, std::slice::from_ref(name)].concat(), child, &condition);
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
        // What a method asks of the type's own parameters stands with the block.
        let head = signature::implementation(item, path);
        let block = if head == format!("impl {path}") { String::new() } else { format!(" in {head}") };
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
            self.lines.push((format!("{path}::{name}"), format!("{prefix}{line}{block}")));
        }
    }

    /// Whether a trait is of a type of the library that cannot be reached, such as `From<Private>`.
    fn names_hidden(&self, module: &[String], of: &syn::Path) -> bool {
        let Some(PathArguments::AngleBracketed(list)) = of.segments.last().map(|last| &last.arguments) else {
            return false;
        };
        list.args.iter().any(|argument| match argument {
            GenericArgument::Type(r#type) => match self.owner(module, r#type) {
                Some(Target::Item(place, name)) => self.path(&(place, name)).is_none(),
                _ => false,
            },
            _ => false,
        })
    }

    /// `path` is where the line belongs, `owner` the name of what the implementation is for.
    fn implementation(&mut self, item: &ItemImpl, path: &str, owner: &str, condition: &[String]) {
        let types = item.items.iter().filter_map(|member| match member {
            ImplItem::Type(member) => Some(format!(" {} = {};", member.ident, signature::type_text(&member.ty))),
            _ => None,
        });
        let (line, types) = (signature::implementation(item, owner), types.collect::<String>());
        let types = if types.is_empty() { types } else { format!(" {{{types} }}") };
        let prefix = signature::prefix(condition, &[]);
        self.lines.push((format!("{path}~{line}"), format!("{prefix}{line}{types}")));
    }
}

fn steps_of(r#type: &Type) -> Vec<String> {
    if let Type::Path(path) = r#type { steps(&path.path) } else { Vec::new() }
}

fn steps(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}

pub(super) fn is_public(visibility: &Visibility) -> bool {
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
