//! The binary against a mock Partner Center on loopback.

#[cfg(target_os = "linux")]
mod browser;
mod config;
mod crash;
mod doctor;
mod documents;
mod export;
mod files;
mod get;
mod golden;
mod identity;
mod profile;
mod proxies;
mod secret_store;
mod sign_in;
mod support;
#[cfg(unix)]
mod terminal;
