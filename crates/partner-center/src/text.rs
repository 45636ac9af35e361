//! Makes untrusted text safe to print: one line, no control characters, bounded. Formats delays.

use std::time::Duration;

/// The text on one line, safe to print: control characters and such as change the direction of writing are escaped, and
/// what goes past `limit` characters is cut.
pub(crate) fn excerpt(text: &str, limit: usize) -> String {
    let mut shown = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == limit {
            shown.push('…');
            break;
        }
        if character.is_control() || is_invisible(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// A human-readable delay: in seconds, or if it is long in minutes or hours, rounded up.
pub(crate) fn delay(delay: Duration) -> String {
    let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
    match seconds {
        0..=120 => format!("{seconds} s"),
        121..=7200 => format!("{} minutes", seconds.div_ceil(60)),
        _ => format!("{} hours", seconds.div_ceil(3600)),
    }
}

/// Characters that show nothing and change how the rest of the line is read.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_long_delay_is_in_minutes_or_hours() {
        let words = |seconds| delay(Duration::from_millis(seconds * 1000 - 1));
        assert_eq!([1, 57, 120, 121].map(words), ["1 s", "57 s", "120 s", "3 minutes"]);
        assert_eq!([3600, 86_402, u64::MAX / 1000].map(words), ["60 minutes", "25 hours", "5124095576031 hours"]);
    }

    #[test]
    fn escapes_what_cannot_be_seen() {
        for character in ['\u{ad}', '\u{61c}', '\u{180e}', '\u{200b}', '\u{202e}', '\u{2066}', '\u{feff}', '\u{e0041}']
        {
            assert_eq!(excerpt(&format!("a{character}b"), 99), format!("a{}b", character.escape_unicode()));
        }
    }

    proptest! {
        #[test]
        fn any_text_becomes_one_bounded_line(text: String, limit in 0..99_usize) {
            let shown = excerpt(&text, limit);
            prop_assert!(!shown.chars().any(|character| character.is_control() || is_invisible(character)));
            // The longest escape, `\u{10ffff}`, takes ten characters.
            prop_assert!(shown.chars().count() <= 10 * limit + 1);
        }

        #[test]
        fn harmless_text_is_shown_as_it_is(text in "[ -~äß株]{0,50}") {
            prop_assert_eq!(excerpt(&text, 50), text);
        }
    }
}
