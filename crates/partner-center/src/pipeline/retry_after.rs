//! How long the service asks to wait, from `Retry-After` or from the gateway's text.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// The wait that an answer asks for in its headers.
///
/// Seconds are documented; an HTTP date is standard too and is measured against the answer's own `Date`, so that a
/// wrong clock on this machine does no harm. Of several headers the longest wait counts. A date that has passed, and
/// whatever cannot be read, asks for nothing.
pub(crate) fn in_headers(headers: &HeaderMap) -> Option<Duration> {
    let now = || date(headers.get(DATE)?.as_bytes());
    headers.get_all(RETRY_AFTER).iter().filter_map(|value| read(value.as_bytes(), now)).max()
}

fn read(value: &[u8], now: impl FnOnce() -> Option<SystemTime>) -> Option<Duration> {
    let text = std::str::from_utf8(value).ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number holds is still a demand to wait, and one that fits no deadline.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let until = date(text.as_bytes())?;
    until.duration_since(now().unwrap_or_else(SystemTime::now)).ok()
}

fn date(value: &[u8]) -> Option<SystemTime> {
    httpdate::parse_http_date(std::str::from_utf8(value).ok()?.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(headers: &[(&'static str, &str)]) -> Option<Duration> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        in_headers(&map)
    }

    #[test]
    fn reads_seconds() {
        assert_eq!(wait(&[("retry-after", " 57 ")]), Some(Duration::from_secs(57)));
        assert_eq!(wait(&[("retry-after", "0")]), Some(Duration::ZERO));
    }

    #[test]
    fn measures_a_date_against_the_answers_own_clock() {
        let date = ("date", "Wed, 21 Oct 2015 07:28:00 GMT");
        assert_eq!(wait(&[date, ("retry-after", "Wed, 21 Oct 2015 07:28:30 GMT")]), Some(Duration::from_secs(30)));
        assert_eq!(wait(&[date, ("retry-after", "Wed, 21 Oct 2015 07:27:30 GMT")]), None);
    }

    #[test]
    fn takes_the_longest_of_several() {
        assert_eq!(
            wait(&[("retry-after", "3"), ("retry-after", "x"), ("retry-after", "9")]),
            Some(Duration::from_secs(9))
        );
    }

    #[test]
    fn ignores_what_it_cannot_read() {
        for garbage in ["", "soon", "-5", "1.5", "+3", "0x10", "12 34", "Wed, 99 Oct 2015 07:28:00 GMT"] {
            assert_eq!(wait(&[("retry-after", garbage)]), None, "{garbage:?}");
        }
    }

    #[test]
    fn a_number_too_large_to_hold_is_the_longest_wait() {
        assert_eq!(wait(&[("retry-after", "99999999999999999999999")]), Some(Duration::from_secs(u64::MAX)));
    }
}
