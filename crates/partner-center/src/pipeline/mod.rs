//! What happens to a call on its way out and back, one file a step.

mod authorize;
pub(crate) mod backoff;
pub(crate) mod body;
pub(crate) mod budget;
mod retry;
pub(crate) mod retry_after;
mod send;
pub(crate) mod telemetry;
pub(crate) mod throttle;

use tracing::Instrument;

use self::retry::Retry;
use crate::auth::Authorization;
use crate::call::Call;
use crate::error::Error;
use crate::received::Received;

/// Takes a request through every step of an attempt. `None` where it failed and another attempt is due now.
pub(crate) async fn run(
    call: &Call,
    request: Box<reqwest::Request>,
    operation: &'static str,
) -> Option<Result<Received, Error>> {
    let retry = Retry::new(call, operation);
    let token = match ready(call, &retry).await {
        Ok(token) => token,
        Err(error) => return Some(Err(error)),
    };
    let span = telemetry::attempt_span(call, &request);
    let outcome = span.in_scope(|| send::attempt(call, *request, &token)).instrument(span.clone()).await;
    telemetry::attempted(&span, &outcome);
    let error = match outcome {
        Ok(received) => {
            retry.answered();
            return Some(Ok(received));
        }
        Err(error) => error,
    };
    if !authorize::renews(call, &token, &error).await && !retry.waits(&error).await {
        return Some(Err(error));
    }
    call.supersede(error);
    None
}

/// Waits until an attempt may be made; gives the token for it.
async fn ready(call: &Call, retry: &Retry<'_>) -> Result<Authorization, Error> {
    loop {
        retry.wait_for_throttle().await?;
        let token = authorize::token(call).await?;
        // A sign-in takes its time, and others may have been refused meanwhile.
        if !retry.is_held_back() {
            return Ok(token);
        }
    }
}
