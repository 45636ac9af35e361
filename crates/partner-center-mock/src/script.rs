//! Responses served in turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use httpmock::{HttpMockResponse, Then};

use crate::MockResponse;

/// A list of responses, served in turn; the last one repeats unless set otherwise.
///
/// Clones share the position, so keep one to inspect it. A mock takes a script through [`ThenExt::script`]; for any
/// other server, call [`next_response`](Self::next_response).
///
/// ```
/// use httpmock::MockServer;
/// use partner_center_mock::{MockServerExt, MockResponse, ResponseScript, ThenExt};
/// use partner_center_mock::examples::get_customer_organization as organization;
///
/// let script = ResponseScript::new([MockResponse::new(503), organization::CONTOSO.into()]);
/// let server = MockServer::start();
/// server.get_customer_organization(|_when, then| {
///     then.into_inner().script(&script);
/// });
/// assert_eq!((script.served(), script.remaining()), (0, 2));
/// ```
#[derive(Clone, Debug)]
pub struct ResponseScript {
    responses: Arc<[MockResponse]>,
    afterwards: Afterwards,
    served: Arc<AtomicUsize>,
}

/// What a script serves after its last response.
#[derive(Clone, Debug)]
enum Afterwards {
    RepeatLast,
    StartAgain,
    Serve(Box<MockResponse>),
}

impl ResponseScript {
    /// Serves these responses in turn; the last one repeats.
    ///
    /// An empty script serves a 500 that says so.
    pub fn new<R: Into<MockResponse>>(responses: impl IntoIterator<Item = R>) -> Self {
        let responses = responses.into_iter().map(Into::into).collect();
        Self { responses, afterwards: Afterwards::RepeatLast, served: Arc::default() }
    }

    /// Starts again with the first response after the last one.
    #[must_use]
    pub fn start_again(mut self) -> Self {
        self.afterwards = Afterwards::StartAgain;
        self
    }

    /// Serves `response` for every request after the last one of the list.
    #[must_use]
    pub fn afterwards(mut self, response: impl Into<MockResponse>) -> Self {
        self.afterwards = Afterwards::Serve(Box::new(response.into()));
        self
    }

    /// How many responses have been served, repetitions included.
    #[must_use]
    pub fn served(&self) -> usize {
        self.served.load(Ordering::SeqCst)
    }

    /// How many responses of the list have not been served yet.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.responses.len().saturating_sub(self.served())
    }

    /// Takes the next response.
    #[must_use]
    pub fn next_response(&self) -> MockResponse {
        let turn = self.served.fetch_add(1, Ordering::SeqCst);
        let response = match &self.afterwards {
            Afterwards::StartAgain if !self.responses.is_empty() => self.responses.get(turn % self.responses.len()),
            Afterwards::Serve(response) => Some(self.responses.get(turn).unwrap_or(response)),
            _ => self.responses.get(turn).or(self.responses.last()),
        };
        response.cloned().unwrap_or_else(|| MockResponse::text(500, "the script has no responses: add at least one"))
    }
}

impl<R: Into<MockResponse>, const N: usize> From<[R; N]> for ResponseScript {
    fn from(responses: [R; N]) -> Self {
        Self::new(responses)
    }
}

impl<R: Into<MockResponse>> From<Vec<R>> for ResponseScript {
    fn from(responses: Vec<R>) -> Self {
        Self::new(responses)
    }
}

impl From<&ResponseScript> for ResponseScript {
    fn from(script: &ResponseScript) -> Self {
        script.clone()
    }
}

/// Lets a mock serve [`MockResponse`]s. `into_inner()` gives the [`Then`] of a typed mock.
pub trait ThenExt: Sized {
    /// Serves the same response to every request.
    fn respond(self, response: impl Into<MockResponse>) -> Self;

    /// Serves the responses of a script in turn.
    fn script(self, script: impl Into<ResponseScript>) -> Self;
}

impl ThenExt for Then {
    fn respond(self, response: impl Into<MockResponse>) -> Self {
        self.script([response.into()])
    }

    fn script(self, script: impl Into<ResponseScript>) -> Self {
        let script = script.into();
        self.respond_with(move |_request| HttpMockResponse::from(script.next_response()))
    }
}

#[cfg(test)]
mod tests {
    use httpmock::MockServer;
    use uuid::Uuid;

    use super::*;
    use crate::MockServerExt;
    use crate::examples::get_customer_organization as organization;

    fn statuses(script: &ResponseScript, calls: usize) -> Vec<u16> {
        (0..calls).map(|_| script.next_response().status()).collect()
    }

    #[test]
    fn repeats_the_last_response() {
        let script = ResponseScript::new([MockResponse::new(503), MockResponse::new(200)]);
        assert_eq!(statuses(&script, 4), [503, 200, 200, 200]);
    }

    #[test]
    fn starts_again_after_the_last_response_if_set() {
        let script = ResponseScript::new([MockResponse::new(503), MockResponse::new(200)]).start_again();
        assert_eq!(statuses(&script, 5), [503, 200, 503, 200, 503]);
    }

    #[test]
    fn serves_the_set_response_after_the_last_one() {
        let script = ResponseScript::new([MockResponse::new(503)]).afterwards(MockResponse::new(418));
        assert_eq!(statuses(&script, 3), [503, 418, 418]);
    }

    #[test]
    fn clones_share_the_position() {
        let script = ResponseScript::new([MockResponse::new(503), MockResponse::new(200)]);
        let kept = script.clone();
        assert_eq!(statuses(&script, 1), [503]);
        assert_eq!((kept.served(), kept.remaining()), (1, 1));
        assert_eq!(statuses(&script, 5).len(), 5);
        assert_eq!((kept.served(), kept.remaining()), (6, 0));
    }

    #[test]
    fn an_empty_script_serves_a_500() {
        for script in [
            ResponseScript::from(Vec::<MockResponse>::new()),
            ResponseScript::from(Vec::<MockResponse>::new()).start_again(),
        ] {
            assert_eq!(script.next_response().status(), 500);
        }
    }

    #[tokio::test]
    async fn a_typed_mock_serves_its_script_in_turn() {
        let server = MockServer::start_async().await;
        let customer = Uuid::new_v4();
        let script = ResponseScript::new([organization::THROTTLED, organization::CONTOSO]);
        let mock = server.get_customer_organization(|when, then| {
            when.customer_tenant_id(&customer);
            then.into_inner().script(&script);
        });
        let url = server.url(format!("/v1/customers/{customer}/organization"));
        let client = reqwest::Client::new();
        let throttled = client.get(&url).send().await.expect("the mock responds");
        assert_eq!(throttled.status(), 429);
        assert_eq!(throttled.headers()["retry-after"], "57");
        let found = client.get(&url).send().await.expect("the mock responds");
        assert_eq!(found.text().await.expect("a body"), organization::CONTOSO.body);
        assert_eq!((script.served(), mock.calls()), (2, 2));
    }

    #[tokio::test]
    async fn a_header_added_twice_is_sent_twice() {
        let server = MockServer::start_async().await;
        server.get_customer_organization(|_when, then| {
            then.into_inner().respond(MockResponse::new(429).header("Retry-After", "1").add_header("Retry-After", "9"));
        });
        let url = server.url(format!("/v1/customers/{}/organization", Uuid::new_v4()));
        let response = reqwest::get(&url).await.expect("the mock responds");
        assert_eq!(response.headers().get_all("retry-after").iter().count(), 2);
    }
}
