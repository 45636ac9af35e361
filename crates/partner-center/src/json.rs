//! The members of a JSON object as they came: names and values as text, repeated ones included.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Name and value of a member, as text.
pub(crate) type Member<'a> = (&'a str, &'a str);

/// Appends the members of the object in `json`, also those before the place where it turns out to be no object.
pub(crate) fn members<'a>(json: &'a str, members: &mut Vec<Member<'a>>) -> serde_json::Result<()> {
    let mut reader = serde_json::Deserializer::from_str(json);
    reader.deserialize_map(Members(members))?;
    reader.end()
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
