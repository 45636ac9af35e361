//! What the crates are made of and what leaves the house: dependencies, feature sets, packages.

pub(crate) mod deny;
pub(crate) mod features;
mod manifests;
pub(crate) mod package;
