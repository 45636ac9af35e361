//! The columns of tables and CSV.

use clap::builder::{PossibleValuesParser, TypedValueParser};

/// A known field of a customer or of its organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    /// The field's name in JSON.
    pub(crate) name: &'static str,
    /// The heading for people.
    pub(crate) heading: &'static str,
    /// The terminal width from which a table shows it by default.
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

/// Of the service's list.
pub(crate) const CUSTOMER: [Column; 3] = [
    column("companyName", "Company", 0),
    column("domain", "Domain", 100),
    column("relationshipToPartner", "Relationship", 120),
];

/// Of an export of all customers: those that the list has, and those of organizations.
pub(crate) const LISTED_ORGANIZATION: [Column; 9] = {
    let [company_name, domain, _] = CUSTOMER;
    let [name, street, city, state, postal_code, country, mails] = ORGANIZATION;
    [company_name, domain, name, street, city, state, postal_code, country, mails]
};

pub(crate) const DOMAINS: [Column; 1] = [column("customDomains", "Domains", 0)];

pub(crate) fn names(columns: &[Column]) -> Vec<&'static str> {
    columns.iter().map(|column| column.name).collect()
}

/// Parses the name of one of these columns.
pub(super) fn parser(columns: &'static [Column]) -> impl TypedValueParser<Value = Column> {
    PossibleValuesParser::new(columns.iter().map(|column| column.name))
        .try_map(|name| columns.iter().find(|column| column.name == name).copied().ok_or("no such column"))
}
