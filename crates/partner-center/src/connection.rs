//! Sends a request over a connection of its own.

use http::HeaderValue;
use http::header::CONNECTION;

/// Makes the request use a new connection.
///
/// The HTTP client keeps connections per authority: under a user name of its own there are none to take, and `close`
/// leaves none behind. The user name itself is never sent.
pub(crate) fn use_new(request: &mut reqwest::Request) {
    let _ = request.url_mut().set_username("new-connection");
    request.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
}
