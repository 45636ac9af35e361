//! Compares two contracts: the document, its operations, their parameters and responses.
//!
//! A change that no rule knows is taken for breaking, so that nothing slips through unseen.

use std::collections::HashSet;

use super::change::{Change, Class, Direction, Sides, members, pairs};
use crate::contract::{Contract, Place, parts};
use crate::report::plain;

/// Every change from the old contract to the new one, in the order of the new one.
pub(crate) fn compare(old: &Contract, new: &Contract) -> Vec<Change> {
    let mut comparison = Comparison { old, new, changes: Vec::new(), seen: HashSet::new() };
    comparison.document();
    comparison.changes
}

pub(super) struct Comparison<'a> {
    pub(super) old: &'a Contract,
    pub(super) new: &'a Contract,
    changes: Vec<Change>,
    /// Pairs of places that were compared, so that a shared part is told once.
    pub(super) seen: HashSet<Seen>,
}

/// Both pointers, the way the values go, and whether the schema belongs to a property that may be left out: what the
/// classes depend on.
type Seen = (String, String, Option<Direction>, bool);

impl<'a> Comparison<'a> {
    pub(super) fn add(&mut self, class: Class, place: &Place<'_>, what: impl Into<String>) {
        let change = Change { class, pointer: place.pointer.clone(), what: what.into() };
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }

    /// Whether the pair was not compared before.
    pub(super) fn is_first(&mut self, old: &Place<'_>, new: &Place<'_>, direction: Option<Direction>) -> bool {
        self.seen.insert((old.pointer.clone(), new.pointer.clone(), direction, false))
    }

    /// A member of words alone.
    pub(super) fn words(&mut self, name: &str, sides: &Sides<'_>) {
        if sides.differ() {
            self.add(Class::Editorial, sides.place(), format!("the words of `{name}` changed"));
        }
    }

    /// A member that no rule knows.
    pub(super) fn unknown(&mut self, name: &str, sides: &Sides<'_>) {
        if sides.differ() {
            let what = format!("`{name}` changed, no rule knows what that means, so it is taken for breaking");
            self.add(Class::Breaking, sides.place(), what);
        }
    }

    /// A member whose every change breaks callers.
    pub(super) fn fixed(&mut self, name: &str, sides: &Sides<'_>, why: &str) {
        if sides.differ() {
            self.add(Class::Breaking, sides.place(), format!("`{name}` {}: {why}", from_to(sides)));
        }
    }

    /// A thing that one side alone has; nothing where both have it.
    pub(super) fn one_sided(&mut self, sides: &Sides<'_>, removed: (Class, String), added: (Class, String)) {
        match sides {
            Sides::Old(place) => self.add(removed.0, place, removed.1),
            Sides::New(place) => self.add(added.0, place, added.1),
            Sides::Both(..) => {}
        }
    }

    fn document(&mut self) {
        let (old, new) = (self.old.root(), self.new.root());
        for (name, sides) in members(&old, &new) {
            match (name, &sides) {
                ("openapi" | "tags" | "externalDocs", _) => self.words(name, &sides),
                ("info", Sides::Both(old, new)) => {
                    members(old, new).iter().for_each(|(name, sides)| self.words(name, sides));
                }
                ("security", _) => self.security(&old, &new),
                ("servers", _) => self.servers(&old, &new),
                ("paths", _) => self.paths(),
                ("x-partner-center-clouds", _) => self.clouds(&old, &new),
                ("x-partner-center-error-codes", _) => self.error_codes(&old, &new),
                // What operations use is compared where they use it; the rest comes last.
                ("components", _) => {}
                _ => self.unknown(name, &sides),
            }
        }
        self.components(&old, &new);
    }

    fn paths(&mut self) {
        let keys = |contract: &'a Contract| {
            let operations = parts::operations(contract).into_iter();
            operations.map(|operation| (key(&operation), operation.place)).collect::<Vec<_>>()
        };
        for ((method, path), sides) in pairs(keys(self.old), keys(self.new)) {
            let name = format!("{} {path}", method.to_uppercase());
            let removed = (Class::Breaking, format!("{name} is gone: its callers have nothing to call"));
            self.one_sided(&sides, removed, (Class::Compatible, format!("{name} is new")));
            if let Sides::Both(old, new) = &sides {
                self.operation(old, new);
            }
        }
        self.path_items();
    }

    /// What stands around the operations.
    fn path_items(&mut self) {
        let keyed = |contract: &'a Contract| {
            let items = contract.root().members("paths").into_iter();
            items.map(|(path, item)| (without_names(path), item)).collect::<Vec<_>>()
        };
        for (path, sides) in pairs(keyed(self.old), keyed(self.new)) {
            let has_operation = parts::METHODS.iter().any(|method| sides.place().child(method).is_some());
            let (old, new) = match &sides {
                Sides::Both(old, new) if !path.starts_with("x-") => (old.clone(), new.clone()),
                _ if has_operation => continue,
                _ => {
                    self.unknown(&path, &sides);
                    continue;
                }
            };
            for (name, sides) in members(&old, &new) {
                match name {
                    "summary" | "description" => self.words(name, &sides),
                    "servers" => self.servers(&old, &new),
                    // They belong to the operations.
                    "parameters" => {}
                    name if parts::METHODS.contains(&name) => {}
                    _ => self.unknown(name, &sides),
                }
            }
        }
    }

    fn operation(&mut self, old: &Place<'a>, new: &Place<'a>) {
        for (name, sides) in members(old, new) {
            match name {
                "operationId" => self.fixed(name, &sides, "generated methods and mocks are called otherwise"),
                "tags" | "summary" | "description" | "externalDocs" => self.words(name, &sides),
                "deprecated" if sides.differ() => {
                    self.add(Class::Compatible, sides.place(), "callers are told to leave the operation");
                }
                "security" => self.security(old, new),
                "servers" => self.servers(old, new),
                "responses" => self.responses(old, new),
                "requestBody" => self.request_body(&sides),
                "x-partner-center-gdap-roles" => self.roles(&sides),
                "x-partner-center-token-kinds" => self.token_kinds(old, new),
                "deprecated" | "parameters" => {}
                _ => self.unknown(name, &sides),
            }
        }
        self.parameters(old, new);
    }

    fn parameters(&mut self, old: &Place<'a>, new: &Place<'a>) {
        let keyed = |contract: &'a Contract, place: &Place<'a>| {
            let operations = parts::operations(contract);
            let operation = operations.iter().find(|operation| operation.place.pointer == place.pointer);
            let parameters = operation.map(|operation| parts::parameters(contract, operation)).unwrap_or_default();
            let mut in_path = 0;
            let named = parameters.into_iter().map(|parameter| {
                let (place, name) =
                    (parameter.text("in").unwrap_or_default(), parameter.text("name").unwrap_or_default());
                // A parameter of the path is known by its turn, a header whatever the case of its name.
                let key = match place {
                    "path" => {
                        in_path += 1;
                        format!("path {in_path}")
                    }
                    "header" => format!("header {}", name.to_lowercase()),
                    place => format!("{place} {name}"),
                };
                (key, parameter)
            });
            named.collect::<Vec<_>>()
        };
        for (_, sides) in pairs(keyed(self.old, old), keyed(self.new, new)) {
            let name = format!("the parameter `{}`", sides.place().text("name").unwrap_or_default());
            let added = if sides.place().is_true("required") {
                (Class::Breaking, format!("{name} is new and required: old callers do not send it"))
            } else {
                (Class::Compatible, format!("{name} is new, and may be left out"))
            };
            self.one_sided(&sides, (Class::Breaking, format!("{name} is gone: old callers still send it")), added);
            if let Sides::Both(old, new) = &sides {
                self.parameter(&name, old, new);
            }
        }
    }

    fn parameter(&mut self, named: &str, old: &Place<'a>, new: &Place<'a>) {
        if !self.is_first(old, new, Some(Direction::Request)) {
            return;
        }
        for (name, sides) in members(old, new) {
            match (name, &sides) {
                ("name", _) => self.fixed(name, &sides, "the typed mocks call it otherwise"),
                ("description" | "example" | "examples" | "deprecated", _) => self.words(name, &sides),
                ("required", _) => {}
                ("schema", Sides::Both(old, new)) => self.schema(old, new, Direction::Request),
                _ => self.unknown(name, &sides),
            }
        }
        match (old.is_true("required"), new.is_true("required")) {
            (false, true) => {
                self.add(Class::Breaking, new, format!("{named} is required now: old callers leave it out"))
            }
            (true, false) => {
                self.add(Class::Breaking, new, format!("{named} may be left out now: its argument is of another type"))
            }
            _ => {}
        }
    }

    fn request_body(&mut self, sides: &Sides<'a>) {
        let required = (Class::Breaking, "the request has a body now: old callers send none".to_owned());
        let optional = (Class::Compatible, "the request may have a body now".to_owned());
        let body = self.new.follow(sides.place().clone());
        let added = if body.is_true("required") { required } else { optional };
        let removed = (Class::Breaking, "the request has no body any more: old callers send one".to_owned());
        self.one_sided(sides, removed, added);
        let Sides::Both(old, new) = sides else { return };
        let (old, new) = (self.old.follow(old.clone()), self.new.follow(new.clone()));
        for (name, sides) in members(&old, &new) {
            match name {
                "description" => self.words(name, &sides),
                "content" => self.content(&old, &new, Direction::Request),
                "required" if !old.is_true(name) => self.fixed(name, &sides, "old callers may send no body"),
                "required" if sides.differ() => self.add(Class::Compatible, &new, "the body may be left out now"),
                "required" => {}
                _ => self.unknown(name, &sides),
            }
        }
    }
}

/// Method, and path with its placeholders left blank, so that a renamed placeholder is no other operation.
fn key(operation: &parts::Operation<'_>) -> (String, String) {
    let method = operation.place.pointer.rsplit('/').next().unwrap_or_default().to_owned();
    (method, without_names(operation.path))
}

fn without_names(path: &str) -> String {
    let segments = path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

/// How a value changed, in words; what is no plain value is not shown.
pub(super) fn from_to(sides: &Sides<'_>) -> String {
    let is_plain = |place: &Place<'_>| !place.value.is_object() && !place.value.is_array();
    match sides {
        Sides::Both(old, new) if !is_plain(old) || !is_plain(new) => "changed".to_owned(),
        Sides::Old(place) if !is_plain(place) => "is gone".to_owned(),
        Sides::New(place) if !is_plain(place) => "is new".to_owned(),
        Sides::Old(old) => format!("{} is gone", plain(old.value)),
        Sides::New(new) => format!("{} is new", plain(new.value)),
        Sides::Both(old, new) => format!("changed from {} to {}", plain(old.value), plain(new.value)),
    }
}
