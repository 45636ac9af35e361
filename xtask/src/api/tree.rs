//! The modules of a library as its sources have them, tests left out.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use syn::{Attribute, Item, ItemMod, Meta, Visibility};

/// A module and everything below it.
#[derive(Default)]
pub(super) struct Module {
    /// The features that the module's declaration asks for.
    pub(super) condition: Vec<String>,
    pub(super) is_public: bool,
    /// What it holds, modules aside.
    pub(super) items: Vec<Item>,
    pub(super) modules: BTreeMap<String, Module>,
}

impl Module {
    /// Reads the library whose `lib.rs` lies in `folder`.
    pub(super) fn load(folder: &Path) -> Result<Self> {
        Self::read(&folder.join("lib.rs"), folder)
    }

    fn read(file: &Path, folder: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let parsed = syn::parse_file(&text).with_context(|| format!("{} is no Rust", file.display()))?;
        Self::from_items(parsed.items, folder)
    }

    /// `folder` is where the files of the child modules lie.
    pub(super) fn from_items(items: Vec<Item>, folder: &Path) -> Result<Self> {
        let mut module = Self::default();
        for item in items {
            match item {
                Item::Mod(child) if !is_test(&child.attrs) => {
                    let (name, child) = Self::child(child, folder)?;
                    module.modules.insert(name, child);
                }
                Item::Mod(_) => {}
                item if !is_test(attributes(&item)) => module.items.push(item),
                _ => {}
            }
        }
        Ok(module)
    }

    fn child(declaration: ItemMod, folder: &Path) -> Result<(String, Self)> {
        let name = declaration.ident.to_string();
        let below = folder.join(&name);
        let mut child = if let Some((_, items)) = declaration.content {
            Self::from_items(items, &below)?
        } else {
            let candidates = [folder.join(format!("{name}.rs")), below.join("mod.rs")];
            let Some(file) = candidates.iter().find(|file| file.is_file()) else {
                bail!("the file of the module {name} is not in {}", folder.display());
            };
            Self::read(file, &below)?
        };
        child.is_public = matches!(declaration.vis, Visibility::Public(_));
        child.condition = conditions(&declaration.attrs);
        Ok((name, child))
    }

    /// The module at `path` below this one.
    pub(super) fn at(&self, path: &[String]) -> Option<&Self> {
        path.iter().try_fold(self, |module, name| module.modules.get(name))
    }
}

/// The attributes of an item that can be public or tested.
pub(super) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// What the `cfg` attributes ask for.
pub(super) fn conditions(attributes: &[Attribute]) -> Vec<String> {
    let lists = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => Some(list.tokens.to_string()),
        _ => None,
    });
    lists.collect()
}

fn is_test(attributes: &[Attribute]) -> bool {
    conditions(attributes).iter().any(|condition| condition == "test" || condition.starts_with("all (test"))
}
