//! The delay that the service asks for, by `Retry-After` or by the gateway's text.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// The delay that a response asks for in its headers.
///
/// Seconds are documented; an HTTP date is standard too and is measured against the response's own `Date`, so that a
/// wrong clock on this machine does no harm. Of several headers the longest delay counts. A date that has passed, one
/// without `Date` that is more than an hour away, and whatever cannot be read, asks for nothing.
pub(crate) fn in_headers(headers: &HeaderMap) -> Option<Duration> {
    let now = || date(headers.get(DATE)?.as_bytes());
    headers.get_all(RETRY_AFTER).iter().filter_map(|value| read(value.as_bytes(), now)).max()
}

/// The farthest date that is accepted without a `Date` header.
const FARTHEST: Duration = Duration::from_secs(60 * 60);

/// The delay that the gateway names in its text (`Try again in 57 seconds.`).
pub(crate) fn in_text(text: &str) -> Option<Duration> {
    let lower = text.to_ascii_lowercase();
    let rest = lower.split_once("again in ")?.1;
    let digits = rest.find(|character: char| !character.is_ascii_digit())?;
    let (number, unit) = rest.split_at(digits);
    unit.trim_start().starts_with("second").then(|| number.parse().ok().map(Duration::from_secs))?
}

fn read(value: &[u8], now: impl FnOnce() -> Option<SystemTime>) -> Option<Duration> {
    let text = std::str::from_utf8(value).ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number too large to parse still asks for a delay, one beyond any deadline.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let until = date(text.as_bytes())?;
    match now() {
        Some(now) => until.duration_since(now).ok(),
        // This machine's clock may be wrong.
        None => until.duration_since(SystemTime::now()).ok().filter(|delay| *delay <= FARTHEST),
    }
}

fn date(value: &[u8]) -> Option<SystemTime> {
    httpdate::parse_http_date(std::str::from_utf8(value).ok()?.trim()).ok()
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn with(pairs: &[(http::HeaderName, &[u8])]) -> HeaderMap {
        let pairs = pairs.iter().filter_map(|(name, value)| Some((name.clone(), HeaderValue::from_bytes(value).ok()?)));
        pairs.collect()
    }

    #[test]
    fn accepts_a_far_date_only_with_the_services_own_date() {
        let in_a = |hours: u64| httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(hours * 60 * 60 - 60));
        assert_eq!(in_headers(&with(&[(RETRY_AFTER, in_a(24).as_bytes())])), None);
        let within_an_hour = in_headers(&with(&[(RETRY_AFTER, in_a(1).as_bytes())]));
        assert!(within_an_hour.is_some_and(|delay| delay > Duration::from_secs(58 * 60)));
    }

    proptest! {
        #[test]
        fn any_header_is_read_or_ignored(value: Vec<u8>, date: Vec<u8>) {
            in_headers(&with(&[(RETRY_AFTER, &value), (DATE, &date)]));
        }

        #[test]
        fn seconds_are_read_unchanged(seconds: u64) {
            let headers = with(&[(RETRY_AFTER, seconds.to_string().as_bytes())]);
            prop_assert_eq!(in_headers(&headers), Some(Duration::from_secs(seconds)));
        }

        #[test]
        fn a_date_is_measured_by_the_services_clock(now in 0..4_000_000_000_u64, seconds in 0..100_000_000_u64) {
            let date = |seconds| httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds));
            let (now, until) = (date(now), date(now + seconds));
            let headers = with(&[(DATE, now.as_bytes()), (RETRY_AFTER, until.as_bytes())]);
            prop_assert_eq!(in_headers(&headers), Some(Duration::from_secs(seconds)));
            let swapped = with(&[(DATE, until.as_bytes()), (RETRY_AFTER, now.as_bytes())]);
            prop_assert_eq!(in_headers(&swapped), (seconds == 0).then_some(Duration::ZERO));
        }
    }
}
