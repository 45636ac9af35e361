//! Compares schemas by the way their values go.
//!
//! A caller is compiled against the models: what changes a Rust type breaks it, whichever way the values go. An answer
//! is read as a whole, so a value that the models cannot hold breaks callers too.

use serde_json::Value;

use super::change::{Class, Direction, Sides, members, pairs};
use super::compare::{Comparison, from_to};
use crate::contract::Place;
use crate::contract::parts::BOUNDS;

impl<'a> Comparison<'a> {
    pub(super) fn schema(&mut self, old: &Place<'a>, new: &Place<'a>, direction: Direction) {
        let (old, new) = (self.old.follow(old.clone()), self.new.follow(new.clone()));
        self.resolved(&old, &new, direction, false);
    }

    /// Two schemas; `is_optional` where they belong to a property that both sides may leave out.
    fn resolved(&mut self, old: &Place<'a>, new: &Place<'a>, direction: Direction, is_optional: bool) {
        if !self.seen.insert((old.pointer.clone(), new.pointer.clone(), Some(direction), is_optional)) {
            return;
        }
        let names = [name_of(old), name_of(new)];
        if names[0] != names[1] {
            let shown = names.map(|name| name.unwrap_or("a schema without a name").to_owned());
            self.add(
                Class::Breaking,
                new,
                format!("{} stands where {} stood: the type is called otherwise", shown[1], shown[0]),
            );
        }
        for (name, sides) in members(old, new) {
            match name {
                "title" => self.fixed(name, &sides, "its type or variant is called otherwise"),
                "description" | "example" | "externalDocs" | "deprecated" => self.words(name, &sides),
                "nullable" => self.nullable(old, new, is_optional),
                "enum" => self.fixed(name, &sides, "its variants are others, and callers may match them all"),
                "required" => self.required(old, new),
                "properties" => self.properties(old, new, direction),
                "items" => self.part(name, &sides, direction),
                "additionalProperties" => self.additional(&sides, direction),
                "allOf" | "oneOf" | "anyOf" => self.branches(name, &sides, direction),
                name if matches!(name, "type" | "format" | "default") || BOUNDS.contains(&name) => {
                    self.fixed(name, &sides, "its type is another one")
                }
                _ => self.unknown(name, &sides),
            }
        }
    }

    fn nullable(&mut self, old: &Place<'a>, new: &Place<'a>, is_optional: bool) {
        match (old.is_true("nullable"), new.is_true("nullable")) {
            (true, false) => {
                self.add(Class::Breaking, new, "it may no longer be null: an answer with null is unreadable")
            }
            (false, true) if is_optional => {
                self.add(Class::Compatible, new, "it may be null now, which reads as missing")
            }
            (false, true) => self.add(Class::Breaking, new, "it may be null now: its type is another one"),
            _ => {}
        }
    }

    /// Names under `required` that are no property; for properties see there.
    fn required(&mut self, old: &Place<'a>, new: &Place<'a>) {
        let stray = |place: &Place<'a>| {
            let names = place.elements("required").into_iter().filter_map(|name| name.value.as_str());
            names.filter(|name| place.value["properties"].get(name).is_none()).collect::<Vec<_>>()
        };
        if stray(old) != stray(new) {
            self.add(Class::Breaking, new, "`required` names something else that is no property");
        }
    }

    fn properties(&mut self, old: &Place<'a>, new: &Place<'a>, direction: Direction) {
        let is_first = old.members("properties").is_empty() && !new.members("properties").is_empty();
        if let Some(properties) = new.child("properties").filter(|_| is_first) {
            let what = "these are its first fields: the map is a type of its own now";
            return self.add(Class::Breaking, &properties, what);
        }
        for (name, sides) in pairs(old.members("properties"), new.members("properties")) {
            let is_required = |place: &Place<'a>| place.elements("required").iter().any(|known| known.value == name);
            let (was_required, is_required) = (is_required(old), is_required(new));
            let added = if direction == Direction::Request && is_required {
                (Class::Breaking, format!("the field `{name}` is new and required: old callers do not send it"))
            } else {
                (Class::Compatible, format!("the field `{name}` is new"))
            };
            self.one_sided(&sides, (Class::Breaking, format!("the field `{name}` is gone")), added);
            let Sides::Both(old, new) = &sides else { continue };
            match (was_required, is_required) {
                (false, true) => self.add(Class::Breaking, new, format!("the field `{name}` is required now")),
                (true, false) => self.add(Class::Breaking, new, format!("the field `{name}` may be missing now")),
                _ => {}
            }
            let (old, new) = (self.old.follow(old.clone()), self.new.follow(new.clone()));
            self.resolved(&old, &new, direction, !was_required && !is_required);
        }
    }

    fn part(&mut self, name: &str, sides: &Sides<'a>, direction: Direction) {
        match sides {
            Sides::Both(old, new) => self.schema(old, new, direction),
            _ => self.fixed(name, sides, "its type is another one"),
        }
    }

    fn additional(&mut self, sides: &Sides<'a>, direction: Direction) {
        match sides {
            Sides::Both(old, new) if old.value.is_object() && new.value.is_object() => self.schema(old, new, direction),
            Sides::Old(place) if place.value == &Value::Bool(false) => {
                self.add(Class::Compatible, place, "more fields may come, and are read over");
            }
            _ => self.fixed("additionalProperties", sides, "unknown fields are treated otherwise"),
        }
    }

    fn branches(&mut self, name: &str, sides: &Sides<'a>, direction: Direction) {
        let elements = |place: &Place<'a>| {
            let values = place.value.as_array().into_iter().flatten().enumerate();
            values
                .map(|(index, value)| Place { pointer: format!("{}/{index}", place.pointer), value })
                .collect::<Vec<_>>()
        };
        match sides {
            Sides::Both(old, new) if elements(old).len() == elements(new).len() => {
                for (old, new) in elements(old).iter().zip(&elements(new)) {
                    self.schema(old, new, direction);
                }
            }
            _ => {
                let what = format!("`{name}` {}: its type is another one", from_to(sides));
                self.add(Class::Breaking, sides.place(), what);
            }
        }
    }
}

/// The name of a schema among the components.
fn name_of<'p>(schema: &'p Place<'_>) -> Option<&'p str> {
    schema.pointer.strip_prefix("/components/schemas/").filter(|name| !name.contains('/'))
}
