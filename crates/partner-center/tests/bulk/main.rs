//! Runs over many customers, against servers on loopback in paused time.

#[path = "../soak/account.rs"]
mod account;
mod concurrency;
mod customers;
mod dropping;
mod failures;
#[path = "../soak/faults.rs"]
mod faults;
mod limits;
mod order;
mod public_api;
mod rate;
mod served;
mod source;
mod storm;
mod support;
mod throttle;
mod token;
