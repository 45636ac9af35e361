//! The list of the generated customers, in pages.

use serde_json::{Value, json};

use super::customers::{customer_id, domains, mixed, organization};
use crate::MockResponse;
use crate::examples::get_customers as examples;
use crate::faults::Request;

/// The largest page, and the one that is served where no size is asked for.
const LARGEST_PAGE: usize = 500;

/// The list, and which of its faults have come up.
pub(super) struct List {
    customers: u64,
    has_faults: bool,
    has_rejected: bool,
    has_looped: bool,
}

/// What a request asks for.
struct Query {
    size: usize,
    /// The filter as it was sent, with its field and its prefix.
    filter: Option<(String, String, String)>,
    position: Position,
}

/// Where a page begins.
#[derive(Clone, Copy, Default)]
struct Position {
    customer: u64,
    page: u64,
    /// Whether an empty page came before.
    is_after_gap: bool,
}

impl List {
    pub(super) fn new(customers: u64, has_faults: bool) -> Self {
        Self { customers, has_faults, has_rejected: false, has_looped: false }
    }

    pub(super) fn page(&mut self, request: &Request) -> MockResponse {
        let Some(query) = Query::read(request) else { return examples::BAD_INPUT.into() };
        let Position { customer, page, is_after_gap } = query.position;
        let mut found = (customer..self.customers).filter(|number| query.matches(*number));
        let mut size = query.size;
        if self.has_faults && page == 2 && !std::mem::replace(&mut self.has_rejected, true) {
            return MockResponse::json(401, &json!({ "code": 800001, "description": "The token has expired." }));
        }
        if self.has_faults && page % 3 == 1 && !is_after_gap {
            size = 0;
        }
        let items: Vec<Value> = found.by_ref().take(size).map(listed).collect();
        let mut next = found.next().map(|customer| match size {
            0 => Position { is_after_gap: true, ..query.position },
            _ => Position { customer, page: page + 1, is_after_gap: false },
        });
        if self.has_faults && next.is_none() && page > 0 {
            self.has_looped = !self.has_looped;
            next = self.has_looped.then_some(query.position);
        }
        let link = |uri: String, headers: Value| json!({ "uri": uri, "method": "GET", "headers": headers });
        let mut links = json!({ "self": link(query.uri(""), json!([])) });
        if let Some(next) = next {
            let headers = json!([{ "key": "MS-ContinuationToken", "value": next.token() }]);
            links["next"] = link(query.uri("&seekOperation=Next"), headers);
        }
        let attributes = json!({ "objectType": "Collection" });
        let body = json!({ "totalCount": items.len(), "items": items, "links": links, "attributes": attributes });
        MockResponse::json(200, &body)
    }
}

impl Query {
    fn read(request: &Request) -> Option<Self> {
        let (mut size, mut filter) = (LARGEST_PAGE, None);
        let query = request.target().split_once('?').map_or("", |(_, query)| query);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name.to_ascii_lowercase() {
                "size" => size = value.parse().ok().filter(|size| (1..=LARGEST_PAGE).contains(size))?,
                "filter" => {
                    let parts: Value = serde_json::from_str(&value).ok()?;
                    let text = |name: &str| parts[name].as_str().map(str::to_owned);
                    let field = text("Field").filter(|field| field == "CompanyName" || field == "Domain")?;
                    text("Operator").filter(|operator| operator == "starts_with")?;
                    filter = Some((value.into_owned(), field, text("Value")?.to_lowercase()));
                }
                "seekoperation" if value.eq_ignore_ascii_case("next") => {}
                _ => return None,
            }
        }
        let position = request.header("ms-continuationtoken").map_or(Some(Position::default()), Position::of)?;
        Some(Self { size, filter, position })
    }

    fn matches(&self, number: u64) -> bool {
        self.filter.as_ref().is_none_or(|(_, field, prefix)| {
            let text = if field == "Domain" { domain(number) } else { company_name(number) };
            text.to_lowercase().starts_with(prefix)
        })
    }

    fn uri(&self, more: &str) -> String {
        let filter = self.filter.iter().map(|(filter, ..)| {
            format!("&filter={}", form_urlencoded::byte_serialize(filter.as_bytes()).collect::<String>())
        });
        format!("/v1/customers?size={}{}{more}", self.size, filter.collect::<String>())
    }
}

impl Position {
    /// The position as an opaque text with every character that a client might encode by mistake.
    fn token(self) -> String {
        let plain = self.customer << 24 | self.page << 1 | u64::from(self.is_after_gap);
        format!("{:016x},/{:016x}+==", plain ^ mixed(0), mixed(plain))
    }

    /// The position of a token that this list made.
    fn of(token: &str) -> Option<Self> {
        let plain = u64::from_str_radix(token.get(..16)?, 16).ok()? ^ mixed(0);
        let position = Self { customer: plain >> 24, page: plain >> 1 & 0x7f_ffff, is_after_gap: plain & 1 == 1 };
        (position.token() == token).then_some(position)
    }
}

/// The partner's own name for the customer, which for one in ten is not that of the organization.
fn company_name(number: u64) -> String {
    let name = organization(number).display_name.unwrap_or_default();
    if number % 10 == 9 { format!("{name} (old name)") } else { name }
}

fn domain(number: u64) -> String {
    domains(number).swap_remove(0)
}

fn listed(number: u64) -> Value {
    let id = customer_id(number);
    let mut customer = json!({
        "id": id,
        "companyProfile": {
            "tenantId": id,
            "domain": domain(number),
            "companyName": company_name(number),
            "attributes": { "objectType": "CustomerCompanyProfile" }
        },
        "relationshipToPartner": "reseller",
        "attributes": { "objectType": "Customer" }
    });
    if number.is_multiple_of(3) {
        customer["links"] = json!({ "self": { "uri": format!("/customers/{id}"), "method": "GET", "headers": [] } });
    }
    customer
}
