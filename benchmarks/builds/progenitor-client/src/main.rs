//! A program that depends on what a progenitor client needs at run time; only its build is measured.

fn main() {}
