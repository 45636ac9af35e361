//! One span for a logical call, one below it for every attempt, one event at the end.
//!
//! Fields are those of OpenTelemetry's conventions for HTTP clients, and the ids. No other header is shown.

use reqwest::Url;
use tracing::field::Empty;
use tracing::{Level, Span, enabled, event, span};
use uuid::Uuid;

use crate::error::Error;
use crate::exchange::Exchange;
use crate::response::Response;
use crate::text::excerpt;

/// The longest text of the service that goes into a field, in characters.
const SHOWN: usize = 200;

/// The span of a logical call.
pub(crate) fn call_span(base_url: &Url, request_id: Uuid, correlation_id: Uuid) -> Span {
    span!(
        Level::INFO,
        "partner_center.call",
        otel.name = Empty,
        otel.kind = "client",
        otel.status_code = Empty,
        partner_center.operation = Empty,
        partner_center.request_id = %request_id,
        partner_center.correlation_id = %correlation_id,
        server.address = base_url.host_str(),
        http.response.status_code = Empty,
        error.type = Empty,
    )
}

/// Names the call's span, which is the current one, after the operation's id in the contract.
pub(crate) fn name_call(operation: &'static str) {
    Span::current().record("otel.name", operation).record("partner_center.operation", operation);
}

/// The span of one attempt; `number` counts from zero.
pub(crate) fn attempt_span(request: &reqwest::Request, number: u32) -> Span {
    span!(
        Level::INFO,
        "partner_center.attempt",
        otel.name = request.method().as_str(),
        otel.kind = "client",
        http.request.method = request.method().as_str(),
        http.request.resend_count = number,
        url.full = request.url().as_str(),
        server.address = request.url().host_str(),
        server.port = request.url().port_or_known_default(),
        http.response.status_code = Empty,
        error.type = Empty,
    )
}

/// Records the result of an attempt.
pub(crate) fn finish_attempt(span: &Span, exchange: &Exchange) {
    let status = exchange.head.as_ref().map(|head| head.status);
    span.record("http.response.status_code", status.map(|status| status.as_u16()));
    // As in the conventions: the kind of failure, else the status.
    if let Some(failure) = &exchange.failure {
        span.record("error.type", failure.kind.as_str());
    } else if let Some(status) = status.filter(|status| !status.is_success()) {
        span.record("error.type", status.as_str());
    }
}

/// Records the result of a call, and emits its one event.
pub(crate) fn finish_call<T>(span: &Span, result: &Result<Response<T>, Error>) {
    if !enabled!(Level::WARN) {
        return;
    }
    let _entered = span.enter();
    match result {
        Ok(response) => {
            let status = response.status().as_u16();
            span.record("http.response.status_code", status);
            event!(
                Level::DEBUG,
                partner_center.request_id = %response.request_id(),
                partner_center.correlation_id = %response.correlation_id(),
                partner_center.received_correlation_id = shown(response.received_correlation_id()),
                http.response.status_code = status,
                http.request.resend_count = response.attempts().saturating_sub(1),
                elapsed_ms = response.elapsed().as_millis() as u64,
                "Partner Center responded"
            );
        }
        Err(error) => {
            let status = error.status().map(|status| status.as_u16());
            span.record("http.response.status_code", status);
            span.record("error.type", error.kind().as_str());
            span.record("otel.status_code", "ERROR");
            event!(
                Level::WARN,
                partner_center.request_id = error.request_id().map(display),
                partner_center.correlation_id = error.correlation_id().map(display),
                partner_center.received_correlation_id = shown(error.received_correlation_id()),
                partner_center.code = shown(error.code()),
                http.response.status_code = status,
                http.request.resend_count = error.attempts().saturating_sub(1),
                error.type = error.kind().as_str(),
                elapsed_ms = error.elapsed().as_millis() as u64,
                help = error.help(),
                "{error}"
            );
        }
    }
}

fn shown(text: Option<&str>) -> Option<String> {
    text.map(|text| excerpt(text, SHOWN))
}
