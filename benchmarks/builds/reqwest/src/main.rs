//! A program that depends on reqwest, with JSON and rustls; only its build is measured.

fn main() {}
