//! The change of the contract that would take in what the answers hold, as a unified diff.

use serde_json::Value;
use similar::TextDiff;

use super::compare::{Drift, Finding};
use crate::contract::{self, Contract};
use crate::lint;

/// Said of everything that answers hold and no documentation names.
const SEEN: &str = "Seen in answers of the service, not documented.";

/// A unified diff of the contract's text, empty where nothing can be suggested, and the findings it leaves open.
pub(crate) fn suggest<'a>(contract: &Contract, findings: &'a [Finding]) -> (String, Vec<&'a Finding>) {
    let mut text = contract.text.clone();
    let mut open = Vec::new();
    for finding in findings {
        // A contract that breaks its rules gives no code: what would break one is a matter for a person.
        let keeps_rules = |text: &String| {
            Contract::parse(contract::PATH, text.clone()).is_ok_and(|contract| lint::check(&contract).is_empty())
        };
        let changed = edit(&text, finding).filter(keeps_rules);
        match changed {
            Some(changed) => text = changed,
            None => open.push(finding),
        }
    }
    if text == contract.text {
        return (String::new(), open);
    }
    let (old, new) = (format!("a/{}", contract::PATH), format!("b/{}", contract::PATH));
    (TextDiff::from_lines(&contract.text, &text).unified_diff().header(&old, &new).to_string(), open)
}

fn edit(text: &str, finding: &Finding) -> Option<String> {
    let mut document = Document::new(text);
    match finding.drift {
        Drift::UnknownField => {
            let name = finding.name.as_ref()?;
            let mut lines = schema(finding.values.first());
            lines.insert(1, format!("description: {SEEN}"));
            document.insert(&format!("{}/properties", finding.pointer), name, lines)?;
        }
        Drift::UndeclaredHeader => {
            let name = finding.came.first()?;
            let lines = vec![format!("description: {SEEN}"), "schema:".to_owned(), "  type: string".to_owned()];
            document.insert(&finding.pointer, name, lines)?;
        }
        Drift::UndeclaredStatus => {
            document.insert(&finding.pointer, finding.came.first()?, vec![format!("description: {SEEN}")])?;
        }
        Drift::OtherType => document.retype(&finding.pointer, &finding.came.iter().cloned().collect::<Vec<_>>())?,
        Drift::MissingField | Drift::UndeclaredMediaType | Drift::NotJson => return None,
    }
    Some(document.text())
}

/// The lines of a schema for the value: its type first, open to null and to more.
fn schema(value: Option<&Value>) -> Vec<String> {
    let mut lines = match value {
        None | Some(Value::Null) => return vec!["nullable: true".to_owned()],
        Some(Value::Bool(_)) => vec!["type: boolean".to_owned()],
        Some(Value::Number(number)) if number.is_f64() => vec!["type: number".to_owned()],
        Some(Value::Number(_)) => vec!["type: integer".to_owned(), "format: int64".to_owned()],
        Some(Value::String(_)) => vec!["type: string".to_owned()],
        Some(Value::Array(elements)) => {
            let mut lines = vec!["type: array".to_owned(), "items:".to_owned()];
            lines.extend(schema(elements.first()).into_iter().map(|line| format!("  {line}")));
            lines
        }
        Some(Value::Object(_)) => vec!["type: object".to_owned(), "additionalProperties: true".to_owned()],
    };
    lines.push("nullable: true".to_owned());
    lines
}

/// A key as YAML takes it: a word as it is, anything else in quotes.
fn quoted(key: &str) -> String {
    let is_word = key.starts_with(|first: char| first.is_ascii_alphabetic())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if is_word { key.to_owned() } else { format!("'{}'", key.replace('\'', "''")) }
}

/// The contract's text, line by line, in the block style that it is written in.
struct Document {
    lines: Vec<String>,
}

impl Document {
    fn new(text: &str) -> Self {
        Self { lines: text.lines().map(str::to_owned).collect() }
    }

    fn text(&self) -> String {
        self.lines.join("\n") + "\n"
    }

    /// The line with the key that the pointer leads to.
    fn find(&self, pointer: &str) -> Option<usize> {
        let (mut start, mut end, mut found) = (0, self.lines.len(), None);
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            let keys = [format!("{token}:"), format!("'{token}':"), format!("\"{token}\":")];
            let level = (start..end).find(|line| !self.is_blank(*line)).map(|line| self.indent(line))?;
            let is_key = |line: &usize| {
                let text = self.lines[*line].trim_start();
                self.indent(*line) == level && keys.iter().any(|key| text.starts_with(key.as_str()))
            };
            let mut line = (start..end).find(is_key)?;
            // `key: *name` continues where `&name` stands.
            if let Some((_, name)) = self.lines[line].split_once(": *") {
                let anchor = format!("&{}", name.trim());
                line = self.lines.iter().position(|line| line.trim_end().ends_with(&anchor))?;
            }
            (start, end, found) = (line + 1, self.end(line), Some(line));
        }
        found
    }

    /// The first line that no longer belongs to the key at `line`.
    fn end(&self, line: usize) -> usize {
        let outer = self.indent(line);
        let after = (line + 1..self.lines.len()).find(|line| !self.is_blank(*line) && self.indent(*line) <= outer);
        after.unwrap_or(self.lines.len())
    }

    fn indent(&self, line: usize) -> usize {
        self.lines[line].len() - self.lines[line].trim_start().len()
    }

    fn is_blank(&self, line: usize) -> bool {
        let text = self.lines[line].trim_start();
        text.is_empty() || text.starts_with('#')
    }

    /// Puts a key with its lines at the end of the map at `pointer`.
    fn insert(&mut self, pointer: &str, key: &str, lines: Vec<String>) -> Option<()> {
        let holder = self.find(pointer)?;
        let (end, indent) = (self.end(holder), " ".repeat(self.indent(holder) + 2));
        let mut new = vec![format!("{indent}{}:", quoted(key))];
        new.extend(lines.into_iter().map(|line| format!("{indent}  {line}")));
        self.lines.splice(end..end, new);
        Some(())
    }

    /// Opens the schema at `pointer` for other kinds than the one that it states.
    fn retype(&mut self, pointer: &str, kinds: &[String]) -> Option<()> {
        let line = self.find(&format!("{pointer}/type"))?;
        let stated = self.lines[line].trim_start().strip_prefix("type: ")?.to_owned();
        let indent = " ".repeat(self.indent(line));
        if kinds == ["null"] {
            self.lines.insert(line + 1, format!("{indent}nullable: true"));
            return Some(());
        }
        let plain = ["string", "integer", "number", "boolean"];
        let others: Vec<&String> = kinds.iter().filter(|kind| *kind != "null").collect();
        if !plain.contains(&stated.as_str()) || !others.iter().all(|kind| plain.contains(&kind.as_str())) {
            return None;
        }
        let branches = std::iter::once(&stated).chain(others).map(|kind| format!("{indent}  - type: {kind}"));
        let new: Vec<String> = std::iter::once(format!("{indent}oneOf:")).chain(branches).collect();
        self.lines.splice(line..=line, new);
        Some(())
    }
}
