//! Durations for people.

use std::time::Duration;

/// The duration in its largest sensible unit, rounded up: `45 seconds`, `52 minutes`, `3 hours`, `2 days`.
pub(crate) fn in_words(duration: Duration) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const TWO_HOURS: u64 = 2 * HOUR;
    const TWO_DAYS: u64 = 48 * HOUR;
    let seconds = duration.as_secs();
    let (unit, name) = match seconds {
        0..MINUTE => (1, "second"),
        MINUTE..TWO_HOURS => (MINUTE, "minute"),
        TWO_HOURS..TWO_DAYS => (HOUR, "hour"),
        TWO_DAYS.. => (24 * HOUR, "day"),
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
        for (seconds, words) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (59, "59 seconds"),
            (60, "1 minute"),
            (61, "2 minutes"),
            (900, "15 minutes"),
            (3600, "60 minutes"),
            (7200, "2 hours"),
            (86_400, "24 hours"),
            (172_800, "2 days"),
        ] {
            assert_eq!(in_words(Duration::from_secs(seconds)), words);
        }
    }
}
