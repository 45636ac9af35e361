//! The claims of an access token, unverified.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// The claims of an access token, unverified.
///
/// For diagnosis only: access tokens are meant for the service, and their format may change at any time. A claim that
/// is missing or of an unexpected type is absent, never an error
/// ([source](https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference)).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claims {
    /// The audiences of the token (`aud`).
    pub audiences: Vec<String>,
    /// The tenant that issued it (`tid`).
    pub tenant_id: Option<String>,
    /// The application that requested it (`appid`, in newer tokens `azp`).
    pub application_id: Option<String>,
    /// The user's human-readable name, such as `admin@contoso.com` (`upn`, `preferred_username` or `unique_name`);
    /// `None` for an app-only token.
    pub user: Option<String>,
    /// How the user authenticated (`amr`).
    pub authentication_methods: Option<Vec<String>>,
    /// The delegated permissions (`scp`, in other issuers' tokens `scope`); empty for an app-only token.
    pub scopes: Vec<String>,
    /// The time from which it is valid, by the issuer's clock (`nbf`).
    pub not_before: Option<SystemTime>,
    /// The time at which it expires, by the issuer's clock (`exp`).
    pub expires: Option<SystemTime>,
}

/// The application ids that Entra uses for these resources.
const RESOURCES: [(&str, &str); 4] = [
    ("fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd", "https://api.partnercenter.microsoft.com"),
    ("00000003-0000-0000-c000-000000000000", "https://graph.microsoft.com"),
    ("00000002-0000-0000-c000-000000000000", "https://graph.windows.net"),
    ("797f4846-ba00-4fd7-ba43-dac1f8f63013", "https://management.azure.com"),
];

impl Claims {
    /// Reads a JSON web token; `None` if it is something else.
    #[must_use]
    pub fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (_header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
        let payload = BASE64_URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        let claims: Map<String, Value> = serde_json::from_slice(&payload).ok()?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        let time = |name: &str| {
            let seconds = Duration::from_secs(claims.get(name).and_then(Value::as_u64)?);
            UNIX_EPOCH.checked_add(seconds)
        };
        Some(Self {
            audiences: claims.get("aud").map(texts).unwrap_or_default(),
            tenant_id: text("tid"),
            application_id: text("appid").or_else(|| text("azp")),
            user: ["upn", "preferred_username", "unique_name"].into_iter().find_map(text),
            authentication_methods: claims.get("amr").map(texts),
            // Entra's name, and that of RFC 9068.
            scopes: claims.get("scp").or_else(|| claims.get("scope")).map(words).unwrap_or_default(),
            not_before: time("nbf"),
            expires: time("exp"),
        })
    }

    /// Whether the user signed in with multi-factor authentication; `None` if the token does not say.
    ///
    /// Partner Center looks for `mfa` in `amr`
    /// ([source](https://learn.microsoft.com/partner-center/security/partner-security-requirements-mandating-mfa)).
    #[must_use]
    pub fn has_mfa(&self) -> Option<bool> {
        Some(self.authentication_methods.as_ref()?.iter().any(|method| method == "mfa"))
    }

    /// Whether the token is for `audience`; `None` if that cannot be determined.
    ///
    /// Entra names the resource by its address, or by the id of its application.
    #[must_use]
    pub fn is_for(&self, audience: &str) -> Option<bool> {
        let bare = |text: &str| text.trim_start_matches("https://").trim_end_matches('/').to_ascii_lowercase();
        let is_wanted = |found: &String| bare(resource(found).unwrap_or(found)) == bare(audience);
        // An id may be that of the resource in another cloud.
        let is_id = |found: &String| uuid::Uuid::parse_str(found).is_ok();
        let is_foreign = |found: &String| !is_id(found) || resource(found).is_some_and(|name| name != RESOURCES[0].1);
        if self.audiences.iter().any(is_wanted) {
            return Some(true);
        }
        (!self.audiences.is_empty() && self.audiences.iter().all(is_foreign)).then_some(false)
    }

    /// The audiences for display; a known resource id is followed by its address.
    #[must_use]
    pub fn audience_names(&self) -> Vec<String> {
        let name = |found: &String| match resource(found) {
            Some(address) => format!("{address} ({found})"),
            None => found.clone(),
        };
        self.audiences.iter().map(name).collect()
    }
}

/// The address of the resource that Entra names by this id.
fn resource(id: &str) -> Option<&'static str> {
    RESOURCES.iter().find(|(known, _)| known.eq_ignore_ascii_case(id)).map(|(_, address)| *address)
}

/// The maximum number of texts of one claim.
const MOST: usize = 64;

/// One text, or a list of them.
fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    list.iter().filter_map(Value::as_str).take(MOST).map(str::to_owned).collect()
}

/// The words of one text, or of a list of them.
fn words(value: &Value) -> Vec<String> {
    texts(value).iter().flat_map(|text| text.split_whitespace()).take(MOST).map(str::to_owned).collect()
}
