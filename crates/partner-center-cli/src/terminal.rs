//! What the terminal is like, and text that it must not obey.

use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};

/// Whether people read standard output.
pub(crate) fn is_for_people() -> bool {
    io::stdout().is_terminal()
}

/// How many columns standard output has.
pub(crate) fn width() -> u16 {
    console::Term::stdout().size_checked().map_or(80, |(_, columns)| columns).max(20)
}

/// A text on one line, without anything that a terminal obeys.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|character| if is_harmful(character) { '\u{fffd}' } else { character }).collect()
}

/// Control characters, and those that change the direction of writing.
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Tells something beside the output, on standard error.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(anstream::stderr(), "{}", plain(text));
}

/// The same for what somebody should look into.
pub(crate) fn warn(text: &str) {
    let yellow = Style::new().bold().fg_color(Some(AnsiColor::Yellow.into()));
    let _ = writeln!(anstream::stderr(), "{yellow}warning:{yellow:#} {}", plain(text));
}

/// Writes all of it to standard output.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout();
    out.write_all(text.as_bytes())?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_terminal_obeys_nothing_of_it() {
        assert_eq!(plain("a\u{1b}[31mb\r\nc\u{9b}d\u{202e}e"), "a\u{fffd}[31mb\u{fffd}\u{fffd}c\u{fffd}d\u{fffd}e");
    }
}
