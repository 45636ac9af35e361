//! The sections that the documentation gives every operation.

use super::block::Block;

/// A section by its heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Prerequisites,
    GdapRoles,
    Request,
    RequestSyntax,
    UriParameters,
    RequestHeaders,
    RequestBody,
    RequestExample,
    Response,
    StatusCodes,
    ResponseExample,
}

const HEADINGS: &[(&str, Section)] = &[
    ("Prerequisites", Section::Prerequisites),
    ("GDAP roles", Section::GdapRoles),
    ("REST request", Section::Request),
    ("Request syntax", Section::RequestSyntax),
    ("URI parameters", Section::UriParameters),
    ("Request headers", Section::RequestHeaders),
    ("Request body", Section::RequestBody),
    ("Request example", Section::RequestExample),
    ("REST response", Section::Response),
    ("Response success and error codes", Section::StatusCodes),
    ("Response example", Section::ResponseExample),
];

/// Headings of the site and of its authors that say nothing about the operation.
const FURNITURE: &[&str] =
    &["In this article", "Next steps", "Related content", "See also", "Additional resources", "Feedback"];

impl Section {
    /// The section under this heading, in singular or plural.
    pub(super) fn named(heading: &str) -> Option<Self> {
        let found = HEADINGS.iter().find(|(name, _)| is_same(name, heading));
        found.map(|(_, section)| *section)
    }

    /// Whether the line is a heading, of a section or of something else.
    pub(super) fn is_heading(line: &str) -> bool {
        Self::named(line).is_some() || is_furniture(line)
    }

    /// The heading that the section has.
    pub(super) fn heading(self) -> &'static str {
        HEADINGS.iter().find(|(_, section)| *section == self).map_or("", |(name, _)| name)
    }
}

fn is_furniture(heading: &str) -> bool {
    FURNITURE.iter().any(|known| is_same(known, heading))
}

fn is_same(one: &str, other: &str) -> bool {
    let bare = |text: &str| text.trim().trim_end_matches(['s', ':']).to_lowercase();
    bare(one) == bare(other)
}

/// A page in its sections.
pub(super) struct Page<'a> {
    pub(super) title: &'a str,
    /// What stands before the first section.
    pub(super) opening: &'a [Block],
    sections: Vec<(Section, &'a [Block])>,
    /// What stands under headings that name no section known here.
    pub(super) unknown: Vec<(&'a str, &'a [Block])>,
    all: &'a [Block],
}

impl<'a> Page<'a> {
    /// Nothing where the page has no title.
    pub(super) fn new(blocks: &'a [Block]) -> Option<Self> {
        let [Block::Heading(title), rest @ ..] = blocks else { return None };
        let starts: Vec<(usize, &str)> = rest
            .iter()
            .enumerate()
            .filter_map(|(index, block)| if let Block::Heading(name) = block { Some((index, &name[..])) } else { None })
            .collect();
        let mut page = Self { title, opening: rest, sections: Vec::new(), unknown: Vec::new(), all: rest };
        if let Some((first, _)) = starts.first() {
            page.opening = &rest[..*first];
        }
        for (turn, (start, name)) in starts.iter().enumerate() {
            let end = starts.get(turn + 1).map_or(rest.len(), |(next, _)| *next);
            match Section::named(name) {
                Some(section) => page.sections.push((section, &rest[start + 1..end])),
                None if is_furniture(name) => {}
                None => page.unknown.push((name, &rest[start + 1..end])),
            }
        }
        Some(page)
    }

    /// The blocks under a heading, up to the next one.
    pub(super) fn section(&self, section: Section) -> Option<&'a [Block]> {
        self.sections.iter().find(|(known, _)| *known == section).map(|(_, blocks)| *blocks)
    }

    /// The heading of a section that stands on the page more than once, so that nobody knows which one counts.
    pub(super) fn twice(&self) -> Option<&'static str> {
        let headings: Vec<&str> = self.sections.iter().map(|(section, _)| section.heading()).collect();
        let repeated = self.sections.iter().map(|(section, _)| section.heading());
        repeated.enumerate().find(|(index, name)| headings[..*index].contains(name)).map(|(_, name)| name)
    }

    /// All that the page says of the operation, under the headings that the sections have here.
    pub(super) fn parts(&self) -> Vec<(&'a str, &'a [Block])> {
        let known = self.sections.iter().map(|(section, blocks)| (section.heading(), *blocks));
        std::iter::once(("Opening", self.opening)).chain(known).chain(self.unknown.iter().copied()).collect()
    }

    /// The prose of the whole page, paragraph by paragraph.
    pub(super) fn prose(&self) -> impl Iterator<Item = &'a str> {
        texts(self.all)
    }
}

/// The paragraphs and list elements among the blocks.
pub(super) fn texts(blocks: &[Block]) -> impl Iterator<Item = &str> {
    blocks.iter().filter_map(|block| if let Block::Text(text) = block { Some(&text[..]) } else { None })
}
