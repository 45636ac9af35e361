//! Faults of the network, the service and proxies: the rows of `docs/faults.md`.

mod bodies;
#[path = "../support/capture.rs"]
mod capture;
#[cfg(any(feature = "rustls", feature = "native-tls"))]
mod certificates;
#[path = "../support/client.rs"]
mod client;
mod clock;
mod connecting;
mod doubled;
mod environment;
mod framing;
mod headers;
mod interrupted;
mod mixed;
mod outage;
mod paging;
mod proxies;
mod redirects;
mod retry_after;
mod runtime;
mod slow;
mod statuses;
mod support;
mod telemetry;
mod throttle;
mod tokens;
