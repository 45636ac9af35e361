//! Reads what an error response says, whatever shape its body has.

use serde::de::IgnoredAny;

use crate::json::{Member, members, string, value};
use crate::received::Received;

/// What an error response says, as far as it can be read.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct ErrorBody {
    /// The service's code; documented as a string, mostly sent as a number.
    pub(crate) code: Option<String>,
    /// The human-readable text.
    pub(crate) description: Option<String>,
}

/// The fields with the code and the description, in order of precedence.
const CODES: [&str; 2] = ["code", "errorCode"];
const DESCRIPTIONS: [&str; 4] = ["description", "message", "error_description", "errorName"];
/// Where Microsoft Graph nests both.
const NESTED: &str = "error";

impl ErrorBody {
    /// Reads the body of an error response; never fails.
    pub(crate) fn read(received: &Received) -> Self {
        // One odd byte must not cost the code.
        let text = String::from_utf8_lossy(received.body());
        let mut read = Self::from_json(text.trim()).unwrap_or_else(|| Self::from_text(text.trim()));
        read.description = read.description.or_else(|| received.reason.clone());
        read
    }

    fn from_json(json: &str) -> Option<Self> {
        if json.starts_with('"') {
            return Some(Self::from_text(&string(json)?));
        }
        if !json.starts_with('{') {
            return serde_json::from_str(json).ok().map(|IgnoredAny| Self::default());
        }
        let outer = fields(json)?;
        // The service's own shapes are flat, Graph's is one level down.
        let fields = value(&outer, NESTED).and_then(fields).unwrap_or(outer);
        let text = |name: &&str| string(value(&fields, name)?).filter(|text| !text.trim().is_empty());
        let description = DESCRIPTIONS.iter().find_map(text);
        let code = CODES.iter().find_map(|name| code(value(&fields, name)?));
        let in_text = || code_in_brackets(description.as_deref()?);
        Some(Self { code: code.or_else(in_text), description })
    }

    fn from_text(text: &str) -> Self {
        if text.starts_with('<') {
            let description = title(text).map(|title| format!("an HTML page titled {title:?}"));
            return Self { code: None, description: description.or_else(|| Some("an HTML or XML page".to_owned())) };
        }
        Self { code: code_in_brackets(text), description: Some(text.to_owned()).filter(|text| !text.is_empty()) }
    }
}

/// The members of an object; those before invalid JSON still count.
fn fields(json: &str) -> Option<Vec<Member<'_>>> {
    let mut fields = Vec::new();
    let read = members(json, &mut fields);
    (read.is_ok() || !fields.is_empty()).then_some(fields)
}

/// A code as a string or as a number, which may be written as `900308.0`.
fn code(json: &str) -> Option<String> {
    let text =
        string(json).or_else(|| json.starts_with(|first: char| first.is_ascii_digit()).then(|| json.to_owned()))?;
    let text = text.trim();
    let text = text.strip_suffix(".0").unwrap_or(text);
    (!text.is_empty()).then(|| text.to_owned())
}

/// The number at the end of a text such as `MFA required. (10001)`.
fn code_in_brackets(text: &str) -> Option<String> {
    let (_, code) = text.trim_end().strip_suffix(')')?.rsplit_once('(')?;
    let is_code = (3..=9).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then(|| code.to_owned())
}

/// The title of an HTML page, which distinguishes a sign-in page from a gateway's.
fn title(page: &str) -> Option<&str> {
    // ASCII lower case keeps every byte offset.
    let lower = page.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let start = start + lower[start..].find('>')? + 1;
    let end = start + lower[start..].find("</title")?;
    Some(page[start..end].trim()).filter(|title| !title.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::received::tests::received;

    fn read(body: impl AsRef<[u8]>) -> (Option<String>, Option<String>) {
        let ErrorBody { code, description } = ErrorBody::read(&received(403, &[], body.as_ref().to_vec()));
        (code, description)
    }

    proptest! {
        #[test]
        fn any_body_is_read_and_a_description_is_never_blank(body in prop_oneof![
            any::<Vec<u8>>(),
            any::<String>().prop_map(String::into_bytes),
            r#"\{"(code|error|message|description)":["\[{0-9a-z:,}\]]{0,20}"#.prop_map(String::into_bytes),
            "<(title|TITLE|html)[>ıİK <a-z/]{0,20}".prop_map(String::into_bytes),
        ]) {
            prop_assert!(read(body).1.is_none_or(|text| !text.trim().is_empty()));
        }

        #[test]
        fn a_code_is_found_as_number_and_as_text_among_unknown_fields(code: u64, text in "[ -~]{1,40}", name in "[xyz]{1,9}") {
            prop_assume!(!text.trim().is_empty());
            let read = |json: Value| read(json.to_string());
            let number = read(json!({ &name: [1, null], "code": code, "description": text }));
            let word = read(json!({ "error": { "code": code.to_string(), "message": text, &name: {} } }));
            prop_assert_eq!(number.0.as_deref(), Some(&*code.to_string()));
            prop_assert_eq!(number.1.as_deref(), Some(&*text));
            prop_assert_eq!(number, word);
        }
    }
}
