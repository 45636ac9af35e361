//! Chooses the response of a mock Partner Center to one request.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use super::customers::{customer_id, domains, mixed, organization};
use super::limit::Counter;
use super::list::List;
use super::settings::ServiceSettings;
use crate::MockResponse;
use crate::examples::get_customer_organization as examples;
use crate::faults::{FaultResponse, Request};

/// Responds like Partner Center, without a socket.
pub(super) struct Responder {
    numbers: HashMap<Uuid, u64>,
    list: List,
    counter: Option<Counter>,
    has_faults: bool,
    latency: Duration,
    /// Requests so far; selects the transient faults.
    requests: u64,
}

impl Responder {
    pub(super) fn new(settings: &ServiceSettings) -> Self {
        Self {
            numbers: (0..settings.customers).map(|number| (customer_id(number), number)).collect(),
            list: List::new(settings.customers, settings.has_page_faults),
            counter: settings.rate_limit.map(Counter::new),
            has_faults: settings.has_faults,
            latency: settings.latency,
            requests: 0,
        }
    }

    pub(super) fn respond(&mut self, request: &Request) -> FaultResponse {
        self.requests += 1;
        if self.has_faults
            && let Some(fault) = self.transient_fault()
        {
            return fault;
        }
        let response = FaultResponse::respond(with_service_headers(self.response(request), request));
        response.behind(None, self.latency)
    }

    fn response(&mut self, request: &Request) -> MockResponse {
        if request.header("authorization").is_none_or(|value| value.len() <= "Bearer ".len()) {
            return MockResponse::from(examples::MFA_MISSING_WITHOUT_BODY);
        }
        if let Some(Err(wait)) = self.counter.as_mut().map(|counter| counter.count(Instant::now())) {
            let message = format!("Rate limit is exceeded. Try again in {wait} seconds.");
            return MockResponse::json(429, &serde_json::json!({ "statusCode": 429, "message": message }))
                .header("Retry-After", wait.to_string());
        }
        if (request.method(), request.path()) == ("GET", "/v1/customers") {
            return self.list.page(request);
        }
        let path = request.path().strip_prefix("/v1/customers/").and_then(|rest| rest.split_once('/'));
        let Some((id, resource @ ("organization" | "customDomains"))) = path.filter(|_| request.method() == "GET")
        else {
            return MockResponse::text(
                404,
                "this mock only serves the list of customers, and the organization and customDomains of each",
            );
        };
        let Ok(id) = Uuid::parse_str(id) else { return examples::BAD_INPUT.into() };
        let Some(&number) = self.numbers.get(&id) else { return examples::TENANT_NOT_FOUND.into() };
        match number % 100 {
            17 if self.has_faults => examples::GDAP_ROLE_MISSING.into(),
            58 if self.has_faults => examples::NO_RELATIONSHIP.into(),
            _ if resource == "customDomains" => MockResponse::json(200, &domains(number)),
            _ => MockResponse::organization(&organization(number)),
        }
    }

    /// A transient fault for one request in sixteen.
    fn transient_fault(&self) -> Option<FaultResponse> {
        Some(match mixed(self.requests) % 64 {
            0 => FaultResponse::respond(examples::SERVER_FAILURE),
            1 => FaultResponse::respond(MockResponse::new(503).header("Retry-After", "1")),
            2 => FaultResponse::partial(examples::CONTOSO, 20).then_reset(),
            3 => FaultResponse::wait(Duration::from_millis(1500))
                .then_respond(MockResponse::html(502, "<h1>Bad gateway</h1>")),
            _ => return None,
        })
    }
}

/// Adds the headers of every response of the service: the two ids of the request, and the time.
fn with_service_headers(response: MockResponse, request: &Request) -> MockResponse {
    let mut response = response.header("Date", httpdate::fmt_http_date(std::time::SystemTime::now()));
    for name in ["MS-RequestId", "MS-CorrelationId"] {
        let id = request.header(name).map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
        response = response.header(name, id);
    }
    response
}
