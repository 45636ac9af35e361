//! What a documentation page says about its operation.

use serde_json::Value;

use super::block::Block;
use super::section::{Page, Section, texts};
use crate::drift::message::{self, Message};

/// The facts of one page. What the page may leave out is an option or a list.
#[derive(Debug, PartialEq)]
pub(crate) struct Facts {
    pub(crate) title: String,
    /// The clouds it applies to, by their names in the contract where it has them, else as the page calls them.
    pub(crate) clouds: Vec<String>,
    pub(crate) token_kinds: Vec<&'static str>,
    pub(crate) gdap: Option<&'static str>,
    pub(crate) dap: Option<&'static str>,
    pub(crate) partner_roles: Vec<String>,
    /// How many of the roles are needed.
    pub(crate) roles_needed: Option<&'static str>,
    pub(crate) roles: Vec<String>,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) parameters: Vec<Parameter>,
    /// What the page calls the parameters of the URI: `path` or `query`.
    pub(crate) parameter_place: Option<&'static str>,
    /// Headers that the page lists in a table of its own.
    pub(crate) headers: Vec<Parameter>,
    pub(crate) request_body: Option<String>,
    pub(crate) request: Message,
    /// The resource that the page says it returns.
    pub(crate) returns: Option<String>,
    pub(crate) response: Message,
    pub(crate) answer: Value,
    pub(crate) unknown_sections: Vec<String>,
}

/// A row of a table of parameters.
#[derive(Debug, PartialEq)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) is_required: bool,
}

/// Takes the facts out of a page.
///
/// # Errors
/// The sections that are missing or cannot be read, all of them.
pub(crate) fn read(blocks: &[Block]) -> Result<Facts, Vec<String>> {
    let Some(page) = Page::new(blocks) else { return Err(vec!["it has no title".to_owned()]) };
    let mut missed = Missed { page: &page, reasons: Vec::new() };
    missed.reasons.extend(page.twice().map(|heading| format!("the section \"{heading}\" stands twice")));
    let ragged = page.parts().into_iter().filter(|(_, blocks)| is_ragged(blocks));
    missed.reasons.extend(ragged.map(|(heading, _)| format!("the section \"{heading}\" has a row that is too short")));
    let token_kinds = missed.need(Section::Prerequisites, "names no kind of token", token_kinds);
    let roles = missed.need(Section::GdapRoles, "lists no role", roles);
    let syntax = missed.need(Section::RequestSyntax, "holds no method with a path", syntax);
    let parameters = missed.need(Section::UriParameters, "holds no table of parameters", parameters);
    let request = missed.need(Section::RequestExample, "holds no HTTP request", |blocks| {
        message::read(&code(blocks)?).filter(|message| message.request.is_some())
    });
    let response = missed.need(Section::ResponseExample, "holds no HTTP response with JSON", |blocks| {
        let message = message::read(&code(blocks)?).filter(|message| message.status.is_some())?;
        let answer = serde_json::from_str(&message.body).ok()?;
        Some((message, answer))
    });
    let headers = match page.section(Section::RequestHeaders).filter(|blocks| rows(blocks).next().is_some()) {
        Some(_) => missed.need(Section::RequestHeaders, "holds a table that is none of headers", self::parameters),
        None => Some(Vec::new()),
    };
    let reasons = missed.reasons;
    if !reasons.is_empty() {
        return Err(reasons);
    }
    let (
        Some(token_kinds),
        Some((roles_needed, roles)),
        Some((method, path)),
        Some(parameters),
        Some(headers),
        Some(request),
        Some((response, answer)),
    ) = (token_kinds, roles, syntax, parameters, headers, request, response)
    else {
        return Err(reasons);
    };
    let section = |section| page.section(section).unwrap_or_default();
    Ok(Facts {
        title: page.title.to_owned(),
        clouds: texts(page.opening).find_map(clouds).unwrap_or_default(),
        token_kinds,
        gdap: page.prose().find_map(gdap),
        dap: page.prose().find_map(dap),
        partner_roles: page.prose().find_map(partner_roles).unwrap_or_default(),
        roles_needed,
        roles,
        method,
        path,
        parameters,
        parameter_place: texts(section(Section::UriParameters)).find_map(parameter_place),
        headers,
        request_body: texts(section(Section::RequestBody)).next().map(str::to_owned),
        request,
        returns: texts(section(Section::Response)).find_map(returns),
        response,
        answer,
        unknown_sections: page.unknown.iter().map(|(name, _)| (*name).to_owned()).collect(),
    })
}

/// Collects what a page should have and lacks.
struct Missed<'a> {
    page: &'a Page<'a>,
    reasons: Vec<String>,
}

impl Missed<'_> {
    fn need<T>(&mut self, section: Section, lack: &str, read: impl FnOnce(&[Block]) -> Option<T>) -> Option<T> {
        let heading = section.heading();
        let Some(blocks) = self.page.section(section) else {
            self.reasons.push(format!("the section \"{heading}\" is missing"));
            return None;
        };
        let found = read(blocks);
        if found.is_none() {
            self.reasons.push(format!("the section \"{heading}\" {lack}"));
        }
        found
    }
}

fn token_kinds(blocks: &[Block]) -> Option<Vec<&'static str>> {
    let sentence =
        texts(blocks).map(str::to_lowercase).find(|text| text.contains("app+user") || text.contains("app-only"))?;
    let kinds = [("app+user", "app+user"), ("app-only", "app-only"), ("app only", "app-only")];
    let mut found: Vec<_> = kinds.iter().filter(|(words, _)| sentence.contains(words)).map(|(_, kind)| *kind).collect();
    found.dedup();
    Some(found)
}

/// How many are needed, and the names: the list after the sentence that ends with a colon.
fn roles(blocks: &[Block]) -> Option<(Option<&'static str>, Vec<String>)> {
    let (mut sentences, mut roles) = (String::new(), Vec::new());
    for text in texts(blocks) {
        // A role is a few words with capitals and no full stop.
        if text.ends_with([':', '.']) || text.split_whitespace().count() > 4 {
            sentences.push_str(&text.to_lowercase());
        } else {
            roles.push(text.to_owned());
        }
    }
    let needed = if ["at least one", "any of", "one of"].iter().any(|words| sentences.contains(words)) {
        Some("any")
    } else if sentences.contains("all of") || sentences.contains("each of") {
        Some("all")
    } else {
        None
    };
    (!roles.is_empty()).then_some((needed, roles))
}

fn syntax(blocks: &[Block]) -> Option<(String, String)> {
    const METHODS: &[&str] = &["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH"];
    let rows = rows(blocks).filter(|row| row.len() >= 2 && METHODS.contains(&row[0].as_str()));
    rows.filter_map(|row| {
        let uri = row[1].split_whitespace().next()?;
        let path = uri.strip_prefix("{baseURL}").or_else(|| message::path_of(uri))?;
        Some((row[0].clone(), path.to_owned()))
    })
    .next()
}

fn parameters(blocks: &[Block]) -> Option<Vec<Parameter>> {
    let mut rows = rows(blocks);
    let head = rows.next()?;
    let column = |name: &str| head.iter().position(|cell| cell.eq_ignore_ascii_case(name));
    let (name, kind, required) = (column("name")?, column("type")?, column("required")?);
    let parameters: Option<Vec<Parameter>> = rows
        .map(|row| {
            let is_required = match &row.get(required)?.to_lowercase()[..] {
                "y" | "yes" | "true" | "required" => true,
                "n" | "no" | "false" | "optional" => false,
                _ => return None,
            };
            Some(Parameter { name: row.get(name)?.clone(), kind: row.get(kind)?.to_lowercase(), is_required })
        })
        .collect();
    parameters.filter(|parameters| !parameters.is_empty())
}

/// Whether a row has fewer cells than the one that its table begins with.
fn is_ragged(blocks: &[Block]) -> bool {
    let width = |block: &Block| if let Block::Row(cells) = block { cells.len() } else { 0 };
    let tables = blocks.split(|block| !matches!(block, Block::Row(_)));
    tables.into_iter().any(|table| table.iter().any(|row| width(row) < width(&table[0])))
}

fn clouds(text: &str) -> Option<Vec<String>> {
    let named = text.strip_prefix("Applies to")?.trim_start_matches([':', ' ']);
    let known = |name: &str| {
        let lower = name.to_lowercase();
        if lower == "partner center" {
            "global".to_owned()
        } else if lower.contains("21vianet") || lower.contains("china") {
            "china".to_owned()
        } else if lower.contains("us government") {
            "us-government".to_owned()
        } else {
            name.to_owned()
        }
    };
    Some(named.split(['|', ',', ';']).map(str::trim).filter(|name| !name.is_empty()).map(known).collect())
}

fn gdap(text: &str) -> Option<&'static str> {
    let said = sentences(text).into_iter().filter(|sentence| sentence.contains("gdap role"));
    let is_required = said.filter_map(|sentence| affirms(&sentence, "required")).next()?;
    Some(if is_required { "required" } else { "not required" })
}

fn dap(text: &str) -> Option<&'static str> {
    let said = sentences(text).into_iter().filter(|sentence| words(sentence).any(|word| word == "dap"));
    let is_supported = said.filter_map(|sentence| affirms(&sentence, "supported")).next()?;
    Some(if is_supported { "supported" } else { "not supported" })
}

fn sentences(text: &str) -> Vec<String> {
    let plain = text.to_lowercase().replace('\u{2019}', "'");
    plain.split(". ").map(str::to_owned).collect()
}

fn words(sentence: &str) -> impl Iterator<Item = &str> {
    sentence.split(|letter: char| !letter.is_alphanumeric() && letter != '\'').filter(|word| !word.is_empty())
}

/// Whether a sentence says yes or no to what `claim` claims; nothing where it does not speak of it.
fn affirms(sentence: &str, claim: &str) -> Option<bool> {
    let words: Vec<&str> = words(sentence).collect();
    if words.iter().any(|word| word.strip_prefix("un") == Some(claim)) {
        return Some(false);
    }
    let at = words.iter().position(|word| *word == claim)?;
    let is_no = |word: &&str| ["no", "not", "never", "cannot", "neither"].contains(word) || word.ends_with("n't");
    Some(!words[at.saturating_sub(3)..at].iter().any(is_no))
}

/// The names of the roles in the partner's own tenant: words such as `AdminAgent`.
fn partner_roles(text: &str) -> Option<Vec<String>> {
    let words = text.split(|character: char| !character.is_alphanumeric());
    let found: Vec<_> = words.filter(|word| word.ends_with("Agent") && word.len() > 5).map(str::to_owned).collect();
    (!found.is_empty()).then_some(found)
}

fn parameter_place(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase();
    ["path", "query"].into_iter().find(|place| text.contains(&format!("{place} parameter")))
}

/// The word before `resource`.
fn returns(text: &str) -> Option<String> {
    let mut words = text.split_whitespace().peekable();
    let mut before = None;
    while let Some(word) = words.next() {
        if words.peek().is_some_and(|next| next.starts_with("resource")) {
            before = Some(word.trim_matches(|character: char| !character.is_alphanumeric()).to_owned());
            break;
        }
    }
    before
}

fn rows(blocks: &[Block]) -> impl Iterator<Item = &Vec<String>> {
    blocks.iter().filter_map(|block| if let Block::Row(cells) = block { Some(cells) } else { None })
}

fn code(blocks: &[Block]) -> Option<String> {
    let mut codes =
        blocks.iter().filter_map(|block| if let Block::Code(code) = block { Some(code.clone()) } else { None });
    codes.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_no_before_the_word_is_a_no() {
        for no in ["isn't", "isn\u{2019}t", "is not", "is no longer", "was never", "cannot be", "will not be"] {
            assert_eq!(dap(&format!("DAP {no} supported.")), Some("not supported"), "{no}");
            assert_eq!(gdap(&format!("A GDAP role {no} required.")), Some("not required"), "{no}");
        }
        assert_eq!(dap("DAP is unsupported."), Some("not supported"));
        assert_eq!(dap("GDAP is new. DAP is supported."), Some("supported"));
        assert_eq!(gdap("GDAP roles are required."), Some("required"));
        assert_eq!(gdap("Roles are required."), None);
    }
}
