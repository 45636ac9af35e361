//! The server: chooses a fault for each request at random, from a seed, and records it by request id.

use std::sync::Arc;
use std::time::Duration;

use partner_center_mock::MockResponse;
use partner_center_mock::examples::get_customer_organization as examples;
use partner_center_mock::faults::{FaultResponse, Framing, Request};
use partner_center_mock::types::Organization;

use crate::account::{Ledger, Verdict};

/// Chooses a response for each request.
pub(crate) struct Faults {
    random: fastrand::Rng,
    ledger: Arc<Ledger>,
    share: f64,
}

impl Faults {
    /// Faults for this `share` of the requests.
    pub(crate) fn new(seed: u64, ledger: Arc<Ledger>, share: f64) -> Self {
        Self { random: fastrand::Rng::with_seed(seed), ledger, share }
    }

    pub(crate) fn response(&mut self, request: &Request) -> FaultResponse {
        let good = organization(request);
        // Faults are equally likely, except for the slowest, which are rarer.
        let number = if self.random.f64() < self.share { self.random.u32(0..24) } else { self.random.u32(24..60) };
        let (verdict, response) = match number {
            0 => (Verdict::Broken, FaultResponse::reset()),
            1 => (Verdict::Broken, FaultResponse::close()),
            2 => (Verdict::Broken, FaultResponse::raw("HTTP/1.1 20").then_reset()),
            3 => (Verdict::Broken, FaultResponse::partial(good, 20).then_reset()),
            4 => (Verdict::Broken, FaultResponse::partial(good, 20).then_close()),
            5 => (
                Verdict::Broken,
                FaultResponse::raw("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx").then_close(),
            ),
            6 if self.random.u32(0..8) == 0 => (Verdict::TooSlow, FaultResponse::stall()),
            7 if self.random.u32(0..8) == 0 => {
                (Verdict::TooSlow, FaultResponse::drip(good, 1, Duration::from_millis(20)))
            }
            8 => (Verdict::Status(500), examples::SERVER_FAILURE.into_response(request)),
            9 => (
                Verdict::Status(502),
                FaultResponse::respond(with_ids(MockResponse::html(502, "<html>Bad Gateway</html>"), request)),
            ),
            10 => (
                Verdict::Status(503),
                FaultResponse::respond(with_ids(MockResponse::new(503).header("Retry-After", "0"), request)),
            ),
            11 => (Verdict::Status(504), FaultResponse::respond(with_ids(MockResponse::new(504), request))),
            12 => (Verdict::Status(408), examples::REQUEST_TIMEOUT.into_response(request)),
            13 if self.random.u32(0..40) == 0 => (
                Verdict::Status(429),
                FaultResponse::respond(with_ids(
                    MockResponse::from(examples::THROTTLED).header("Retry-After", "1"),
                    request,
                )),
            ),
            14 => (Verdict::Status(400), examples::BAD_INPUT.into_response(request)),
            15 => (Verdict::Status(403), examples::GDAP_ROLE_MISSING.into_response(request)),
            16 => (
                Verdict::Status(404),
                FaultResponse::respond(with_ids(
                    MockResponse::from(examples::TENANT_NOT_FOUND).byte_order_mark(),
                    request,
                )),
            ),
            17 => (
                Verdict::Status(401),
                FaultResponse::respond(with_ids(
                    MockResponse::json(401, &serde_json::json!({"code": 800_001})),
                    request,
                )),
            ),
            18 => (
                Verdict::Status(302),
                FaultResponse::respond(with_ids(
                    MockResponse::new(302).header("Location", "http://127.0.0.1:9/"),
                    request,
                )),
            ),
            19 => (Verdict::Unreadable, FaultResponse::respond(good.body("[{\"displayName\": \"Cont"))),
            20 => (Verdict::Unreadable, FaultResponse::respond(good.body(*b"[{\"displayName\": \"M\xfcller\"}]"))),
            21 => (
                Verdict::Unreadable,
                FaultResponse::respond(with_ids(MockResponse::html(200, "<html>Sign in</html>"), request)),
            ),
            22 => (Verdict::TooLarge, FaultResponse::huge(good.body(""), 3 << 20, Framing::Chunked)),
            23 => (Verdict::Unreadable, FaultResponse::respond(with_ids(MockResponse::new(204), request))),
            24 => (Verdict::Good, FaultResponse::respond(good.byte_order_mark())),
            25 => (Verdict::Good, FaultResponse::respond(good).then_close()),
            26 => (Verdict::Good, FaultResponse::wait(Duration::from_millis(5)).then_respond(good)),
            _ => (Verdict::Good, FaultResponse::respond(good)),
        };
        self.ledger.note(request.header("ms-requestid").unwrap_or_default(), verdict);
        response
    }
}

/// The organization of the customer in the request's path, so that mixed-up responses are detected.
pub(crate) fn organization(request: &Request) -> MockResponse {
    let mut organization = Organization::default();
    organization.display_name = request.path().split('/').nth(3).map(str::to_owned);
    with_ids(MockResponse::organization(&organization), request)
}

/// Echoes the ids of the request, as the service does.
fn with_ids(response: MockResponse, request: &Request) -> MockResponse {
    let echo = |name| request.header(name).unwrap_or_default().to_owned();
    response.header("MS-RequestId", echo("ms-requestid")).header("MS-CorrelationId", echo("ms-correlationid"))
}

trait IntoFaultResponse {
    fn into_response(self, request: &Request) -> FaultResponse;
}

impl<T: Into<MockResponse>> IntoFaultResponse for T {
    fn into_response(self, request: &Request) -> FaultResponse {
        FaultResponse::respond(with_ids(self.into(), request))
    }
}
