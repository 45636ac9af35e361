//! Who a token was issued to, by its own claims, and whether its tenant is the configured one.

use partner_center::auth::AccessToken;
use partner_center::uuid::Uuid;
use serde::{Deserialize, Serialize};

use crate::settings::{Setting, Settings};

/// The claims of a token; those that it does not have are absent.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenIdentity {
    pub(crate) user: Option<String>,
    pub(crate) tenant_id: Option<String>,
    pub(crate) application: Option<String>,
}

impl TokenIdentity {
    /// An opaque token says nothing.
    pub(crate) fn of(token: &AccessToken) -> Self {
        let claims = token.claims().unwrap_or_default();
        Self { user: claims.user, tenant_id: claims.tenant_id, application: claims.application_id }
    }

    /// A warning if the configured tenant is another than the token's; `requested` is the tenant of the sign-in.
    ///
    /// Only ids are compared, since a tenant has several domains.
    pub(crate) fn warning(&self, requested: Option<&str>, settings: &Settings) -> Option<String> {
        let Setting { value: configured, source } = settings.tenant.as_ref()?;
        let is_id = |tenant: &str| Uuid::parse_str(tenant).is_ok();
        let mut named = [self.tenant_id.as_deref(), requested].into_iter().flatten();
        let other = named.find(|tenant| is_id(tenant))?;
        (is_id(configured) && !other.eq_ignore_ascii_case(configured))
            .then(|| format!("the token is for the tenant {other}, but the configured one is {configured} ({source})"))
    }
}
