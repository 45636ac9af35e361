//! The SDK's side of the seam to the generated client: one attempt.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONNECTION};
use http::{HeaderName, HeaderValue, StatusCode};
use partner_center_gen as generated;
use reqwest::ResponseBuilderExt;
use tokio::time::Instant;
use tracing::Instrument;
use uuid::Uuid;

use crate::auth::Authorization;
use crate::client::Client;
use crate::endpoint;
use crate::exchange::{Exchange, exchange, without_byte_order_mark};
use crate::pipeline::telemetry;
use crate::received::{CORRELATION_ID, REQUEST_ID};

const CONTRACT_VERSION: HeaderName = HeaderName::from_static("ms-contract-version");
const APPLICATION: HeaderName = HeaderName::from_static("ms-partnercenter-application");
const VALIDATE_MFA: HeaderName = HeaderName::from_static("validatemfa");

/// The headers of every request, whatever the operation
/// ([source](https://learn.microsoft.com/partner-center/developer/headers)).
#[derive(Clone)]
pub(crate) struct CallHeaders {
    pub(crate) request_id: Uuid,
    pub(crate) correlation_id: Uuid,
    pub(crate) application_name: Option<HeaderValue>,
    pub(crate) validate_mfa: bool,
}

/// Sends the request that a generated method has built, and keeps the result for the call's loop.
pub(crate) struct Attempt {
    pub(crate) client: Client,
    pub(crate) headers: CallHeaders,
    pub(crate) token: Authorization,
    /// Until when it may take.
    pub(crate) until: Instant,
    /// Counted from zero.
    pub(crate) number: u32,
    pub(crate) needs_new_connection: bool,
    pub(crate) exchange: Mutex<Option<Exchange>>,
}

impl Attempt {
    /// A generated client that makes this attempt.
    pub(crate) fn generated_client(self: &Arc<Self>) -> generated::Client {
        let inner = self.client.inner();
        generated::Client::new_with_client(endpoint::text(&inner.base_url), inner.http.reqwest.clone(), self.clone())
    }

    /// The result; empty if the generated method could not build its request.
    pub(crate) fn take_exchange(&self) -> Exchange {
        self.exchange().take().unwrap_or_default()
    }

    fn exchange(&self) -> MutexGuard<'_, Option<Exchange>> {
        self.exchange.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn prepare(&self, request: &mut reqwest::Request) {
        let CallHeaders { request_id, correlation_id, application_name, validate_mfa } = &self.headers;
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, self.token.header());
        headers.insert(CONTRACT_VERSION, HeaderValue::from_static("v1"));
        for (name, id) in [(REQUEST_ID, request_id), (CORRELATION_ID, correlation_id)] {
            // A GUID is always a header value.
            if let Ok(value) = HeaderValue::from_str(id.hyphenated().encode_lower(&mut Uuid::encode_buffer())) {
                headers.insert(name, value);
            }
        }
        if let Some(name) = application_name {
            headers.insert(APPLICATION, name.clone());
        }
        if *validate_mfa {
            headers.insert(VALIDATE_MFA, HeaderValue::from_static("true"));
        }
        if self.needs_new_connection {
            // Connections are pooled by authority: a user name of its own, which is never sent, matches none, and
            // `close` leaves none behind.
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
            let _ = request.url_mut().set_username("new-connection");
        }
    }
}

impl generated::Transport for Attempt {
    fn execute<'a>(
        &'a self,
        mut request: reqwest::Request,
        operation: &'static str,
    ) -> generated::BoxFuture<'a, reqwest::Result<reqwest::Response>> {
        telemetry::name_call(operation);
        let span = telemetry::attempt_span(&request, self.number);
        self.prepare(&mut request);
        let inner = self.client.inner();
        Box::pin(async move {
            let exchange = exchange(&inner.http, request, self.until, inner.defaults.body_limit);
            let exchange = exchange.instrument(span.clone()).await;
            telemetry::finish_attempt(&span, &exchange);
            // The generated code decodes a complete response; what it makes of anything else is not used.
            let (status, body) = match (&exchange.head, &exchange.failure) {
                (Some(head), None) => (head.status, exchange.body.slice_ref(without_byte_order_mark(&exchange.body))),
                _ => (StatusCode::BAD_GATEWAY, Bytes::new()),
            };
            *self.exchange() = Some(exchange);
            // Without an address of its own, reqwest would make one up and parse it.
            let response = http::Response::builder().status(status).url(inner.base_url.clone()).body(body);
            Ok(response.unwrap_or_default().into())
        })
    }
}
