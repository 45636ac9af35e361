//! Durations for people.

use std::time::Duration;

/// The duration in its largest sensible unit, rounded up: `45 seconds`, `52 minutes`, `3 hours`, `2 days`.
pub(crate) fn in_words(duration: Duration) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let seconds = duration.as_secs();
    let (unit, name) = match seconds {
        0..MINUTE => (1, "second"),
        MINUTE..7200 => (MINUTE, "minute"),
        7200..172_800 => (HOUR, "hour"),
        172_800.. => (DAY, "day"),
    };
    match seconds.div_ceil(unit) {
        1 => format!("1 {name}"),
        count => format!("{count} {name}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_a_unit_is_singular_and_fractions_are_rounded_up() {
        let words = |seconds| in_words(Duration::from_secs(seconds));
        assert_eq!([1, 59, 60, 61].map(words), ["1 second", "59 seconds", "1 minute", "2 minutes"]);
        assert_eq!([3600, 7200, 172_800].map(words), ["60 minutes", "2 hours", "2 days"]);
    }
}
