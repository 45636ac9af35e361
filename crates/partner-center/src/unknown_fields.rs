//! Tells of fields that the service sends and the contract does not know.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde::de::DeserializeOwned;

/// The fields told of already, in this process.
static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// However many names a service makes up, no more than this are kept and told of.
const MOST: usize = 100;

/// Emits one event for each unknown field of the body, once in the life of the process; names only, never values.
pub(crate) fn tell<T: DeserializeOwned>(body: &[u8]) {
    let mut unknown = BTreeSet::new();
    let mut reader = serde_json::Deserializer::from_slice(body);
    // A body in another form than the documented one cannot be told from unknown fields; it is left alone.
    let read: Result<T, _> = serde_ignored::deserialize(&mut reader, |path| {
        if unknown.len() < MOST {
            unknown.insert(without_positions(&path.to_string()));
        }
    });
    if read.is_err() {
        return;
    }
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    for field in unknown {
        if told.len() < MOST && told.insert(field.clone()) {
            let field = crate::error::text::excerpt(&field, 100).to_string();
            tracing::warn!(field, "the service sent a field that the contract does not know");
        }
    }
}

/// `0.address.zip` as `address.zip`: the position in an array says nothing about the contract.
fn without_positions(path: &str) -> String {
    let is_name = |part: &&str| !part.bytes().all(|byte| byte.is_ascii_digit());
    path.split('.').filter(is_name).collect::<Vec<_>>().join(".")
}
