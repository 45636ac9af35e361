//! What the client promises about one call, held against typed mocks and against the raw bytes on the wire.

mod base_url;
mod body;
mod body_traps;
mod builder;
#[path = "../support/capture.rs"]
mod capture;
#[path = "../support/client.rs"]
mod client;
mod custom_domains;
mod customers;
mod documented;
mod error_display;
mod error_shapes;
mod examples;
mod face;
mod headers;
mod identifiers;
mod kinds;
mod options;
mod redaction;
mod retries;
mod support;
mod telemetry;
mod timeouts;
mod unauthorized;
