//! Credentials against a mock token endpoint on loopback.

#[cfg(feature = "browser")]
mod authorization_code;
#[cfg(feature = "azure")]
mod azure;
#[cfg(feature = "certificate")]
mod certificate;
mod claims;
mod client;
mod device_code;
mod endpoint;
mod environment;
mod errors;
mod file_store;
mod grants;
mod interrupted;
mod oauth_errors;
mod odd_responses;
mod other_process;
mod processes;
mod refresh_token;
mod secrets;
mod support;
mod trace;
