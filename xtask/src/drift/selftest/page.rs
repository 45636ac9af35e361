//! Mutants of the documentation page, in each of its forms.

use super::kinds::KINDS;

/// The page in HTML, Markdown and plain text.
pub(super) const PAGES: &[(&str, &str)] = &[
    ("HTML", include_str!("../../../samples/page.html")),
    ("Markdown", include_str!("../../../samples/page.md")),
    ("text", include_str!("../../../samples/page.txt")),
];

/// What the page says in each of these forms, as if it were reviewed.
pub(super) const REVIEWED: &str = include_str!("../../../samples/reviewed-page.yaml");

/// What has to be told of a changed page.
#[derive(Clone, Copy)]
pub(super) enum Tells<'a> {
    /// A fact that differs.
    Fact(&'a str),
    /// A section that reads otherwise.
    Section(&'a str),
    /// That the page cannot be read, in these words.
    Missed(&'a str),
}

/// A kind of mutant.
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) tells: Tells<'static>,
    /// What makes it: of several, the first that finds its text.
    pub(super) replacements: &'static [(&'static str, &'static str)],
}

/// A changed page.
pub(super) struct Changed {
    pub(super) kind: &'static str,
    pub(super) tells: Tells<'static>,
    pub(super) what: String,
    pub(super) text: String,
}

/// The changed pages. A replacement that finds nothing leaves the original, which then is not caught: it shows.
pub(super) fn mutants() -> Vec<Changed> {
    let mut mutants = Vec::new();
    for (form, page) in PAGES {
        for Kind { name, tells, replacements } in KINDS {
            let fitting = replacements.iter().find(|(old, _)| page.contains(old));
            let text = fitting.map_or_else(|| (*page).to_owned(), |(old, new)| page.replacen(old, new, 1));
            mutants.push(Changed { kind: name, tells: *tells, what: (*form).to_owned(), text });
        }
    }
    mutants
}
