//! What is asked of every file, and of the hand-written sources among them.

use super::Text;

/// More lines than these are two files.
const MOST_LINES: usize = 400;

/// How many of the longest sources are named.
const NAMED: usize = 5;

/// Words that put something off.
const PUT_OFF: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

/// How paths begin that exist on one machine alone.
const MACHINE: [&str; 6] = [
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/Us", "ers/"),
    concat!("/tm", "p/"),
    concat!("/wo", "rk/"),
    concat!("C:\\", "Users"),
];

pub(super) fn findings(texts: &[Text]) -> Vec<String> {
    let mut findings = Vec::new();
    for (path, text) in texts {
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            let words = line.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
            for word in words.filter(|word| PUT_OFF.contains(word)) {
                findings.push(format!("{path}:{number}: {word}: do it now, or leave it out"));
            }
            // A path at the end of a longer one, or of an address, is none of its own.
            let starts =
                |at: usize| !line[..at].ends_with(|letter: char| letter.is_alphanumeric() || ".-_".contains(letter));
            let is_there = |place: &&&str| line.match_indices(**place).any(|(at, _)| starts(at));
            for place in MACHINE.iter().filter(is_there) {
                findings.push(format!("{path}:{number}: {place} is a place on somebody's machine"));
            }
        }
        if !is_hand_written_source(path, text) {
            continue;
        }
        if !text.starts_with("//!") && !text.starts_with("#![doc = include_str!(") {
            findings.push(format!("{path}:1: the first line does not say what the file is for, after `//!`"));
        }
        let lines = text.lines().count();
        if lines > MOST_LINES {
            findings.push(format!("{path}: {lines} lines are too many for one purpose; {MOST_LINES} are the limit"));
        }
    }
    findings
}

/// The longest hand-written sources with the numbers of their lines.
pub(super) fn longest(texts: &[Text]) -> Vec<(usize, &str)> {
    let sources = texts.iter().filter(|(path, text)| is_hand_written_source(path, text));
    let mut lengths: Vec<_> = sources.map(|(path, text)| (text.lines().count(), path.as_str())).collect();
    lengths.sort_by(|one, other| other.cmp(one));
    lengths.truncate(NAMED);
    lengths
}

fn is_hand_written_source(path: &str, text: &str) -> bool {
    path.ends_with(".rs") && !text.lines().next().is_some_and(|line| line.contains("@generated"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(path: &str, text: &str) -> Vec<String> {
        findings(&[(path.to_owned(), text.to_owned())])
    }

    #[test]
    fn finds_a_source_that_does_not_say_what_it_is_for() {
        assert_eq!(about("src/a.rs", "use std::fs;\n").len(), 1);
        assert_eq!(about("src/a.rs", "//! Files.\n\nuse std::fs;\n"), Vec::<String>::new());
        assert_eq!(about("src/lib.rs", "#![doc = include_str!(\"../README.md\")]\n"), Vec::<String>::new());
        assert_eq!(about("src/a.rs", "// @generated\nuse std::fs;\n"), Vec::<String>::new());
        assert_eq!(about("a.toml", "[package]\n"), Vec::<String>::new());
    }

    #[test]
    fn finds_a_source_that_is_too_long() {
        let text = |lines| format!("//! Long.\n{}", "\n".repeat(lines - 1));
        assert_eq!(about("a.rs", &text(MOST_LINES)), Vec::<String>::new());
        assert_eq!(about("a.rs", &text(MOST_LINES + 1)).len(), 1);
        assert_eq!(about("a.txt", &text(MOST_LINES + 1)), Vec::<String>::new());
    }

    #[test]
    fn finds_what_was_put_off_and_not_a_name_that_holds_the_word() {
        for word in PUT_OFF {
            assert_eq!(about("a.md", &format!("one\n<!-- {word}: two -->\n")).len(), 1);
            assert_eq!(about("a.md", &format!("{word}S and A_{word}\n")), Vec::<String>::new());
        }
    }

    #[test]
    fn finds_a_place_on_somebodys_machine_and_not_an_address() {
        for place in MACHINE {
            assert_eq!(about("a.md", &format!("see `{place}x`\n")).len(), 1, "{place}");
        }
        let address = format!("https://host.example{}x", MACHINE[0]);
        assert_eq!(about("a.md", &address), Vec::<String>::new());
        assert_eq!(about("a.md", &format!("{address} and {}x\n", MACHINE[0])).len(), 1);
    }

    #[test]
    fn names_the_longest_sources_first() {
        let texts: Vec<Text> = (1..9).map(|lines| (format!("{lines}.rs"), "//!\n".repeat(lines))).collect();
        let longest = longest(&texts);
        assert_eq!((longest.len(), longest[0]), (NAMED, (8, "8.rs")));
    }
}
