//! Which connection an attempt goes over: a kept one or a new one.

use std::cell::Cell;

use http::HeaderValue;
use http::header::CONNECTION;
use tower::util::MapResponseLayer;

tokio::task_local! {
    /// Whether the attempt of this task has opened a connection.
    static OPENED: Cell<bool>;
}

/// Prepares an HTTP client for [`watch`].
pub(crate) fn watched(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    builder.connector_layer(MapResponseLayer::new(|connection| {
        // A connection that another task opens ahead concerns no attempt.
        let _ = OPENED.try_with(|opened| opened.set(true));
        connection
    }))
}

/// Does the work of an attempt; also returns whether it opened a connection for itself.
pub(crate) async fn watch<T>(work: impl Future<Output = T>) -> (T, bool) {
    let attempt = async {
        let output = work.await;
        (output, OPENED.with(Cell::get))
    };
    OPENED.scope(Cell::new(false), attempt).await
}

/// Sends the request over a connection of its own.
///
/// The HTTP client keeps connections per authority: under a user name of its own there are none to take, and `close`
/// leaves none behind. The user name itself is never sent.
pub(crate) fn use_new(request: &mut reqwest::Request) {
    let _ = request.url_mut().set_username("new-connection");
    request.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
}
