//! The tasks as their users meet them: the program itself, run on the project and on copies of its contract.

mod ci;
mod codegen;
mod diff;
mod lint;
mod support;
