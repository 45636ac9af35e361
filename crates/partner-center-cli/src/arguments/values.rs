//! Parsers of values whose errors say what is expected.

use std::time::Duration;

use partner_center::uuid::Uuid;

pub(super) fn tenant_id(text: &str) -> Result<Uuid, &'static str> {
    Uuid::parse_str(text.trim()).map_err(|_| {
        "not a tenant id: expected a GUID such as e220a839-7b1d-4daf-ae78-9e6aa1b965f4, which the portal shows as \
         Microsoft ID"
    })
}

pub(super) fn correlation_id(text: &str) -> Result<Uuid, &'static str> {
    Uuid::parse_str(text.trim()).map_err(|_| "expected a GUID such as b1a7c0de-5d0f-4c11-9d5e-2f60a3c7e812")
}

/// A time in words such as `90s`, or a number of seconds.
pub(crate) fn time(text: &str) -> Result<Duration, &'static str> {
    let time = text.parse().map(Duration::from_secs).or_else(|_| humantime::parse_duration(text));
    // Clocks do not reach further.
    time.ok()
        .filter(|time| !time.is_zero() && time.as_secs() <= u32::MAX.into())
        .ok_or("expected a time such as 90s, 10m or 2h, or a number of seconds above 0")
}
