//! The face of small libraries.

use std::path::Path;

use super::{face, tree};

/// The face of a library whose `lib.rs` is `source`, without modules in files of their own.
fn lines(source: &str) -> Vec<String> {
    let items = syn::parse_file(source).expect("it is Rust").items;
    face::lines("a", &tree::Module::from_items(items, Path::new("")).expect("every module is in it"))
}

#[test]
fn shows_what_is_reached_through_a_private_module_and_nothing_else_of_it() {
    let source = "mod inner { pub struct Shown(u8); pub struct Hidden; pub(crate) fn helper() {} }
                  pub use inner::Shown; use inner::Hidden;";
    assert_eq!(lines(source), ["struct a::Shown { private }"]);
}

#[test]
fn shows_methods_and_traits_wherever_they_are_implemented() {
    let source =
        "pub struct A; mod far { use super::A; impl A { pub const fn b(mut self, c: &str) -> u8 { 0 } fn d() {} }
                  impl std::fmt::Display for A { fn fmt(&self) {} } impl Iterator for A { type Item = u8; } }";
    assert_eq!(
        lines(source),
        [
            "struct a::A",
            "const fn a::A::b(self, c: &str) -> u8",
            "impl Iterator for a::A { Item = u8; }",
            "impl std::fmt::Display for a::A"
        ]
    );
}

#[test]
fn leaves_out_what_is_implemented_for_or_by_something_private() {
    let source = "pub struct A; struct B; impl From<B> for A {} impl From<A> for B {} impl From<u8> for A {}";
    assert_eq!(lines(source), ["struct a::A", "impl From<u8> for a::A"]);
}

#[test]
fn shows_fields_variants_and_whether_they_may_grow() {
    let source = "#[derive(Clone)] #[non_exhaustive] pub struct A { pub b: Vec<u8>, c: u8 }
                  pub enum D { E, F(u8), #[non_exhaustive] G { h: u8 } }";
    assert_eq!(
        lines(source),
        [
            "#[non_exhaustive] struct a::A { private }",
            "field a::A::b: Vec<u8>",
            "impl Clone for a::A",
            "enum a::D",
            "variant a::D::E",
            "variant a::D::F",
            "field a::D::F::0: u8",
            "#[non_exhaustive] variant a::D::G",
            "field a::D::G::h: u8",
        ]
    );
}

#[test]
fn shows_the_features_that_an_item_needs() {
    let source = "#[cfg(feature = \"b\")] pub mod c { pub const D: u8 = 1; } #[cfg(test)] pub mod e {}
                  #[cfg_attr(feature = \"b\", derive(Hash))] pub struct F;";
    assert_eq!(
        lines(source),
        [
            "struct a::F",
            "#[cfg(feature = \"b\")] impl Hash for a::F",
            "#[cfg(feature = \"b\")] mod a::c",
            "#[cfg(feature = \"b\")] const a::c::D: u8"
        ]
    );
}

#[test]
fn shows_a_trait_with_what_it_provides() {
    let source = "pub trait A<T>: Send where T: Clone { type B: Copy; fn c(&self) -> T; fn d(&self) {} }
                  impl<T: A<u8>> A<u8> for Box<T> {}";
    assert_eq!(
        lines(source),
        [
            "trait a::A<T>: Send where T: Clone",
            "type a::A::B: Copy",
            "fn a::A::c(&self) -> T",
            "fn a::A::d(&self) { provided }",
            "impl<T: A<u8>> A<u8> for Box<T>"
        ]
    );
}

#[test]
fn shows_what_a_block_of_methods_asks_of_its_type() {
    let source =
        "pub struct A<T>(T); impl<T: Copy> A<T> where T: Send { pub fn b(&self) {} } impl A<u8> { pub fn c() {} }";
    assert_eq!(
        lines(source),
        [
            "struct a::A<T> { private }",
            "fn a::A::b(&self) in impl<T: Copy> a::A<T> where T: Send",
            "fn a::A::c() in impl a::A<u8>"
        ]
    );
}

#[test]
fn names_what_another_crate_gives_and_tells_second_names_apart() {
    let source = "pub use uuid; pub use other::{types::T, *}; mod b { pub fn c() {} } pub use b::c; pub use b::c as d;
                  pub mod e { pub use super::b::*; }";
    assert_eq!(
        lines(source),
        [
            "use a::* = other::*",
            "use a::T = other::types::T",
            "fn a::c()",
            "use a::d = a::c",
            "mod a::e",
            "use a::e::c = a::c",
            "use a::uuid = uuid"
        ]
    );
}
