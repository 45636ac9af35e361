//! What a path in the sources leads to.

use syn::{Item, UseTree};

use super::tree::Module;

/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    /// A module of the library.
    Module(Vec<String>),
    /// An item of the library: its module and its name.
    Item(Vec<String>, String),
    /// Something of another crate.
    Foreign(String),
}

/// One name that a `use` brings.
#[derive(Clone, Debug)]
pub(super) struct Import {
    /// As the source writes it.
    pub(super) path: Vec<String>,
    /// The name it gets; none for a glob.
    pub(super) name: Option<String>,
}

/// Every name that a `use` brings.
pub(super) fn imports(tree: &UseTree) -> Vec<Import> {
    fn walk(tree: &UseTree, mut path: Vec<String>, found: &mut Vec<Import>) {
        match tree {
            UseTree::Path(step) => {
                path.push(step.ident.to_string());
                walk(&step.tree, path, found);
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| walk(tree, path.clone(), found)),
            UseTree::Glob(_) => found.push(Import { path, name: None }),
            UseTree::Name(last) if last.ident == "self" => found.push(Import { name: path.last().cloned(), path }),
            UseTree::Name(last) => {
                path.push(last.ident.to_string());
                found.push(Import { name: path.last().cloned(), path });
            }
            UseTree::Rename(last) => {
                path.push(last.ident.to_string());
                found.push(Import { path, name: Some(last.rename.to_string()) });
            }
        }
    }
    let mut found = Vec::new();
    walk(tree, Vec::new(), &mut found);
    found
}

/// The name that an item has; none for imports and implementations.
pub(super) fn name(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}

/// Resolves paths of one library.
pub(super) struct Resolver<'a> {
    pub(super) root: &'a Module,
}

impl Resolver<'_> {
    /// What `path`, written in the module at `from`, leads to.
    pub(super) fn resolve(&self, from: &[String], path: &[String]) -> Target {
        self.follow(from, path, &mut Vec::new()).unwrap_or_else(|| Target::Foreign(path.join("::")))
    }

    /// `open` holds the names that are being looked for, since an import may bear the name of what it imports.
    fn follow(&self, from: &[String], path: &[String], open: &mut Vec<(Vec<String>, String)>) -> Option<Target> {
        let mut at = Target::Module(from.to_vec());
        for (index, step) in path.iter().enumerate() {
            let Target::Module(module) = &at else { return None };
            at = match step.as_str() {
                "crate" => Target::Module(Vec::new()),
                "self" if index == 0 => at,
                "super" => Target::Module(module[..module.len().checked_sub(1)?].to_vec()),
                name => match self.look_up(module, name, open)? {
                    // The rest of the path is the other crate's.
                    Target::Foreign(found) => {
                        let rest = path[index + 1..].iter().map(|step| format!("::{step}"));
                        return Some(Target::Foreign(found + &rest.collect::<String>()));
                    }
                    found => found,
                },
            };
        }
        Some(at)
    }

    fn look_up(&self, module: &[String], wanted: &str, open: &mut Vec<(Vec<String>, String)>) -> Option<Target> {
        let scope = self.root.at(module)?;
        if scope.modules.contains_key(wanted) {
            return Some(Target::Module([module, &[wanted.to_owned()]].concat()));
        }
        if scope.items.iter().any(|item| name(item).is_some_and(|name| name == wanted)) {
            return Some(Target::Item(module.to_vec(), wanted.to_owned()));
        }
        let place = (module.to_vec(), wanted.to_owned());
        if open.contains(&place) {
            return None;
        }
        open.push(place);
        let uses = scope.items.iter().filter_map(|item| if let Item::Use(item) = item { Some(item) } else { None });
        let all: Vec<Import> = uses.flat_map(|item| imports(&item.tree)).collect();
        let named = all.iter().find(|import| import.name.as_deref() == Some(wanted));
        let found = match named {
            Some(import) => {
                Some(self.follow(module, &import.path, open).unwrap_or_else(|| Target::Foreign(import.path.join("::"))))
            }
            None => all.iter().filter(|import| import.name.is_none()).find_map(|import| {
                match self.follow(module, &import.path, open)? {
                    Target::Module(other) => self.look_up(&other, wanted, open),
                    _ => None,
                }
            }),
        };
        open.pop();
        found
    }
}
