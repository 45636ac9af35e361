//! A program that depends on Azure's core and identity libraries; only its build is measured.

fn main() {}
