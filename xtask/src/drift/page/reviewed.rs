//! What each section of a page said when somebody last reviewed it, as digests: the words belong to their authors.
//!
//! The facts are what this program understands of a page. The digests are for the rest: a second sentence about roles, a
//! notice that the operation will be retired.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::block::Block;
use super::section::Page;

/// Where the file lies, seen from the workspace's root.
pub(crate) const PATH: &str = "openapi/reviewed-page.yaml";

/// What the file begins with.
const HEAD: &str = "\
# The documentation as it was last reviewed: for each operation a digest of the text of each section, its letters and
# digits alone, so that HTML, Markdown and plain text come to the same. `cargo xtask drift page` tells of every section
# that reads otherwise; once that is reviewed, `cargo xtask drift page --accept` prints this file anew.
pages:
";

/// The digests of each operation's page, by operation and section.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reviewed {
    pages: BTreeMap<String, BTreeMap<String, String>>,
}

/// What a section says.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub(crate) struct Text {
    /// The heading.
    pub(crate) section: String,
    /// Nothing where the page no longer has the section.
    pub(crate) digest: Option<String>,
    /// What was reviewed; nothing where the section is new.
    pub(crate) reviewed: Option<String>,
    pub(crate) paragraphs: Vec<String>,
}

impl Reviewed {
    /// Reads the file of the workspace at `root`; without a file nothing was reviewed.
    pub(crate) fn load(root: &Path) -> Result<Self> {
        match std::fs::read_to_string(root.join(PATH)) {
            Ok(text) => Self::parse(&text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| format!("{PATH} cannot be read")),
        }
    }

    /// Reads the file's text.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        serde_saphyr::from_str(text).map_err(|error| anyhow!("{PATH} holds no digests of pages: {error}"))
    }

    /// The sections that do not say what they said when they were reviewed.
    pub(super) fn changed(&self, operation: &str, texts: Vec<Text>) -> Vec<Text> {
        let mut known = self.pages.get(operation).cloned().unwrap_or_default();
        let mut changed: Vec<Text> = texts
            .into_iter()
            .map(|text| Text { reviewed: known.remove(&text.section), ..text })
            .filter(|text| text.digest != text.reviewed)
            .collect();
        changed.extend(known.into_iter().map(|(section, reviewed)| Text {
            section,
            digest: None,
            reviewed: Some(reviewed),
            paragraphs: Vec::new(),
        }));
        changed
    }
}

/// The file's text with the pages as they are now.
pub(super) fn file(pages: &[(String, Vec<Text>)]) -> String {
    let mut file = HEAD.to_owned();
    for (operation, texts) in pages {
        file.push_str(&format!("  {operation}:\n"));
        for Text { section, digest, .. } in texts {
            file.push_str(&format!("    {section:?}: {:?}\n", digest.as_deref().unwrap_or_default()));
        }
    }
    file
}

/// What each section of a page says.
pub(super) fn texts(page: &Page<'_>) -> Vec<Text> {
    let own = |(heading, blocks): &(&str, &[Block])| {
        let paragraphs: Vec<String> = blocks.iter().map(paragraph).collect();
        let (section, digest) = ((*heading).to_owned(), Some(digest(&paragraphs)));
        Text { section, digest, reviewed: None, paragraphs }
    };
    page.parts().iter().map(own).collect()
}

fn paragraph(block: &Block) -> String {
    match block {
        Block::Heading(text) | Block::Text(text) | Block::Code(text) => text.trim_end().to_owned(),
        Block::Row(cells) => cells.join(" | "),
    }
}

/// Marks and spaces differ between the forms of a page, letters and digits do not. Half a digest is plenty where nobody
/// means to deceive.
fn digest(paragraphs: &[String]) -> String {
    let letters = paragraphs.iter().flat_map(|text| text.chars()).filter(|letter| letter.is_alphanumeric());
    let text: String = letters.flat_map(char::to_lowercase).collect();
    Sha256::digest(text.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(section: &str, paragraph: &str) -> Text {
        let paragraphs = vec![paragraph.to_owned()];
        Text { section: section.to_owned(), digest: Some(digest(&paragraphs)), reviewed: None, paragraphs }
    }

    fn reviewed(texts: &[Text]) -> Reviewed {
        Reviewed::parse(&file(&[("get_a".to_owned(), texts.to_vec())])).expect("it reads what it writes")
    }

    #[test]
    fn tells_of_a_section_that_is_other_new_or_gone_and_of_no_more() {
        let known = reviewed(&[text("A: b", "One."), text("C", "Two."), text("D", "Three.")]);
        let now = vec![text("A: b", "*one*"), text("C", "Two, retired."), text("E", "Four.")];
        let told: Vec<_> = known.changed("get_a", now).into_iter().map(|text| text.section).collect();
        assert_eq!(told, ["C", "E", "D"]);
    }

    #[test]
    fn takes_nothing_for_reviewed_on_the_page_of_another_operation() {
        let known = reviewed(&[text("A", "One.")]);
        assert_eq!(known.changed("get_b", vec![text("A", "One.")]).len(), 1);
    }
}
