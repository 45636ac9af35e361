//! The kinds of mutants of a page, each with what has to be told of it.

use super::page::Kind;
use super::page::Tells::{Fact, Missed, Section};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "title changed",
        tells: Fact("title"),
        replacements: &[
            ("<h1 id=\"get-a-customer-organization\">Get a", "<h1>Read a"),
            ("# Get a", "# Read a"),
            ("Get a", "Read a"),
        ],
    },
    Kind {
        name: "cloud added",
        tells: Fact("cloud/china"),
        replacements: &[
            ("</strong>: Partner Center", "</strong>: Partner Center | Partner Center operated by 21Vianet"),
            ("**: Partner Center", "**: Partner Center | Partner Center operated by 21Vianet"),
            (": Partner Center", ": Partner Center | Partner Center operated by 21Vianet"),
        ],
    },
    Kind {
        name: "kind of token added",
        tells: Fact("token-kind/app-only"),
        replacements: &[("app+user credentials", "app+user or app-only credentials")],
    },
    Kind {
        name: "kind of token changed",
        tells: Fact("token-kind/app+user"),
        replacements: &[("app+user credentials", "app-only credentials")],
    },
    Kind {
        name: "kinds of token gone",
        tells: Missed("names no kind of token"),
        replacements: &[("with app+user credentials", "with credentials")],
    },
    Kind { name: "GDAP note gone", tells: Fact("gdap"), replacements: &[("GDAP roles are required here. ", "")] },
    Kind { name: "DAP note gone", tells: Fact("dap"), replacements: &[(" DAP is not supported.", "")] },
    Kind { name: "DAP supported", tells: Fact("dap"), replacements: &[("DAP is not supported", "DAP is supported")] },
    Kind {
        name: "partner role asked for",
        tells: Fact("partner-role/AdminAgent"),
        replacements: &[(
            "DAP is not supported.",
            "DAP is not supported. A partner role is needed too (AdminAgent/SalesAgent)",
        )],
    },
    Kind {
        name: "role removed",
        tells: Fact("role/Global Reader"),
        replacements: &[("<li>Global Reader</li>", ""), ("- Global Reader", "")],
    },
    Kind {
        name: "role added",
        tells: Fact("role/Global Administrator"),
        replacements: &[
            ("<li>Global Reader</li>", "<li>Global Reader</li><li>Global Administrator</li>"),
            ("- Global Reader", "- Global Reader\n- Global Administrator"),
        ],
    },
    Kind {
        name: "role renamed",
        tells: Fact("role/Global Reader"),
        replacements: &[("Global Reader", "Directory Reader")],
    },
    Kind {
        name: "all roles needed",
        tells: Fact("roles-needed"),
        replacements: &[("at least one of these", "all of these")],
    },
    Kind {
        name: "method changed",
        tells: Fact("method"),
        replacements: &[("<strong>GET", "<strong>POST"), ("**GET", "**POST"), ("GET | ", "POST | ")],
    },
    Kind {
        name: "path changed",
        tells: Fact("path"),
        replacements: &[("tenant-id}/organization", "tenant-id}/organizations")],
    },
    Kind {
        name: "version of the path changed",
        tells: Fact("path"),
        replacements: &[
            ("</a>/v1/customers/{", "</a>/v2/customers/{"),
            (")/v1/customers/{", ")/v2/customers/{"),
            ("}/v1/customers/{", "}/v2/customers/{"),
        ],
    },
    Kind {
        name: "parameter renamed",
        tells: Fact("parameter/customer-id"),
        replacements: &[
            ("<strong>customer-tenant-id</strong>", "<strong>customer-id</strong>"),
            ("**customer-tenant-id**", "**customer-id**"),
            ("customer-tenant-id | guid", "customer-id | guid"),
        ],
    },
    Kind {
        name: "parameter retyped",
        tells: Fact("parameter/customer-tenant-id/type"),
        replacements: &[("<strong>guid", "<strong>string"), ("**guid", "**string"), ("| guid |", "| string |")],
    },
    Kind {
        name: "parameter made optional",
        tells: Fact("parameter/customer-tenant-id/required"),
        replacements: &[("<td>Y</td>", "<td>N</td>"), (" | Y ", " | N ")],
    },
    Kind {
        name: "parameter added",
        tells: Fact("parameter/size"),
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
        tells: Fact("parameter-place"),
        replacements: &[("This query parameter", "This path parameter")],
    },
    Kind {
        name: "request body added",
        tells: Fact("request-body"),
        replacements: &[("<p>None.</p>", "<p>A filter.</p>"), ("None.", "A filter.")],
    },
    Kind {
        name: "request header renamed",
        tells: Fact("request-header/MS-TraceId"),
        replacements: &[("MS-CorrelationId", "MS-TraceId")],
    },
    Kind {
        name: "request header removed",
        tells: Fact("request-header/Accept"),
        replacements: &[("Accept: application/json\n", "")],
    },
    Kind {
        name: "request header added",
        tells: Fact("request-header/X-New"),
        replacements: &[("Accept: application/json\n", "Accept: application/json\nX-New: a\n")],
    },
    Kind {
        name: "request header retyped",
        tells: Fact("request-header/MS-RequestId"),
        replacements: &[("MS-RequestId: 5d0a2a52-6a7b-4d53-8c1e-2f4b9e6d7a22", "MS-RequestId: 17")],
    },
    Kind {
        name: "sign-in of the sample changed",
        tells: Fact("request-header/Authorization"),
        replacements: &[("Authorization: Bearer", "Authorization: Basic")],
    },
    Kind {
        name: "server of the sample changed",
        tells: Fact("request-sample/url"),
        replacements: &[("https://api.partnercenter.microsoft.com", "https://api.partner.microsoft.com")],
    },
    Kind {
        name: "resource renamed",
        tells: Fact("returned-resource"),
        replacements: &[
            ("Customer</a> resource", "Organization</a> resource"),
            ("[Customer]", "[Organization]"),
            ("A Customer resource", "An Organization resource"),
        ],
    },
    Kind { name: "status changed", tells: Fact("response-sample/status"), replacements: &[("200 OK", "202 Accepted")] },
    Kind {
        name: "media type changed",
        tells: Fact("response-sample/content-type"),
        replacements: &[("Content-Type: application/json", "Content-Type: text/json")],
    },
    Kind {
        name: "response header added",
        tells: Fact("response-header/MS-Region"),
        replacements: &[("Content-Length: 1530", "MS-Region: eu")],
    },
    Kind {
        name: "sample cut short",
        tells: Missed("\"Response example\" holds no HTTP response with JSON"),
        replacements: &[("\n]\n", "\n")],
    },
    Kind { name: "field renamed", tells: Fact("field/zipCode"), replacements: &[("postalCode", "zipCode")] },
    Kind {
        name: "field removed",
        tells: Fact("field/city"),
        replacements: &[
            ("    &quot;city&quot;: &quot;Redmond&quot;,\n", ""),
            ("    \"city\": \"Redmond\",\n", ""),
            ("\"city\": \"Redmond\",\n", ""),
        ],
    },
    Kind {
        name: "field added",
        tells: Fact("field/fax"),
        replacements: &[
            ("&quot;city&quot;", "&quot;fax&quot;: null, &quot;city&quot;"),
            ("\"city\"", "\"fax\": null, \"city\""),
        ],
    },
    Kind {
        name: "field retyped",
        tells: Fact("field/postalCode"),
        replacements: &[("&quot;98052-8300&quot;", "98052"), ("\"98052-8300\"", "98052")],
    },
    Kind {
        name: "element retyped",
        tells: Fact("field/technicalNotificationMails"),
        replacements: &[("&quot;test@contoso.com&quot;", "1"), ("\"test@contoso.com\"", "1")],
    },
    Kind { name: "example stale", tells: Fact("example/city"), replacements: &[("Redmond", "Seattle")] },
    Kind {
        name: "section renamed",
        tells: Fact("request-body"),
        replacements: &[
            ("<h3 id=\"request-body\">Request body</h3>", "<h3>Response headers</h3>"),
            ("### Request body", "### Response headers"),
            ("Request body", "Response headers"),
        ],
    },
    Kind {
        name: "section missing",
        tells: Missed("\"GDAP roles\" is missing"),
        replacements: &[
            ("GDAP roles</h2>", "Roles</h2>"),
            ("## GDAP roles", "## Roles"),
            ("\nGDAP roles\n", "\nRoles\n"),
        ],
    },
    Kind {
        name: "notice of retirement",
        tells: Section("Opening"),
        replacements: &[("What an organization is.", "What an organization is. It will be retired.")],
    },
    Kind {
        name: "notice of throttling",
        tells: Section("REST response"),
        replacements: &[("comes back.", "comes back. A partner has ten calls a minute.")],
    },
    Kind {
        name: "role in a sentence",
        tells: Section("Prerequisites"),
        replacements: &[("required here.", "required here. Billing Administrator will do.")],
    },
    Kind {
        name: "GDAP no longer required",
        tells: Fact("gdap"),
        replacements: &[("GDAP roles are required", "GDAP roles are no longer required")],
    },
    Kind {
        name: "second method",
        tells: Section("Request syntax"),
        replacements: &[
            ("HTTP/1.1</td>\n</tr>", "HTTP/1.1</td>\n</tr>\n<tr><td>PATCH</td><td>/v1/customers</td></tr>"),
            ("organization HTTP/1.1 |\n", "organization HTTP/1.1 |\n| PATCH | /v1/customers |\n"),
        ],
    },
    Kind {
        name: "header in a table retyped",
        tells: Fact("listed-header/MS-RequestId/type"),
        replacements: &[
            (
                "<h3 id=\"request-body\">",
                "<table><tr><th>Name</th><th>Type</th><th>Required</th></tr><tr><td>MS-RequestId</td><td>int</td>\
                 <td>N</td></tr></table><h3>",
            ),
            (
                "### Request body",
                "| Name | Type | Required |\n|---|---|---|\n| MS-RequestId | int | N |\n\n### Request body",
            ),
            ("\nRequest body\n", "\nName | Type | Required |\nMS-RequestId | int | N |\nRequest body\n"),
        ],
    },
    Kind {
        name: "row cut short",
        tells: Missed("\"URI parameters\" h"),
        replacements: &[
            ("<td>Y</td>\n<td>Which customer it is.</td>", ""),
            (" | Y        | Which customer it is. |", " |"),
            (" | Y | Which customer it is.", ""),
        ],
    },
    Kind {
        name: "section twice",
        tells: Missed("\"GDAP roles\" stands twice"),
        replacements: &[
            ("<h2 id=\"rest-request\">", "<h2>GDAP roles</h2><ul><li>Billing Reader</li></ul><h2>"),
            ("## REST request", "## GDAP roles\n\n- Billing Reader\n\n## REST request"),
            ("\nREST request\n", "\nGDAP roles\n- Billing Reader\nREST request\n"),
        ],
    },
    Kind {
        name: "table missing",
        tells: Missed("\"URI parameters\" holds no table"),
        replacements: &[("<th>Type</th>", "<th>Kind</th>"), ("| Type ", "| Kind ")],
    },
    Kind {
        name: "sample unreadable",
        tells: Missed("\"Response example\" holds no HTTP response with JSON"),
        replacements: &[("&quot;city&quot;:", "&quot;city&quot;"), ("\"city\":", "\"city\"")],
    },
    Kind {
        name: "page of another operation",
        tells: Fact("path"),
        replacements: &[("/customers/{customer-tenant-id}/organization", "/invoices")],
    },
    Kind {
        name: "page in another language",
        tells: Missed("\"Prerequisites\" is missing"),
        replacements: &[("Prerequisites", "Voraussetzungen")],
    },
];
