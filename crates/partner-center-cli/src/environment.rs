//! Environment variables, read as the SDK reads those of a credential.

use partner_center::auth;

use crate::failure::Failure;

/// The variable's value without surrounding spaces and quotation marks; `None` where it is empty or not set.
pub(crate) fn variable(name: &str) -> Result<Option<String>, Failure> {
    auth::environment_variable(name)
        .map_err(|_| Failure::usage(format!("the environment variable {name} is not UTF-8"), "Set it to plain text."))
}
