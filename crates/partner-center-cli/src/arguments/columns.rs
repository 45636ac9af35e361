//! The columns of tables and CSV.

use clap::builder::{PossibleValuesParser, TypedValueParser};

/// A known field of a customer or of its organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    /// The field's name in JSON.
    pub(crate) name: &'static str,
    /// What people read above it.
    pub(crate) heading: &'static str,
    /// The width of a terminal from which on a table has it without being asked for.
    pub(crate) from_width: u16,
}

const fn column(name: &'static str, heading: &'static str, from_width: u16) -> Column {
    Column { name, heading, from_width }
}

pub(crate) const ORGANIZATION: [Column; 7] = [
    column("displayName", "Name", 0),
    column("street", "Street", 120),
    column("city", "City", 80),
    column("state", "State", 120),
    column("postalCode", "Postal code", 120),
    column("countryLetterCode", "Country", 80),
    column("technicalNotificationMails", "Technical contacts", 120),
];

/// Parses the name of one of these columns.
pub(super) fn parser(columns: &'static [Column]) -> impl TypedValueParser<Value = Column> {
    PossibleValuesParser::new(columns.iter().map(|column| column.name))
        .try_map(|name| columns.iter().find(|column| column.name == name).copied().ok_or("no such column"))
}
