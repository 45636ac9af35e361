//! One span for a logical call, one below it for every attempt, one event at the end.
//!
//! Fields are those of OpenTelemetry's conventions for HTTP clients, and the ids. Of headers, the ids alone are told.

use tracing::field::Empty;
use tracing::{Level, Span, enabled, event, span};

use crate::call::Call;
use crate::error::Error;
use crate::error::text::excerpt;
use crate::received::Received;
use crate::response::Response;

/// The longest text of the service that goes into a field, in characters.
const SHOWN: usize = 200;

/// The span of a logical call.
pub(crate) fn call_span(call: &Call, request: &reqwest::Request, operation: &'static str) -> Span {
    span!(
        Level::INFO,
        "partner_center.call",
        otel.name = operation,
        otel.kind = "client",
        otel.status_code = Empty,
        partner_center.operation = operation,
        partner_center.request_id = %call.request_id,
        partner_center.correlation_id = %call.correlation_id,
        partner_center.received_correlation_id = Empty,
        server.address = request.url().host_str(),
        http.response.status_code = Empty,
        http.request.resend_count = Empty,
        error.type = Empty,
    )
}

/// The span of one attempt, about to begin.
pub(super) fn attempt_span(call: &Call, request: &reqwest::Request) -> Span {
    span!(
        Level::INFO,
        "partner_center.attempt",
        otel.name = request.method().as_str(),
        otel.kind = "client",
        http.request.method = request.method().as_str(),
        http.request.resend_count = call.attempts(),
        url.full = request.url().as_str(),
        server.address = request.url().host_str(),
        server.port = request.url().port_or_known_default(),
        http.response.status_code = Empty,
        error.type = Empty,
    )
}

/// Notes down how an attempt went.
pub(super) fn attempted(span: &Span, outcome: &Result<Received, Error>) {
    if span.is_disabled() {
        return;
    }
    match outcome {
        Ok(received) => {
            span.record("http.response.status_code", received.status.as_u16());
        }
        Err(error) => failed(span, error),
    }
}

/// Closes a call: fills in its span, and emits its one event.
pub(crate) fn ended<T>(span: Option<&Span>, result: &Result<Response<T>, Error>) {
    if !enabled!(Level::WARN) {
        return;
    }
    let none = Span::none();
    let span = span.unwrap_or(&none);
    let entered = span.enter();
    match result {
        Ok(response) => {
            span.record("http.response.status_code", response.status().as_u16());
            span.record("http.request.resend_count", response.attempts().saturating_sub(1));
            let received = response.received_correlation_id().map(|id| excerpt(id, SHOWN).to_string());
            span.record("partner_center.received_correlation_id", received.as_deref());
            event!(
                Level::DEBUG,
                partner_center.request_id = %response.request_id(),
                partner_center.correlation_id = %response.correlation_id(),
                partner_center.received_correlation_id = received,
                http.response.status_code = response.status().as_u16(),
                http.request.resend_count = response.attempts().saturating_sub(1),
                elapsed_ms = milliseconds(response.elapsed()),
                "Partner Center answered"
            );
        }
        Err(error) => {
            failed(span, error);
            span.record("otel.status_code", "ERROR");
            let received = error.received_correlation_id().map(|id| excerpt(id, SHOWN).to_string());
            span.record("http.request.resend_count", error.attempts().saturating_sub(1));
            span.record("partner_center.received_correlation_id", received.as_deref());
            event!(
                Level::WARN,
                partner_center.request_id = error.request_id().map(tracing::field::display),
                partner_center.correlation_id = error.correlation_id().map(tracing::field::display),
                partner_center.received_correlation_id = received,
                partner_center.code = error.code().map(|code| excerpt(code, SHOWN).to_string()),
                http.response.status_code = error.status().map(|status| status.as_u16()),
                http.request.resend_count = error.attempts().saturating_sub(1),
                error.type = error.kind().as_str(),
                elapsed_ms = milliseconds(error.elapsed()),
                help = error.help(),
                "{error}"
            );
        }
    }
    drop(entered);
}

fn failed(span: &Span, error: &Error) {
    span.record("http.response.status_code", error.status().map(|status| status.as_u16()));
    span.record("error.type", error.kind().as_str());
}

fn milliseconds(elapsed: std::time::Duration) -> u64 {
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}
