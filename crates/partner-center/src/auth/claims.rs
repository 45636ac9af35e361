//! What an access token says about itself, read without being verified.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

/// What an access token says about itself.
///
/// For diagnosis only: nothing here is verified, the token is the service's business, and its form may change any day.
/// What is missing or of another type than expected is absent, never an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    audiences: Vec<String>,
    tenant_id: Option<String>,
    authentication_methods: Option<Vec<String>>,
    scopes: Vec<String>,
    expires: Option<SystemTime>,
}

impl Claims {
    /// Reads a JSON web token; `None` if it is something else.
    #[must_use]
    pub fn read(token: &str) -> Option<Self> {
        const LENIENT: GeneralPurposeConfig =
            GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        const BASE64: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, LENIENT);
        let mut parts = token.split('.');
        let (_header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
        let claims: Map<String, Value> = serde_json::from_slice(&BASE64.decode(payload).ok()?).ok()?;
        let seconds = claims.get("exp").and_then(Value::as_u64);
        Some(Self {
            audiences: claims.get("aud").map(texts).unwrap_or_default(),
            tenant_id: claims.get("tid").and_then(Value::as_str).map(str::to_owned),
            authentication_methods: claims.get("amr").map(texts),
            // Entra's name, and that of RFC 9068.
            scopes: claims.get("scp").or_else(|| claims.get("scope")).map(words).unwrap_or_default(),
            expires: seconds.and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds))),
        })
    }

    /// Whom the token is for (`aud`).
    #[must_use]
    pub fn audiences(&self) -> &[String] {
        &self.audiences
    }

    /// The tenant it was issued in (`tid`).
    #[must_use]
    pub fn tenant_id(&self) -> Option<&str> {
        self.tenant_id.as_deref()
    }

    /// What a user lets the application do (`scp`, in other issuers' tokens `scope`); empty for an application alone.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// When it ends by the issuer's clock (`exp`).
    #[must_use]
    pub fn expires(&self) -> Option<SystemTime> {
        self.expires
    }

    /// Whether the user signed in with multi-factor authentication; `None` if the token does not say.
    ///
    /// Partner Center looks for `mfa` in `amr`
    /// ([source](https://learn.microsoft.com/partner-center/security/partner-security-requirements-mandating-mfa)).
    #[must_use]
    pub fn has_mfa(&self) -> Option<bool> {
        Some(self.authentication_methods.as_ref()?.iter().any(|method| method == "mfa"))
    }

    /// Whether the token is for `audience`, as far as can be told from here; `None` if it cannot.
    ///
    /// Entra names the resource by its address, or by the id of its application.
    #[must_use]
    pub fn is_for(&self, audience: &str) -> Option<bool> {
        let bare = |text: &str| text.trim_start_matches("https://").trim_end_matches('/').to_ascii_lowercase();
        let (addresses, ids): (Vec<_>, Vec<_>) =
            self.audiences.iter().partition(|audience| uuid::Uuid::parse_str(audience).is_err());
        match addresses.iter().any(|address| bare(address) == bare(audience)) {
            true => Some(true),
            false if !ids.is_empty() || addresses.is_empty() => None,
            false => Some(false),
        }
    }
}

/// How many texts of one claim are kept.
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
