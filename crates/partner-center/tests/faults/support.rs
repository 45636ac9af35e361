//! What the tests share: one call, and what the server has seen of it.

use std::time::Duration;

use partner_center::models::Organization;
use partner_center::{Client, Error, Response};
use partner_center_mock::Reply;
use partner_center_mock::faults::{Event, EventKind, FaultServer, Request};
use tokio::time::Instant;

pub(crate) use crate::client::{CONTOSO, CUSTOMER, Outcome, builder, client, quick_retries};

/// The good answer.
pub(crate) fn contoso() -> Reply {
    Reply::text(200, CONTOSO)
}

/// One call, as the client has it set.
pub(crate) async fn call(client: &Client) -> Result<Response<Organization>, Error> {
    client.customer(CUSTOMER).organization().await
}

/// The status as a number.
pub(crate) fn status(error: &Error) -> Option<u16> {
    error.status().map(|status| status.as_u16())
}

/// Asserts that every request the server has seen carries this id.
pub(crate) fn assert_one_call(server: &FaultServer, request_id: impl ToString) {
    let request_id = request_id.to_string();
    for request in server.requests() {
        assert_eq!(request.header("ms-requestid"), Some(&*request_id));
    }
}

/// When the requests arrived, counted from the first event of this kind.
pub(crate) fn arrivals_since(server: &FaultServer, kind: EventKind) -> Vec<Duration> {
    let events = server.events();
    let begin = events.iter().find(|event: &&Event| event.kind == kind).map(|event| event.at);
    let begin = begin.expect("it has happened");
    let since = |at: Instant| at.saturating_duration_since(begin);
    server.requests().iter().map(Request::at).map(since).collect()
}
