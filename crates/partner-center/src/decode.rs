//! Decodes the body of a success: lenient about its outer form, strict where one thing could be mistaken for another.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::error::{Error, ErrorKind};
use crate::json::members;

/// The members of an envelope object that contain the array.
const ENVELOPES: [&str; 2] = ["items", "value"];

/// The elements of an array of objects.
///
/// `decoded` is what the generated code decoded from the body, and the result in the usual case of one object in an
/// array. Everything else is read here: several elements, an array as `items` or `value` of an object, or an object on
/// its own.
pub(crate) fn elements<T>(decoded: Option<Vec<T>>, body: &[u8]) -> Result<Vec<T>, Error>
where
    T: DeserializeOwned + Default + PartialEq,
{
    let text = text(body)?;
    if let Some(elements) = decoded
        && let [element] = &*elements
        && text.strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with('{'))
        && *element != T::default()
    {
        return Ok(elements);
    }
    let (place, array) = match envelope(text)? {
        Some((name, array)) => (name, array),
        None if text.starts_with('{') => return Ok(vec![object(text, "", false)?]),
        None => ("", text),
    };
    let elements: Vec<&RawValue> = match serde_json::from_str(array) {
        Ok(elements) => elements,
        // The model's reader knows better where it went wrong.
        Err(error) => return read::<Vec<T>>(array, place).and(Err(unexpected(place, error))),
    };
    let element = |(index, json): (usize, &&RawValue)| object(json.get(), &format!("{place}[{index}]"), true);
    elements.iter().enumerate().map(element).collect()
}

/// The value that the generated code decoded; where it could not, an error that names the place in the body.
pub(crate) fn whole<T: DeserializeOwned>(decoded: Option<T>, body: &[u8]) -> Result<T, Error> {
    decoded.map_or_else(|| read(text(body)?, ""), Ok)
}

/// The elements of the array `items`, which an object must have.
pub(crate) fn items(body: &[u8]) -> Result<Vec<&RawValue>, Error> {
    #[derive(Deserialize)]
    struct Items<'a> {
        #[serde(borrow)]
        items: Vec<&'a RawValue>,
    }
    let text = text(body)?;
    // A struct can be read from an array too.
    if !text.starts_with('{') {
        return Err(unexpected("", serde::de::Error::custom("expected an object")));
    }
    serde_json::from_str(text).map(|Items { items }| items).map_err(|error| unexpected("", error))
}

/// The body as text, if there is something to read.
fn text(body: &[u8]) -> Result<&str, Error> {
    let error = |detail: &'static str| Error::new(ErrorKind::UnexpectedBody, detail);
    let text = std::str::from_utf8(body.trim_ascii()).map_err(|_| error("the body is not UTF-8"))?;
    match text.chars().next() {
        None => Err(error("the body is empty")),
        Some('<') => Err(error("an HTML or XML page where JSON was expected")),
        Some(_) => Ok(text),
    }
}

/// Name and text of the array in an object; `None` if the body is not an object or has no such member.
fn envelope(text: &str) -> Result<Option<(&'static str, &str)>, Error> {
    if !text.starts_with('{') {
        return Ok(None);
    }
    let mut found = Vec::new();
    members(text, &mut found).map_err(|error| unexpected("", error))?;
    let named =
        |name: &'static str| found.iter().filter(move |member| member.0 == name).map(move |member| (name, member.1));
    let mut arrays = ENVELOPES.into_iter().flat_map(named);
    match (arrays.next(), arrays.next()) {
        (_, Some(_)) => Err(Error::new(ErrorKind::UnexpectedBody, "the object contains elements more than once")),
        (first, None) => Ok(first),
    }
}

/// Reads one object; `place` is where it is in the body.
///
/// An object without any known field is an error, since it may be an error body. One that is empty, or has nothing but
/// nulls, is an element without data, unless `may_be_empty` is false.
fn object<T: DeserializeOwned + Default + PartialEq>(json: &str, place: &str, may_be_empty: bool) -> Result<T, Error> {
    // A model can be read from an array too, by the order of its fields.
    if !json.starts_with('{') {
        return Err(unexpected(place, serde::de::Error::custom("expected an object")));
    }
    let value: T = read(json, place)?;
    if value == T::default() {
        let mut found = Vec::new();
        members(json, &mut found).map_err(|error| unexpected(place, error))?;
        if !may_be_empty || found.iter().any(|(_, value)| *value != "null") {
            return Err(unexpected(place, serde::de::Error::custom("the object has no known field with a value")));
        }
    }
    Ok(value)
}

/// Reads a model; an error names the place in the body, which is `place` and what follows it within `json`.
fn read<T: DeserializeOwned>(json: &str, place: &str) -> Result<T, Error> {
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(json)).map_err(|error| {
        let within = match error.path().to_string() {
            root if root == "." => String::new(),
            field if !place.is_empty() && !field.starts_with('[') => format!(".{field}"),
            within => within,
        };
        unexpected(&format!("{place}{within}"), error.into_inner())
    })
}

/// The error of a body that does not match the contract. The value that was found is a customer's data and is left out.
fn unexpected(place: &str, error: serde_json::Error) -> Error {
    let text = error.to_string();
    let cause = match text.rfind(", expected ") {
        Some(start) if error.is_data() => serde::de::Error::custom(&text[start + ", ".len()..]),
        _ => error,
    };
    let place = if place.is_empty() { String::new() } else { format!("at {place}: ") };
    Error::new(ErrorKind::UnexpectedBody, format!("{place}{cause}")).with_source(Some(cause))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::models::Organization;

    /// Reads as a call does: the generated code first.
    fn read(body: impl AsRef<[u8]>) -> Result<Vec<Organization>, Error> {
        let body = body.as_ref();
        elements(serde_json::from_slice(body).ok(), body)
    }

    /// Any organization with at least one field.
    fn organization() -> impl Strategy<Value = Organization> {
        let mails = proptest::collection::vec("\\PC{0,9}", 0..3);
        let fields = ("\\PC{0,9}", proptest::option::of("\\PC{0,9}"), proptest::option::of(mails));
        fields.prop_map(|(name, city, mails)| {
            let mut organization = Organization::default();
            organization.display_name = Some(name);
            organization.city = city;
            organization.technical_notification_mails = mails;
            organization
        })
    }

    proptest! {
        #[test]
        fn any_organization_is_read_from_every_outer_form(one in organization(), other in organization(), unknown: u32) {
            let read = |json: &Value| read(json.to_string()).ok();
            let both = vec![one.clone(), other];
            prop_assert_eq!(read(&json!(both)), Some(both.clone()));
            prop_assert_eq!(read(&json!({ "items": both, "totalCount": unknown })), Some(both.clone()));
            prop_assert_eq!(read(&json!({ "unknown": unknown, "value": both })), Some(both));
            let mut object = json!(one);
            object["unknown"] = json!(unknown);
            prop_assert_eq!(read(&object), Some(vec![one]));
        }

        #[test]
        fn any_other_body_is_an_error_with_a_reason(body in prop_oneof![
            any::<Vec<u8>>(),
            r#"[\[{]{1,3}("(items|value|city)":)?["\[{0-9a-z:,}\]]{0,20}"#.prop_map(String::into_bytes),
        ]) {
            if let Err(error) = read(body) {
                prop_assert_eq!(error.kind(), ErrorKind::UnexpectedBody);
                prop_assert!(error.to_string().len() > "the response does not match the contract: ".len());
            }
        }
    }
}
