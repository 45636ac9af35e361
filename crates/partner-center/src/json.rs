//! Reads JSON objects member by member: an invalid value does not affect the others.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Name and value of a member, as text.
pub(crate) type Member<'a> = (&'a str, &'a str);

/// Appends the members of the object in `json`, including those before invalid JSON.
pub(crate) fn members<'a>(json: &'a str, members: &mut Vec<Member<'a>>) -> serde_json::Result<()> {
    let mut reader = serde_json::Deserializer::from_str(json);
    reader.deserialize_map(Members(members))?;
    reader.end()
}

/// The value of the first member with this name.
pub(crate) fn value<'a>(members: &[Member<'a>], name: &str) -> Option<&'a str> {
    members.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

/// A JSON string; one with half a character is shown as it is written.
pub(crate) fn string(json: &str) -> Option<String> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    Some(serde_json::from_str(json).unwrap_or_else(|_| inner.to_owned()))
}

struct Members<'m, 'de>(&'m mut Vec<Member<'de>>);

impl<'de> Visitor<'de> for Members<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            self.0.push((name.get().trim_matches('"'), value.get()));
        }
        Ok(())
    }
}
