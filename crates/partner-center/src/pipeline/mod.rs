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

use std::pin::pin;

use tracing::{Instrument, Span};

use self::retry::Retry;
use crate::call::Call;
use crate::error::Error;
use crate::received::Received;

/// Takes a request through every step until there is an answer to hand out, or a reason to give up.
pub(crate) async fn run(
    call: &Call,
    request: &reqwest::Request,
    operation: &'static str,
    span: &Span,
) -> Result<Received, Error> {
    // A span is put around a future's address: moving these large ones would cost more than the span.
    let work = pin!(async {
        let retry = Retry::new(call, operation);
        let mut authorization = None;
        loop {
            let token = loop {
                retry.wait_for_throttle().await?;
                let token = authorize::token(call, &mut authorization).await?;
                // A sign-in takes its time, and others may have been refused meanwhile.
                if !retry.is_held_back() {
                    break token;
                }
            };
            let attempt = telemetry::attempt_span(call, request);
            let outcome = pin!(send::attempt(call, request, &token)).instrument(attempt.clone()).await;
            telemetry::attempted(&attempt, &outcome);
            let error = match outcome {
                Ok(received) => {
                    retry.answered();
                    return Ok(received);
                }
                Err(error) => error,
            };
            if !authorize::renews(call, &mut authorization, &token, &error).await && !retry.waits(&error).await {
                return Err(error);
            }
            call.supersede(error);
        }
    });
    work.instrument(span.clone()).await
}
