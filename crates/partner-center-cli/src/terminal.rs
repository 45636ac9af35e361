//! Properties of the terminal, and text that cannot control it.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use anstyle::{AnsiColor, Style};

pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// How many columns standard output has; `None` where it is not a terminal, so that no line is too long.
pub(crate) fn width() -> Option<u16> {
    is_terminal().then(|| console::Term::stdout().size_checked().map_or(80, |(_, columns)| columns).max(20))
}

/// The largest unit of a duration, rounded down, such as `25 hours`.
pub(crate) fn rounded_down(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (count, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7200 => (seconds / 60, "minute"),
        7200..172_800 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// The text on one line, with a replacement character for everything that controls a terminal.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|character| if is_harmful(character) { '\u{fffd}' } else { character }).collect()
}

/// The same with its line breaks and tabs.
pub(crate) fn plain_lines(text: &str) -> String {
    let is_bad = |character| is_harmful(character) && !matches!(character, '\n' | '\t');
    text.chars().map(|character| if is_bad(character) { '\u{fffd}' } else { character }).collect()
}

/// Control characters, and those that change the direction of writing.
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// JSON in which everything that controls a terminal is escaped; it means the same.
pub(crate) fn escape_json(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match is_harmful(character) && character != '\n' {
            true => escaped.push_str(&format!("\\u{:04x}", u32::from(character))),
            false => escaped.push(character),
        }
    }
    escaped
}

/// Writes a line to standard error, so that it does not mix with the output.
pub(crate) fn notify(text: &str) {
    let _ = writeln!(anstream::stderr(), "{}", plain(text));
}

pub(crate) fn warn(text: &str) {
    let yellow = Style::new().bold().fg_color(Some(AnsiColor::Yellow.into()));
    let _ = writeln!(anstream::stderr(), "{yellow}warning:{yellow:#} {}", plain(text));
}

pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout();
    out.write_all(text.as_bytes())?;
    out.flush()
}
