//! Turns a panic of the generator into an error.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Result, anyhow};

/// Runs `generate`; a panic inside comes back as an error and prints nothing.
///
/// progenitor and typify assert what they expect of a contract. The rules of `cargo xtask lint` name each assertion
/// that is known; this is for the others.
pub(super) fn without_panic<T>(generate: impl FnOnce() -> Result<T>) -> Result<T> {
    // The hook belongs to the whole process: one generation at a time may change it.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);

    let previous: Arc<dyn Fn(&PanicHookInfo<'_>) + Send + Sync> = Arc::from(panic::take_hook());
    let (here, others) = (thread::current().id(), Arc::clone(&previous));
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() != here {
            others(info);
        }
    }));
    let outcome = panic::catch_unwind(AssertUnwindSafe(generate));
    panic::set_hook(Box::new(move |info| previous(info)));

    outcome.unwrap_or_else(|payload| {
        Err(anyhow!(
            "the generator cannot take the contract: {}\n\
             It names no place. Run `cargo xtask lint`; if it finds nothing, the contract holds a construct that no \
             rule knows yet: undo the last change to it, and add a rule.",
            message(payload.as_ref())
        ))
    })
}

fn message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("it gives no reason")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_generator_is_an_error_with_its_message_and_a_way_out() {
        let outcome: Result<()> = without_panic(|| panic!("response_types.len() <= {}", 1));
        let message = outcome.expect_err("it panicked").to_string();
        assert!(message.contains("response_types.len() <= 1"), "{message}");
        assert!(message.contains("cargo xtask lint"), "{message}");
        assert!(!message.contains("panicked"), "{message}");
    }

    #[test]
    fn an_error_and_a_value_pass_through() {
        assert_eq!(without_panic(|| Ok(7)).ok(), Some(7));
        let outcome: Result<()> = without_panic(|| Err(anyhow!("no path")));
        assert!(outcome.is_err_and(|error| error.to_string() == "no path"));
    }

    #[test]
    fn a_real_assertion_of_the_generator_is_an_error() {
        let contract = crate::contract::Contract::parse("test.yaml", TWO_SUCCESSES.to_owned()).expect("valid YAML");
        let outcome = without_panic(|| super::super::client::generate(&contract));
        assert!(outcome.is_err_and(|error| error.to_string().contains("assertion failed")));
    }

    const TWO_SUCCESSES: &str = r"
openapi: 3.0.3
info: {title: Test, version: 1.0.0}
paths:
  /v1/things:
    get:
      operationId: list_things
      responses:
        '200': {description: Things., content: {application/json: {schema: {type: string}}}}
        '202': {description: Later., content: {application/json: {schema: {type: integer}}}}
";
}
