//! A program that depends on the SDK, with its default features; only its build is measured.

fn main() {}
