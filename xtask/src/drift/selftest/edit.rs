//! Small changes of a JSON document.

use serde_json::{Map, Value};

pub(super) fn names(json: &Value, pointer: &str) -> Vec<String> {
    json.pointer(pointer).and_then(Value::as_object).into_iter().flat_map(Map::keys).cloned().collect()
}

/// The text at the pointer, which shows as not caught where there is none.
pub(super) fn text(json: &Value, pointer: &str) -> String {
    json.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

pub(super) fn count(json: &Value, pointer: &str) -> usize {
    json.pointer(pointer).and_then(Value::as_array).map_or(0, Vec::len)
}

pub(super) fn object<'j>(json: &'j mut Value, pointer: &str) -> Option<&'j mut Map<String, Value>> {
    json.pointer_mut(pointer)?.as_object_mut()
}

pub(super) fn set(json: &mut Value, pointer: &str, key: &str, value: Value) -> Option<()> {
    object(json, pointer)?.insert(key.to_owned(), value);
    Some(())
}

/// Renames a member and leaves it where it stands.
pub(super) fn rename(json: &mut Value, old: &str, new: &str) -> Option<()> {
    let members = json.as_object_mut()?;
    let renamed = std::mem::take(members).into_iter();
    members.extend(renamed.map(|(name, value)| (if name == old { new.to_owned() } else { name }, value)));
    members.contains_key(new).then_some(())
}

/// Replaces a text wherever it stands.
pub(super) fn replace_text(json: &mut Value, old: &str, new: &str) {
    match json {
        Value::String(text) if text == old => *text = new.to_owned(),
        Value::Array(elements) => elements.iter_mut().for_each(|element| replace_text(element, old, new)),
        Value::Object(members) => members.values_mut().for_each(|member| replace_text(member, old, new)),
        _ => {}
    }
}
