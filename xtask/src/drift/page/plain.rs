//! A documentation page as plain text, as readers of the page and other programs copy it.

use super::block::Block;
use super::section::Section;

/// The blocks of the text. A heading is a line that says nothing but the name of a known section.
pub(super) fn read(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    blocks.extend(lines.next().map(|title| Block::Heading(title.to_owned())));
    let mut section = None;
    for line in lines {
        if Section::is_heading(line) {
            section = Section::named(line);
            blocks.push(Block::Heading(line.to_owned()));
        } else if matches!(section, Some(Section::RequestExample | Section::ResponseExample)) {
            match blocks.last_mut() {
                Some(Block::Code(code)) => code.push_str(&format!("{line}\n")),
                _ => blocks.push(Block::Code(format!("{line}\n"))),
            }
        } else if let Some(cells) = cells(line, section) {
            blocks.push(Block::Row(cells));
        } else if !is_rule(line) {
            blocks.push(Block::Text(line.trim_start_matches(['-', '*', '•', '·']).trim().to_owned()));
        }
    }
    blocks
}

/// The cells of a row, with marks between them, or with mere spaces where a table has to be.
fn cells(line: &str, section: Option<Section>) -> Option<Vec<String>> {
    // Before the first section there are marks in prose, and no table.
    let section = section.filter(|_| !is_rule(line))?;
    let own = |cells: Vec<&str>| Some(cells.into_iter().map(|cell| cell.trim().to_owned()).collect());
    if line.contains('|') {
        let line = line.strip_prefix('|').unwrap_or(line);
        return own(line.strip_suffix('|').unwrap_or(line).split('|').collect());
    }
    if line.contains('\t') {
        return own(line.split('\t').collect());
    }
    match section {
        Section::RequestSyntax => line.split_once(char::is_whitespace).and_then(|(method, uri)| own(vec![method, uri])),
        // A name is one word, a sentence starts with one that no table has as its first cell.
        Section::UriParameters if line.contains('-') || line.starts_with("Name ") => {
            own(line.splitn(4, char::is_whitespace).collect())
        }
        _ => None,
    }
}

/// Whether the line is the one between the head of a table and its rows.
fn is_rule(line: &str) -> bool {
    line.contains("--") && line.chars().all(|character| matches!(character, '-' | '|' | ':' | '+' | ' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Block {
        Block::Row(cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn reads_tables_with_marks_and_without() {
        let marked = "A page\nRequest syntax\nMethod | Request URI |\n---|---|\nGET | /v1/a HTTP/1.1 |\n";
        let spaced = "A page\nRequest syntax\nMethod Request URI\nGET /v1/a HTTP/1.1\n";
        assert_eq!(read(marked)[2..], [row(&["Method", "Request URI"]), row(&["GET", "/v1/a HTTP/1.1"])]);
        assert_eq!(read(spaced), read(marked));
    }

    #[test]
    fn reads_a_sample_as_one_piece_to_the_next_heading() {
        let page = "A page\nRequest example\nGET /v1/a\nAccept: text/plain\nREST response\nIt answers.\n";
        assert_eq!(read(page)[2], Block::Code("GET /v1/a\nAccept: text/plain\n".to_owned()));
        assert_eq!(read(page)[4], Block::Text("It answers.".to_owned()));
    }

    #[test]
    fn reads_lists_with_any_mark() {
        let page = "A page\nGDAP roles\n• One\n- Two\n";
        assert_eq!(read(page)[2..], [Block::Text("One".to_owned()), Block::Text("Two".to_owned())]);
    }
}
