//! Mutants of the documentation page, in each of its forms.

/// The page in HTML, Markdown and plain text.
pub(super) const PAGES: &[(&str, &str)] = &[
    ("HTML", include_str!("../../../samples/page.html")),
    ("Markdown", include_str!("../../../samples/page.md")),
    ("text", include_str!("../../../samples/page.txt")),
];

/// What the page says in each of these forms, as if it were reviewed.
pub(super) const REVIEWED: &str = include_str!("../../../samples/reviewed-page.yaml");

/// A kind of mutant.
struct Kind {
    name: &'static str,
    /// The fact that has to be told; nothing where the page has to be unreadable.
    fact: Option<&'static str>,
    /// What makes it: of several, the first that finds its text.
    replacements: &'static [(&'static str, &'static str)],
}

const KINDS: &[Kind] = &[
    Kind {
        name: "title changed",
        fact: Some("title"),
        replacements: &[
            ("<h1 id=\"get-a-customer-organization\">Get a", "<h1>Read a"),
            ("# Get a", "# Read a"),
            ("Get a", "Read a"),
        ],
    },
    Kind {
        name: "cloud added",
        fact: Some("cloud/china"),
        replacements: &[
            ("</strong>: Partner Center", "</strong>: Partner Center | Partner Center operated by 21Vianet"),
            ("**: Partner Center", "**: Partner Center | Partner Center operated by 21Vianet"),
            (": Partner Center", ": Partner Center | Partner Center operated by 21Vianet"),
        ],
    },
    Kind {
        name: "kind of token added",
        fact: Some("token-kind/app-only"),
        replacements: &[("app+user credentials", "app+user or app-only credentials")],
    },
    Kind {
        name: "kind of token changed",
        fact: Some("token-kind/app+user"),
        replacements: &[("app+user credentials", "app-only credentials")],
    },
    Kind {
        name: "kinds of token gone",
        fact: None,
        replacements: &[("with app+user credentials", "with credentials")],
    },
    Kind { name: "GDAP note gone", fact: Some("gdap"), replacements: &[("GDAP roles are required here. ", "")] },
    Kind { name: "DAP note gone", fact: Some("dap"), replacements: &[(" DAP is not supported.", "")] },
    Kind { name: "DAP supported", fact: Some("dap"), replacements: &[("DAP is not supported", "DAP is supported")] },
    Kind {
        name: "partner role asked for",
        fact: Some("partner-role/AdminAgent"),
        replacements: &[(
            "DAP is not supported.",
            "DAP is not supported. A partner role is needed too (AdminAgent/SalesAgent)",
        )],
    },
    Kind {
        name: "role removed",
        fact: Some("role/Global Reader"),
        replacements: &[("<li>Global Reader</li>", ""), ("- Global Reader", "")],
    },
    Kind {
        name: "role added",
        fact: Some("role/Global Administrator"),
        replacements: &[
            ("<li>Global Reader</li>", "<li>Global Reader</li><li>Global Administrator</li>"),
            ("- Global Reader", "- Global Reader\n- Global Administrator"),
        ],
    },
    Kind {
        name: "role renamed",
        fact: Some("role/Global Reader"),
        replacements: &[("Global Reader", "Directory Reader")],
    },
    Kind {
        name: "all roles needed",
        fact: Some("roles-needed"),
        replacements: &[("at least one of these", "all of these")],
    },
    Kind {
        name: "method changed",
        fact: Some("method"),
        replacements: &[("<strong>GET", "<strong>POST"), ("**GET", "**POST"), ("GET | ", "POST | ")],
    },
    Kind {
        name: "path changed",
        fact: Some("path"),
        replacements: &[("tenant-id}/organization", "tenant-id}/organizations")],
    },
    Kind {
        name: "version of the path changed",
        fact: Some("path"),
        replacements: &[
            ("</a>/v1/customers/{", "</a>/v2/customers/{"),
            (")/v1/customers/{", ")/v2/customers/{"),
            ("}/v1/customers/{", "}/v2/customers/{"),
        ],
    },
    Kind {
        name: "parameter renamed",
        fact: Some("parameter/customer-id"),
        replacements: &[
            ("<strong>customer-tenant-id</strong>", "<strong>customer-id</strong>"),
            ("**customer-tenant-id**", "**customer-id**"),
            ("customer-tenant-id | guid", "customer-id | guid"),
        ],
    },
    Kind {
        name: "parameter retyped",
        fact: Some("parameter/customer-tenant-id/type"),
        replacements: &[("<strong>guid", "<strong>string"), ("**guid", "**string"), ("| guid |", "| string |")],
    },
    Kind {
        name: "parameter made optional",
        fact: Some("parameter/customer-tenant-id/required"),
        replacements: &[("<td>Y</td>", "<td>N</td>"), (" | Y ", " | N ")],
    },
    Kind {
        name: "parameter added",
        fact: Some("parameter/size"),
        replacements: &[
            (
                "<td>Which customer it is.</td>\n</tr>",
                "<td>Which.</td>\n</tr><tr><td>size</td><td>int</td><td>N</td><td>How many.</td></tr>",
            ),
            ("| Which customer it is. |", "| Which. |\n| size | int | N | How many. |"),
        ],
    },
    Kind {
        name: "place of the parameter named",
        fact: Some("parameter-place"),
        replacements: &[("This query parameter", "This path parameter")],
    },
    Kind {
        name: "request body added",
        fact: Some("request-body"),
        replacements: &[("<p>None.</p>", "<p>A filter.</p>"), ("None.", "A filter.")],
    },
    Kind {
        name: "request header renamed",
        fact: Some("request-header/MS-TraceId"),
        replacements: &[("MS-CorrelationId", "MS-TraceId")],
    },
    Kind {
        name: "request header removed",
        fact: Some("request-header/Accept"),
        replacements: &[("Accept: application/json\n", "")],
    },
    Kind {
        name: "request header added",
        fact: Some("request-header/X-New"),
        replacements: &[("Accept: application/json\n", "Accept: application/json\nX-New: a\n")],
    },
    Kind {
        name: "request header retyped",
        fact: Some("request-header/MS-RequestId"),
        replacements: &[("MS-RequestId: 5d0a2a52-6a7b-4d53-8c1e-2f4b9e6d7a22", "MS-RequestId: 17")],
    },
    Kind {
        name: "sign-in of the sample changed",
        fact: Some("request-header/Authorization"),
        replacements: &[("Authorization: Bearer", "Authorization: Basic")],
    },
    Kind {
        name: "server of the sample changed",
        fact: Some("request-sample/url"),
        replacements: &[("https://api.partnercenter.microsoft.com", "https://api.partner.microsoft.com")],
    },
    Kind {
        name: "resource renamed",
        fact: Some("returned-resource"),
        replacements: &[
            ("Customer</a> resource", "Organization</a> resource"),
            ("[Customer]", "[Organization]"),
            ("A Customer resource", "An Organization resource"),
        ],
    },
    Kind { name: "status changed", fact: Some("response-sample/status"), replacements: &[("200 OK", "202 Accepted")] },
    Kind {
        name: "media type changed",
        fact: Some("response-sample/content-type"),
        replacements: &[("Content-Type: application/json", "Content-Type: text/json")],
    },
    Kind {
        name: "response header added",
        fact: Some("response-header/MS-Region"),
        replacements: &[("Content-Length: 1530", "MS-Region: eu")],
    },
    Kind { name: "sample cut short", fact: None, replacements: &[("\n]\n", "\n")] },
    Kind { name: "field renamed", fact: Some("field/zipCode"), replacements: &[("postalCode", "zipCode")] },
    Kind {
        name: "field removed",
        fact: Some("field/city"),
        replacements: &[
            ("    &quot;city&quot;: &quot;Redmond&quot;,\n", ""),
            ("    \"city\": \"Redmond\",\n", ""),
            ("\"city\": \"Redmond\",\n", ""),
        ],
    },
    Kind {
        name: "field added",
        fact: Some("field/fax"),
        replacements: &[
            ("&quot;city&quot;", "&quot;fax&quot;: null, &quot;city&quot;"),
            ("\"city\"", "\"fax\": null, \"city\""),
        ],
    },
    Kind {
        name: "field retyped",
        fact: Some("field/postalCode"),
        replacements: &[("&quot;98052-8300&quot;", "98052"), ("\"98052-8300\"", "98052")],
    },
    Kind {
        name: "element retyped",
        fact: Some("field/technicalNotificationMails"),
        replacements: &[("&quot;test@contoso.com&quot;", "1"), ("\"test@contoso.com\"", "1")],
    },
    Kind { name: "example stale", fact: Some("example/city"), replacements: &[("Redmond", "Seattle")] },
    Kind {
        name: "section renamed",
        fact: Some("request-body"),
        replacements: &[
            ("<h3 id=\"request-body\">Request body</h3>", "<h3>Response headers</h3>"),
            ("### Request body", "### Response headers"),
            ("Request body", "Response headers"),
        ],
    },
    Kind {
        name: "section missing",
        fact: None,
        replacements: &[
            ("GDAP roles</h2>", "Roles</h2>"),
            ("## GDAP roles", "## Roles"),
            ("\nGDAP roles\n", "\nRoles\n"),
        ],
    },
    Kind {
        name: "table missing",
        fact: None,
        replacements: &[("<th>Type</th>", "<th>Kind</th>"), ("| Type ", "| Kind ")],
    },
    Kind {
        name: "sample unreadable",
        fact: None,
        replacements: &[("&quot;city&quot;:", "&quot;city&quot;"), ("\"city\":", "\"city\"")],
    },
    Kind {
        name: "page of another operation",
        fact: Some("path"),
        replacements: &[("/customers/{customer-tenant-id}/organization", "/invoices")],
    },
    Kind { name: "page in another language", fact: None, replacements: &[("Prerequisites", "Voraussetzungen")] },
];

/// A changed page.
pub(super) struct Changed {
    pub(super) kind: &'static str,
    /// The fact that has to be told; nothing where the page has to be unreadable.
    pub(super) fact: Option<&'static str>,
    pub(super) what: String,
    pub(super) text: String,
}

/// The changed pages. A replacement that finds nothing leaves the original, which then is not caught: it shows.
pub(super) fn mutants() -> Vec<Changed> {
    let mut mutants = Vec::new();
    for (form, page) in PAGES {
        for Kind { name, fact, replacements } in KINDS {
            let fitting = replacements.iter().find(|(old, _)| page.contains(old));
            let text = fitting.map_or_else(|| (*page).to_owned(), |(old, new)| page.replacen(old, new, 1));
            mutants.push(Changed { kind: name, fact: *fact, what: (*form).to_owned(), text });
        }
    }
    mutants
}
