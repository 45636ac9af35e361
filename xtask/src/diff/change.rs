//! A change from one contract to another, and what it means to callers.

use crate::contract::Place;

/// What a change means to a program that was written against the SDK before it; the later one is the graver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Class {
    /// Words alone: nothing that a program could notice.
    Editorial,
    /// Old programs go on as before, new ones can do more.
    Compatible,
    /// An old program no longer compiles, or no longer gets what it got.
    Breaking,
}

impl Class {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Editorial => "editorial",
            Self::Compatible => "compatible",
            Self::Breaking => "breaking",
        }
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub(crate) struct Change {
    pub(crate) class: Class,
    /// Where it is: in the new contract, or in the old one where the new one has nothing.
    pub(crate) pointer: String,
    /// What changed, and why that is of its class.
    pub(crate) what: String,
}

/// Which way a value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    /// From the caller to the service.
    Request,
    /// From the service to the caller.
    Response,
}

/// A member that one side has or both have.
pub(crate) enum Sides<'a> {
    Old(Place<'a>),
    New(Place<'a>),
    Both(Place<'a>, Place<'a>),
}

impl<'a> Sides<'a> {
    /// The new place, or the old one where there is no new one.
    pub(crate) fn place(&self) -> &Place<'a> {
        match self {
            Self::Old(place) | Self::New(place) | Self::Both(_, place) => place,
        }
    }

    /// Whether one side differs from the other in any way, references not followed.
    pub(crate) fn differ(&self) -> bool {
        !matches!(self, Self::Both(old, new) if old.value == new.value)
    }
}

/// Named things of both sides, paired by name: those of the new side in its order, then what is left of the old one.
pub(crate) fn pairs<'a, K: PartialEq>(old: Vec<(K, Place<'a>)>, new: Vec<(K, Place<'a>)>) -> Vec<(K, Sides<'a>)> {
    let mut old = old;
    let mut pairs: Vec<(K, Sides<'a>)> = new
        .into_iter()
        .map(|(name, new)| match old.iter().position(|(known, _)| *known == name) {
            Some(index) => (name, Sides::Both(old.remove(index).1, new)),
            None => (name, Sides::New(new)),
        })
        .collect();
    pairs.extend(old.into_iter().map(|(name, old)| (name, Sides::Old(old))));
    pairs
}

/// The members of two objects, paired by name.
pub(crate) fn members<'a>(old: &Place<'a>, new: &Place<'a>) -> Vec<(&'a str, Sides<'a>)> {
    pairs(own_members(old), own_members(new))
}

/// The members of an object.
fn own_members<'a>(place: &Place<'a>) -> Vec<(&'a str, Place<'a>)> {
    let members = place.value.as_object().into_iter().flatten();
    members.filter_map(|(name, _)| Some((name.as_str(), place.child(name)?))).collect()
}
