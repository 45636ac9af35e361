//! A documentation page as a row of blocks, whatever it was written in.

use html5gum::{DefaultEmitter, Token, Tokenizer};
use pulldown_cmark::{Options, Parser};

/// A piece of a page that stands on its own.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Block {
    Heading(String),
    /// A paragraph, or an element of a list.
    Text(String),
    /// A row of a table, cell by cell.
    Row(Vec<String>),
    /// Preformatted text, its lines as they are.
    Code(String),
}

/// The blocks of a page in HTML, Markdown or plain text, told apart by what they begin with.
pub(crate) fn read(text: &str) -> Vec<Block> {
    let mut blocks = of_form(text);
    blocks.retain(|block| !matches!(block, Block::Text(text) if is_label(text)));
    blocks
}

/// The name of a kind of note, or when and by how many a page was written: not every form of a page shows them.
fn is_label(text: &str) -> bool {
    let bare = text.trim_end_matches(':');
    let is_date = !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit() || "/-".contains(letter));
    let is_count = text
        .split_once(' ')
        .is_some_and(|(count, word)| count.parse::<u32>().is_ok() && ["contributor", "contributors"].contains(&word));
    ["Important", "Note", "Tip", "Caution", "Warning", "Article"].contains(&bare) || is_date || is_count
}

fn of_form(text: &str) -> Vec<Block> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let start = text.get(..15).unwrap_or_default().to_ascii_lowercase();
    if start.starts_with("<!doctype html") || start.starts_with("<html") || text.contains("<h1") {
        return html(text);
    }
    if text.starts_with("---") || text.lines().any(|line| line.starts_with("# ")) {
        let options = Options::ENABLE_TABLES | Options::ENABLE_GFM | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
        let mut rendered = String::new();
        pulldown_cmark::html::push_html(&mut rendered, Parser::new_ext(text, options));
        return html(&rendered);
    }
    super::plain::read(text)
}

/// The blocks from the first main heading on: what stands before it is the site's own furniture.
fn html(text: &str) -> Vec<Block> {
    let mut reader = Reader::default();
    let mut emitter = DefaultEmitter::default();
    // Without it the text of a script would be read as elements.
    emitter.naively_switch_states(true);
    let Ok(tokens) = Tokenizer::new_with_emitter(text, emitter).collect::<Result<Vec<_>, _>>();
    for token in tokens {
        match token {
            Token::StartTag(tag) => reader.open(&String::from_utf8_lossy(&tag.name)),
            Token::EndTag(tag) => reader.close(&String::from_utf8_lossy(&tag.name)),
            Token::String(text) => reader.text.push_str(&String::from_utf8_lossy(&text)),
            _ => {}
        }
    }
    reader.flush(Block::Text);
    reader.blocks
}

/// Elements inside a line; every other one ends the block before it.
const INLINE: &[&str] =
    &["a", "abbr", "b", "bdi", "code", "em", "font", "i", "kbd", "mark", "s", "small", "span", "strong", "sub", "sup"];

/// Elements whose text is not for readers.
const UNREAD: &[&str] = &["script", "style", "noscript", "svg", "button", "template"];

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    /// What was read since the last block.
    text: String,
    row: Option<Vec<String>>,
    is_preformatted: bool,
    /// The element whose text is skipped.
    unread: Option<String>,
    has_begun: bool,
}

impl Reader {
    fn open(&mut self, name: &str) {
        if INLINE.contains(&name) || self.unread.is_some() {
            return;
        }
        if name == "br" {
            return self.text.push(if self.is_preformatted { '\n' } else { ' ' });
        }
        self.flush(Block::Text);
        match name {
            "h1" => self.has_begun = true,
            "pre" => self.is_preformatted = true,
            "tr" => self.row = Some(Vec::new()),
            name if UNREAD.contains(&name) => self.unread = Some(name.to_owned()),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if let Some(unread) = &self.unread {
            if unread == name {
                self.unread = None;
                self.text.clear();
            }
            return;
        }
        match name {
            name if INLINE.contains(&name) => {}
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.flush(Block::Heading),
            "pre" => {
                let code = std::mem::take(&mut self.text);
                self.push(Block::Code(code));
                self.is_preformatted = false;
            }
            "td" | "th" => {
                let cell = words(&std::mem::take(&mut self.text));
                self.row.get_or_insert_default().push(cell);
            }
            "tr" | "thead" | "tbody" => {
                if let Some(row) = self.row.take().filter(|row| !row.is_empty()) {
                    self.push(Block::Row(row));
                }
            }
            _ => self.flush(Block::Text),
        }
    }

    /// Ends the block that is being read, if it holds anything.
    fn flush(&mut self, kind: fn(String) -> Block) {
        // Paragraphs inside a cell are part of the cell.
        if self.is_preformatted || self.row.as_ref().is_some_and(|_| !self.text.trim().is_empty()) {
            return;
        }
        let text = words(&std::mem::take(&mut self.text));
        if !text.is_empty() {
            self.push(kind(text));
        }
    }

    fn push(&mut self, block: Block) {
        if self.has_begun {
            self.blocks.push(block);
        }
    }
}

/// The words of a text with one space between two.
pub(crate) fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Block {
        Block::Text(text.to_owned())
    }

    #[test]
    fn reads_html_from_its_main_heading_on_without_scripts() {
        let page = "<!DOCTYPE html><nav><ul><li>Home</li></ul></nav><main><h1>A\n page</h1><script>if (a<b) {}</script>\
                    <p>An <em>apple</em> &amp; a <code>pear</code></p><ul><li>One</li><li><p>Two</p></li></ul></main>";
        let wanted = [Block::Heading("A page".to_owned()), text("An apple & a pear"), text("One"), text("Two")];
        assert_eq!(read(page), wanted);
    }

    #[test]
    fn keeps_the_cells_of_tables_and_the_lines_of_code() {
        let page = "<html><h1>A</h1><table><thead><tr><th>Name</th><th>Type</th></tr></thead><tbody><tr><td><b>id</b>\
                    </td><td><p>guid</p></td></tr></tbody></table><pre><code>GET /a\n  B: &lt;c&gt;\n</code></pre>";
        let row = |cells: [&str; 2]| Block::Row(cells.map(str::to_owned).to_vec());
        let code = Block::Code("GET /a\n  B: <c>\n".to_owned());
        assert_eq!(read(page)[1..], [row(["Name", "Type"]), row(["id", "guid"]), code]);
    }

    #[test]
    fn reads_markdown_as_the_site_shows_it() {
        let page = "---\ntitle: A\n---\n\n# A page\n\n- **One**\n\n> [!IMPORTANT]\n> Note\n> this\n\n\
                    | Name | Type |\n|---|---|\n| **id** | guid |\n\n```http\nGET /a\n```\n";
        let row = |cells: [&str; 2]| Block::Row(cells.map(str::to_owned).to_vec());
        let wanted = [
            Block::Heading("A page".to_owned()),
            text("One"),
            text("Note this"),
            row(["Name", "Type"]),
            row(["id", "guid"]),
            Block::Code("GET /a\n".to_owned()),
        ];
        assert_eq!(read(page), wanted);
    }
}
