//! Checks that there is a Tokio runtime for a call: without one, Tokio panics.

use std::time::Duration;

use tokio::runtime::Handle;

use crate::configuration::InvalidConfiguration;

/// The runtime that this code runs in, or an error that says what is missing.
pub(crate) fn current() -> Result<Handle, InvalidConfiguration> {
    let runtime = Handle::try_current()
        .map_err(|_| InvalidConfiguration::new("there is no Tokio runtime; make calls inside one"))?;
    // Tokio has no way to ask for this.
    std::panic::catch_unwind(|| drop(tokio::time::sleep(Duration::ZERO)))
        .map_err(|_| InvalidConfiguration::new("the Tokio runtime has no timers; build it with `enable_all`"))?;
    Ok(runtime)
}
