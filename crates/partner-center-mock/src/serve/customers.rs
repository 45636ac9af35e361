//! Generated customers, the same at every start.

use partner_center_gen::types::Organization;
use uuid::{Builder, Uuid};

const FIRST: [&str; 25] = [
    "Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel", "Ironwood", "Juniper", "Koa", "Larch",
    "Maple", "Nutmeg", "Oak", "Pine", "Quince", "Rowan", "Spruce", "Teak", "Umbra", "Viburnum", "Willow", "Yew",
    "Zelkova",
];
const SECOND: [&str; 40] = [
    "Airlines",
    "Analytics",
    "Bakery",
    "Bank",
    "Bikes",
    "Books",
    "Brewery",
    "Builders",
    "Cinema",
    "Clinic",
    "Coffee",
    "Consulting",
    "Dairy",
    "Dental",
    "Design",
    "Energy",
    "Farms",
    "Ferries",
    "Films",
    "Foods",
    "Garage",
    "Gardens",
    "Hotels",
    "Insurance",
    "Labs",
    "Law",
    "Logistics",
    "Motors",
    "Museum",
    "Optics",
    "Paper",
    "Pharmacy",
    "Press",
    "Robotics",
    "School",
    "Shipping",
    "Tools",
    "Toys",
    "Travel",
    "Works",
];
/// City, state, country, postal code: real places for fictitious addresses.
const PLACES: [(&str, &str, &str, &str); 8] = [
    ("Redmond", "WA", "US", "98052"),
    ("Köln", "NRW", "DE", "50667"),
    ("Lyon", "ARA", "FR", "69001"),
    ("Łódź", "LD", "PL", "90-001"),
    ("São Paulo", "SP", "BR", "01001-000"),
    ("大阪市", "大阪府", "JP", "530-0001"),
    ("Zürich", "ZH", "CH", "8001"),
    ("Leeds", "England", "GB", "LS1 1UR"),
];

/// The tenant id of the customer with this number, counted from 0.
#[must_use]
pub fn customer_id(number: u64) -> Uuid {
    let (high, low) = (mixed(number.wrapping_mul(2)), mixed(number.wrapping_mul(2).wrapping_add(1)));
    Builder::from_random_bytes((u128::from(high) << 64 | u128::from(low)).to_be_bytes()).into_uuid()
}

/// The organization of the customer with this number: a unique name, a fictitious address.
#[must_use]
pub fn organization(number: u64) -> Organization {
    let (first, second) = (number % 25, number / 25 % 40);
    let (first, second) = (pick(&FIRST, first), pick(&SECOND, second));
    let (city, state, country, postal_code) = *pick(&PLACES, mixed(number) % PLACES.len() as u64);
    // After 1,000 customers the names repeat, with a number.
    let round = number / 1000;
    let name = if round == 0 { format!("{first} {second}") } else { format!("{first} {second} {}", round + 1) };
    let mail = |who: &str| format!("{who}@{}.example", name.to_lowercase().replace(' ', "-"));
    let mails = if number % 5 == 4 { vec![mail("it"), mail("office")] } else { vec![mail("it")] };
    let mut organization = Organization::default();
    organization.street = Some(format!("{} {first} Street", 1 + number % 97));
    organization.country_letter_code = Some(country.to_owned());
    organization.postal_code = Some(postal_code.to_owned());
    organization.city = Some(city.to_owned());
    organization.state = Some(state.to_owned());
    organization.display_name = Some(name.clone());
    organization.technical_notification_mails = Some(mails);
    organization
}

/// The domains of customer number `number`, under the top-level domain that is reserved for examples.
pub(super) fn domains(number: u64) -> Vec<String> {
    vec![format!("customer-{number}.onmicrosoft.example"), format!("customer-{number}.example")]
}

fn pick<T>(list: &[T], index: u64) -> &T {
    &list[index as usize % list.len()]
}

/// Spreads a number over 64 bits (SplitMix64), the same way on every machine.
pub(super) fn mixed(number: u64) -> u64 {
    let mut bits = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ten_thousand_customers_have_unique_ids_and_names() {
        let ids: HashSet<Uuid> = (0..10_000).map(customer_id).collect();
        let names: HashSet<_> = (0..10_000).map(|number| organization(number).display_name).collect();
        assert_eq!((ids.len(), names.len()), (10_000, 10_000));
    }

    #[test]
    fn ids_stay_the_same() {
        assert_eq!(customer_id(0).to_string(), "e220a839-7b1d-4daf-ae78-9e6aa1b965f4");
        assert_eq!(customer_id(0).get_version_num(), 4);
    }
}
