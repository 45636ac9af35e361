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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit_or_is_in_seconds_and_is_never_zero() {
        for (text, seconds) in [("30", 30), ("30s", 30), ("10m", 600), ("1h 30m", 5400)] {
            assert_eq!(time(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["abc", "", "0", "0s", "-1", "3x", "99999999999", "30 seconds please"] {
            assert!(time(text).is_err_and(|why| why.contains("90s")), "{text}");
        }
    }
}
