//! Compares what the contract says beyond requests and answers: sign-in, addresses, roles, codes, unused parts.

use super::change::{Class, Direction, Sides, members, pairs};
use super::compare::Comparison;
use crate::contract::Place;
use crate::report::plain;

impl<'a> Comparison<'a> {
    pub(super) fn security(&mut self, old: &Place<'a>, new: &Place<'a>) {
        // An empty list says that nobody signs in.
        if self.is_one_sided("security", old, new) {
            return;
        }
        let keyed = |place: &Place<'a>| {
            let ways = place.elements("security").into_iter();
            ways.map(|way| (names(&way), way)).collect::<Vec<_>>()
        };
        for (name, sides) in pairs(keyed(old), keyed(new)) {
            let removed = (Class::Breaking, format!("sign-in by {name} is gone"));
            self.one_sided(&sides, removed, (Class::Compatible, format!("sign-in by {name} is new")));
            if matches!(sides, Sides::Both(..)) {
                self.fixed("security", &sides, "the scopes are others");
            }
        }
    }

    /// Whether one side alone has the list, and so the other takes the one that stands further out.
    fn is_one_sided(&mut self, list: &str, old: &Place<'a>, new: &Place<'a>) -> bool {
        let sides = match (old.child(list), new.child(list)) {
            (None, Some(place)) => Sides::New(place),
            (Some(place), None) => Sides::Old(place),
            _ => return false,
        };
        self.unknown(list, &sides);
        true
    }

    pub(super) fn servers(&mut self, old: &Place<'a>, new: &Place<'a>) {
        if self.is_one_sided("servers", old, new) {
            return;
        }
        self.listed(old, new, "servers", &["url"], "the server", |name| match name {
            "description" => Some(Class::Editorial),
            _ => None,
        });
    }

    pub(super) fn clouds(&mut self, old: &Place<'a>, new: &Place<'a>) {
        self.listed(old, new, "x-partner-center-clouds", &["name"], "the cloud", |name| match name {
            "organization" | "note" => Some(Class::Editorial),
            "base-url" | "authority" | "audience" => Some(Class::Breaking),
            _ => None,
        });
    }

    pub(super) fn error_codes(&mut self, old: &Place<'a>, new: &Place<'a>) {
        self.listed(
            old,
            new,
            "x-partner-center-error-codes",
            &["status", "code"],
            "the error code",
            |name| match name {
                "grade" | "meaning" => Some(Class::Editorial),
                "kind" => Some(Class::Breaking),
                _ => None,
            },
        );
    }

    pub(super) fn token_kinds(&mut self, old: &Place<'a>, new: &Place<'a>) {
        self.listed(old, new, "x-partner-center-token-kinds", &["kind"], "the kind of token", |name| match name {
            "grade" | "note" => Some(Class::Editorial),
            _ => None,
        });
    }

    pub(super) fn roles(&mut self, sides: &Sides<'a>) {
        let Sides::Both(old, new) = sides else { return self.unknown("x-partner-center-gdap-roles", sides) };
        for (name, sides) in members(old, new) {
            match name {
                "any-of" => self.listed(old, new, name, &["name"], "the role", |name| match name {
                    "grade" | "note" => Some(Class::Editorial),
                    "template-id" => Some(Class::Breaking),
                    _ => None,
                }),
                "once-listed" => self.words(name, &sides),
                "dap" if matches!(sides, Sides::New(_)) => self.words(name, &sides),
                "dap" if sides.differ() && plain(sides.place().value) != "not supported" => {
                    self.add(Class::Compatible, sides.place(), "DAP is treated otherwise");
                }
                "dap" => self.fixed(name, &sides, "callers with DAP alone are refused"),
                _ => self.unknown(name, &sides),
            }
        }
    }

    /// The elements of a list, known by the members `keys`; `class` says what a change of another member means.
    fn listed(
        &mut self,
        old: &Place<'a>,
        new: &Place<'a>,
        list: &str,
        keys: &[&str],
        kind: &str,
        class: fn(&str) -> Option<Class>,
    ) {
        let keyed = |place: &Place<'a>| {
            let elements = place.elements(list).into_iter();
            let name = |element: &Place<'a>| {
                let parts = keys.iter().filter_map(|key| element.child(key));
                parts.map(|part| plain(part.value)).collect::<Vec<_>>().join(" ")
            };
            elements.map(|element| (name(&element), element)).collect::<Vec<_>>()
        };
        for (name, sides) in pairs(keyed(old), keyed(new)) {
            let removed = (Class::Breaking, format!("{kind} {name} is gone"));
            self.one_sided(&sides, removed, (Class::Compatible, format!("{kind} {name} is new")));
            let Sides::Both(old, new) = sides else { continue };
            for (member, sides) in members(&old, &new) {
                match class(member) {
                    Some(Class::Editorial) => self.words(member, &sides),
                    Some(_) => self.fixed(member, &sides, &format!("{kind} {name} means something else")),
                    None => self.unknown(member, &sides),
                }
            }
        }
    }

    /// The components: how to sign in, models that no operation reaches, and what else is unused.
    pub(super) fn components(&mut self, old: &Place<'a>, new: &Place<'a>) {
        let empty = Place { pointer: "/components".to_owned(), value: &serde_json::Value::Null };
        let old = old.child("components").unwrap_or_else(|| empty.clone());
        let new = new.child("components").unwrap_or(empty);
        for (section, sides) in members(&old, &new) {
            match section {
                "schemas" => self.models(&old, &new),
                "securitySchemes" => self.schemes(&old, &new),
                "parameters" | "headers" | "responses" | "examples" | "requestBodies" => {}
                _ => self.unknown(section, &sides),
            }
        }
    }

    /// Every schema is a public type of the generated crate, used or not.
    fn models(&mut self, old: &Place<'a>, new: &Place<'a>) {
        for (name, sides) in pairs(old.members("schemas"), new.members("schemas")) {
            let removed = (Class::Breaking, format!("the model `{name}` is gone"));
            self.one_sided(&sides, removed, (Class::Compatible, format!("the model `{name}` is new")));
            if let Sides::Both(old, new) = &sides {
                // Reached by a request or an answer it was compared already.
                let is_reached = self.seen.iter().any(|seen| seen.0 == old.pointer && seen.1 == new.pointer);
                if !is_reached {
                    self.schema(old, new, Direction::Response);
                }
            }
        }
    }

    fn schemes(&mut self, old: &Place<'a>, new: &Place<'a>) {
        for (name, sides) in pairs(old.members("securitySchemes"), new.members("securitySchemes")) {
            let removed = (Class::Breaking, format!("the way to sign in `{name}` is gone"));
            self.one_sided(&sides, removed, (Class::Compatible, format!("the way to sign in `{name}` is new")));
            let Sides::Both(old, new) = sides else { continue };
            for (member, sides) in members(&old, &new) {
                match member {
                    "description" => self.words(member, &sides),
                    _ => self.fixed(member, &sides, "sign-in goes another way"),
                }
            }
        }
    }
}

fn names(way: &Place<'_>) -> String {
    let names = way.value.as_object().into_iter().flat_map(|way| way.keys());
    names.map(String::as_str).collect::<Vec<_>>().join(" and ")
}
