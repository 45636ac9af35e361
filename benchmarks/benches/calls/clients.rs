//! The same call with each client: token, five headers, two new ids, a status check, the body as a model.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use azure_core::http::{ClientOptions, Context, Method, Pipeline, Request, Url};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use partner_center::auth::StaticToken;
use partner_center_benchmarks::{serve, token};
use partner_center_gen::{BoxFuture, Transport};
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

const APPLICATION: &str = "benchmark";
const WARM_UP: u32 = 100;

/// The model, as written by hand.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "what a caller would read")]
struct Organization {
    street: Option<String>,
    city: Option<String>,
    state: Option<String>,
    postal_code: Option<String>,
    country_letter_code: Option<String>,
    display_name: Option<String>,
    technical_notification_mails: Option<Vec<String>>,
}

/// Repeats the call of one client sequentially.
pub struct Caller(Box<dyn Fn(u32)>);

impl Caller {
    /// Makes the first calls, so that the connection is open and caches are filled.
    fn new(runtime: Runtime, call: impl AsyncFn() -> Result<Option<String>> + 'static) -> Self {
        let caller = Self(Box::new(move |calls| {
            runtime.block_on(async {
                for _ in 0..calls {
                    assert_eq!(call().await.expect("a response").as_deref(), Some("Contoso"));
                }
            });
        }));
        caller.repeat(WARM_UP);
        caller
    }

    pub fn repeat(&self, calls: u32) {
        (self.0)(calls);
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// The SDK with its defaults, without a tracing subscriber.
pub fn sdk() -> Caller {
    let client = partner_center::Client::builder()
        .base_url(serve(Duration::ZERO))
        .credential(StaticToken::new(token()))
        .application_name(APPLICATION)
        .build()
        .expect("a client");
    let customer = Uuid::new_v4();
    Caller::new(runtime(), async move || Ok(client.customer(customer).organization().await?.into_inner().display_name))
}

/// Like the SDK on loopback, without a proxy.
fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

/// The minimum code with reqwest.
pub fn reqwest() -> Caller {
    let (server, token, customer) = (serve(Duration::ZERO), token(), Uuid::new_v4());
    let client = http();
    Caller::new(runtime(), async move || {
        let mut organizations: Vec<Organization> = client
            .get(format!("{server}/v1/customers/{customer}/organization"))
            .bearer_auth(&token)
            .header("Accept", "application/json")
            .header("MS-RequestId", Uuid::new_v4().to_string())
            .header("MS-CorrelationId", Uuid::new_v4().to_string())
            .header("MS-Contract-Version", "v1")
            .header("MS-PartnerCenter-Application", APPLICATION)
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?;
        Ok(organizations.remove(0).display_name)
    })
}

/// The generated client, with a transport that only adds the token.
pub fn progenitor() -> Caller {
    struct Bare(reqwest::Client, String);

    impl Transport for Bare {
        fn execute<'a>(
            &'a self,
            mut request: reqwest::Request,
            _: &'static str,
        ) -> BoxFuture<'a, reqwest::Result<reqwest::Response>> {
            let token = format!("Bearer {}", self.1).try_into().expect("a header");
            request.headers_mut().insert("Authorization", token);
            Box::pin(self.0.execute(request))
        }
    }

    let (server, customer) = (serve(Duration::ZERO), Uuid::new_v4());
    let http = http();
    let transport = Arc::new(Bare(http.clone(), token()));
    let client = partner_center_gen::Client::new_with_client(&server, http, transport);
    Caller::new(runtime(), async move || {
        let (request, correlation) = (Uuid::new_v4(), Uuid::new_v4());
        let (version, name) = (Some("v1"), Some(APPLICATION));
        let call =
            client.get_customer_organization(&customer, version, Some(&correlation), name, Some(&request), None, None);
        Ok(call.await?.into_inner().remove(0).display_name)
    })
}

/// azure_core's pipeline with its retries; its token policy requires https, so the token is set by hand.
pub fn azure_core() -> Caller {
    let (server, token, customer) = (serve(Duration::ZERO), token(), Uuid::new_v4());
    let pipeline = Pipeline::new(Some(APPLICATION), None, ClientOptions::default(), vec![], vec![], None);
    Caller::new(runtime(), async move || {
        let url = Url::parse(&format!("{server}/v1/customers/{customer}/organization"))?;
        let mut request = Request::new(url, Method::Get);
        request.insert_header("authorization", format!("Bearer {token}"));
        request.insert_header("accept", "application/json");
        request.insert_header("ms-requestid", Uuid::new_v4().to_string());
        request.insert_header("ms-correlationid", Uuid::new_v4().to_string());
        request.insert_header("ms-contract-version", "v1");
        request.insert_header("ms-partnercenter-application", APPLICATION);
        let response = pipeline.send(&Context::new(), &mut request, None).await?;
        let mut organizations: Vec<Organization> = serde_json::from_slice(&response.into_body())?;
        Ok(organizations.remove(0).display_name)
    })
}

/// The minimum: one connection, without pool or timeout.
pub fn hyper() -> Caller {
    let (server, token, customer) = (serve(Duration::ZERO), token(), Uuid::new_v4());
    let address = server.trim_start_matches("http://").to_owned();
    let runtime = runtime();
    let sender = runtime.block_on(async {
        let stream = TokioIo::new(TcpStream::connect(&address).await.expect("a connection"));
        let (sender, connection) = hyper::client::conn::http1::handshake(stream).await.expect("HTTP");
        tokio::spawn(connection);
        tokio::sync::Mutex::new(sender)
    });
    Caller::new(runtime, async move || {
        let request = hyper::Request::get(format!("/v1/customers/{customer}/organization"))
            .header("Host", &address)
            .header("Authorization", format!("Bearer {token}"))
            .header("Accept", "application/json")
            .header("MS-RequestId", Uuid::new_v4().to_string())
            .header("MS-CorrelationId", Uuid::new_v4().to_string())
            .header("MS-Contract-Version", "v1")
            .header("MS-PartnerCenter-Application", APPLICATION)
            .body(Empty::<Bytes>::new())?;
        let mut sender = sender.lock().await;
        sender.ready().await?;
        let response = sender.send_request(request).await?;
        anyhow::ensure!(response.status().is_success());
        let body = response.into_body().collect().await?.to_bytes();
        let mut organizations: Vec<Organization> = serde_json::from_slice(&body)?;
        Ok(organizations.remove(0).display_name)
    })
}
