//! A documentation page as sections of lines, read from HTML, Markdown or plain text.

use html5gum::{DefaultEmitter, Token, Tokenizer};
use pulldown_cmark::{Options, Parser, html::push_html};

/// Sections of the site that say nothing about an operation.
const BOILERPLATE: &[&str] =
    &["Additional resources", "Feedback", "In this article", "Next steps", "Related content", "See also"];

/// Lines that only some forms of a page have: kinds of notes, and the kind of page.
const LABELS: &[&str] = &["Article", "Caution", "Important", "Note", "Tip", "Warning"];

/// A heading and the lines below it.
pub(super) struct Section {
    pub(super) heading: String,
    pub(super) lines: Vec<String>,
}

/// Reads a page; its first section is named after the page. Plain text does not mark its headings, so a line is one if
/// it is among `headings`.
pub(super) fn read(page: &str, headings: &[&str]) -> Vec<Section> {
    let page = page.trim_start_matches('\u{feff}').trim_start();
    let start = page.get(..15).unwrap_or(page).to_ascii_lowercase();
    let mut sections = Sections::default();
    if start.starts_with("<!doctype html") || start.starts_with("<html") || page.contains("<h1") {
        sections.read_html(page);
    } else if page.starts_with("---") || page.lines().any(|line| line.starts_with("# ")) {
        let options = Options::ENABLE_TABLES | Options::ENABLE_GFM | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
        let mut rendered = String::new();
        push_html(&mut rendered, Parser::new_ext(page, options));
        sections.read_html(&rendered);
    } else {
        for (index, line) in page.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
            match index == 0 || headings.contains(&line) || BOILERPLATE.contains(&line) {
                true => sections.add_heading(line),
                false => sections.add_line(line),
            }
        }
    }
    sections.0.retain(|section| !BOILERPLATE.contains(&section.heading.as_str()));
    sections.0
}

#[derive(Default)]
struct Sections(Vec<Section>);

impl Sections {
    fn add_heading(&mut self, heading: &str) {
        self.0.push(Section { heading: heading.to_owned(), lines: Vec::new() });
    }

    fn add_line(&mut self, line: &str) {
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        let item = line.trim_start_matches("- ");
        // Under the title, the site shows the date of the page and the number of its authors.
        let is_date = self.0.len() == 1 && item.starts_with(|first: char| first.is_ascii_digit());
        let is_label = is_date || LABELS.contains(&item);
        if let Some(section) = self.0.last_mut().filter(|_| !line.is_empty() && !is_label) {
            section.lines.push(line);
        }
    }

    fn read_html(&mut self, page: &str) {
        let mut emitter = DefaultEmitter::default();
        // Without it the text of a script would be read as elements.
        emitter.naively_switch_states(true);
        let (mut text, mut is_code, mut is_row, mut is_hidden) = (String::new(), false, false, false);
        for Ok(token) in Tokenizer::new_with_emitter(page, emitter) {
            let (name, is_end) = match &token {
                Token::StartTag(tag) => (&tag.name, false),
                Token::EndTag(tag) => (&tag.name, true),
                Token::String(part) if !is_hidden => {
                    text.push_str(&String::from_utf8_lossy(part));
                    continue;
                }
                _ => continue,
            };
            match (&*String::from_utf8_lossy(name), is_end) {
                ("script" | "style" | "button", _) => is_hidden = !is_end,
                ("td" | "th", false) if !text.trim().is_empty() => text.push_str(" | "),
                ("h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "title", true) => {
                    // What comes before the main heading belongs to the site.
                    if &***name == b"h1" {
                        self.0.clear();
                    }
                    self.add_heading(&text.split_whitespace().collect::<Vec<_>>().join(" "));
                    text.clear();
                }
                (element @ ("tr" | "pre"), _) => {
                    text.lines().filter(|_| element == "pre").for_each(|line| self.add_line(line));
                    self.add_line(if element == "tr" { &text } else { "" });
                    text.clear();
                    (is_row, is_code) = (element == "tr" && !is_end, element == "pre" && !is_end);
                }
                ("br", _) if is_code => text.push('\n'),
                (element @ ("h1" | "h2" | "h3" | "h4" | "p" | "div" | "li" | "ul" | "ol" | "br" | "table"), _)
                    if !is_row && text.trim() != "-" =>
                {
                    self.add_line(&text);
                    text = if element == "li" && !is_end { "- ".to_owned() } else { String::new() };
                }
                _ => {}
            }
        }
        self.add_line(&text);
    }
}
