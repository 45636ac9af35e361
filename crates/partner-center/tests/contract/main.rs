//! Single calls, against typed mocks and against raw bytes on the wire.

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
mod headers;
mod identifiers;
mod kinds;
mod options;
mod public_api;
mod redaction;
mod retries;
mod support;
mod telemetry;
mod timeouts;
mod unauthorized;
