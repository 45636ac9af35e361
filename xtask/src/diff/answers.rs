//! Compares what operations answer with, and the bodies that go either way.

use super::change::{Class, Direction, Sides, members, pairs};
use super::compare::Comparison;
use crate::contract::Place;

impl<'a> Comparison<'a> {
    pub(super) fn responses(&mut self, old: &Place<'a>, new: &Place<'a>) {
        for (status, sides) in pairs(old.members("responses"), new.members("responses")) {
            let removed = (Class::Breaking, format!("the answer {status} is gone: typed mocks give it"));
            self.one_sided(&sides, removed, (Class::Compatible, format!("the answer {status} is new")));
            let Sides::Both(old, new) = sides else { continue };
            let (old, new) = (self.old.follow(old), self.new.follow(new));
            if !self.is_first(&old, &new, None) {
                continue;
            }
            for (name, sides) in members(&old, &new) {
                match name {
                    "description" => self.words(name, &sides),
                    "headers" => self.headers(&old, &new),
                    "content" => self.content(&old, &new, Direction::Response),
                    _ => self.unknown(name, &sides),
                }
            }
        }
    }

    fn headers(&mut self, old: &Place<'a>, new: &Place<'a>) {
        let keyed = |place: &Place<'a>| {
            place.members("headers").into_iter().map(|(name, place)| (name.to_lowercase(), place)).collect::<Vec<_>>()
        };
        for (name, sides) in pairs(keyed(old), keyed(new)) {
            let removed = (Class::Breaking, format!("the header `{name}` is gone: callers may read it"));
            self.one_sided(&sides, removed, (Class::Compatible, format!("the header `{name}` is new")));
            let Sides::Both(old, new) = sides else { continue };
            let (old, new) = (self.old.follow(old), self.new.follow(new));
            if !self.is_first(&old, &new, Some(Direction::Response)) {
                continue;
            }
            for (name, sides) in members(&old, &new) {
                match (name, &sides) {
                    ("description" | "example" | "examples" | "deprecated", _) => self.words(name, &sides),
                    ("schema", Sides::Both(old, new)) => self.schema(old, new, Direction::Response),
                    ("required", _) if !sides.differ() => {}
                    ("required", _) if new.is_true("required") => {
                        self.add(Class::Compatible, &new, "the header always comes now");
                    }
                    ("required", _) => {
                        self.add(Class::Breaking, &new, "the header may be missing now: callers may rely on it");
                    }
                    _ => self.unknown(name, &sides),
                }
            }
        }
    }

    pub(super) fn content(&mut self, old: &Place<'a>, new: &Place<'a>, direction: Direction) {
        for (kind, sides) in pairs(old.members("content"), new.members("content")) {
            let removed = (Class::Breaking, format!("the media type {kind} is gone"));
            self.one_sided(&sides, removed, (Class::Compatible, format!("the media type {kind} is new")));
            let Sides::Both(old, new) = sides else { continue };
            for (name, sides) in members(&old, &new) {
                match (name, &sides) {
                    ("schema", Sides::Both(old, new)) => self.schema(old, new, direction),
                    ("examples", _) => self.examples(&old, &new),
                    ("example", _) => self.words(name, &sides),
                    _ => self.unknown(name, &sides),
                }
            }
        }
    }

    /// The examples: constants of the crate with the mocks.
    fn examples(&mut self, old: &Place<'a>, new: &Place<'a>) {
        for (name, sides) in pairs(old.members("examples"), new.members("examples")) {
            let removed = (Class::Breaking, format!("the example `{name}` is gone: tests may use its constant"));
            self.one_sided(&sides, removed, (Class::Compatible, format!("the example `{name}` is new")));
            let Sides::Both(old, new) = sides else { continue };
            let (old, new) = (self.old.follow(old), self.new.follow(new));
            if !self.is_first(&old, &new, None) {
                continue;
            }
            for (member, sides) in members(&old, &new) {
                match member {
                    "summary" | "description" => self.words(member, &sides),
                    "value" | "x-response-headers" if sides.differ() => {
                        let what = format!("the example `{name}` shows something else: the mocks answer with it");
                        self.add(Class::Compatible, sides.place(), what);
                    }
                    "value" | "x-response-headers" => {}
                    _ => self.unknown(member, &sides),
                }
            }
        }
    }
}
