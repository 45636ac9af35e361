//! The floor: the same call on one hyper connection, without pool, time limit or TLS.

use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{ACCEPT, AUTHORIZATION, HOST, USER_AGENT};
use hyper_util::rt::TokioIo;
use partner_center_benchmark_measure::{APPLICATION_NAME, Organization, arguments, measure, token};
use tokio::net::TcpStream;
use uuid::Uuid;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (server, calls) = arguments();
    let address = server.trim_start_matches("http://");
    let stream = TcpStream::connect(address).await.expect("a connection");
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("HTTP");
    let connection = tokio::spawn(connection);
    let token = token();
    let customer = Uuid::new_v4();
    measure(calls, async || {
        let (request_id, correlation_id) = (Uuid::new_v4(), Uuid::new_v4());
        let request = Request::get(format!("/v1/customers/{customer}/organization"))
            .header(HOST, address)
            .header(USER_AGENT, APPLICATION_NAME)
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .header(ACCEPT, "application/json")
            .header("MS-RequestId", request_id.to_string())
            .header("MS-CorrelationId", correlation_id.to_string())
            .header("MS-Contract-Version", "v1")
            .header("MS-PartnerCenter-Application", APPLICATION_NAME)
            .body(Empty::<Bytes>::new())
            .expect("a request");
        sender.ready().await.expect("an open connection");
        let response = sender.send_request(request).await.expect("an answer");
        assert!(response.status().is_success());
        let received = response.headers().get("MS-CorrelationId").and_then(|id| id.to_str().ok()).map(str::to_owned);
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        let organizations: Vec<Organization> = serde_json::from_slice(&body).expect("organizations");
        assert!(received.is_some() && organizations[0].display_name.is_some());
    })
    .await;
    connection.abort();
}
