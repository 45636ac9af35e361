//! Any credential of the Azure SDK.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use azure_core::credentials::TokenCredential;
use azure_core::error::ErrorKind;

use super::aadsts;
use super::error::{CredentialError, Details};
use super::error_kind::CredentialErrorKind as Kind;
use super::{AccessToken, Credential, TokenFuture, TokenRequest};

/// Any `azure_core` credential, such as those of
/// [`azure_identity`](https://docs.rs/azure_identity): managed identities, workload identities, the Azure CLI.
///
/// For programs that already use the Azure SDK. Entra needs what that credential needs; the scope is
/// `{audience}/.default`. The Azure SDK uses its own authority, proxies and timeouts, not those of this client. The
/// token shows multi-factor authentication only if a user signed in with it.
///
/// The credentials of `azure_identity` cache their token until shortly before it expires. So a token that the service
/// rejects is not replaced: the client gets the same token again, and returns the service's error.
#[derive(Clone)]
pub struct AzureCredential(Arc<dyn TokenCredential>);

impl AzureCredential {
    /// Takes the credential as the constructors of `azure_identity` give it, such as `AzureCliCredential::new(None)?`.
    pub fn new(credential: Arc<dyn TokenCredential>) -> Self {
        Self(credential)
    }
}

impl Credential for AzureCredential {
    fn token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        Box::pin(async move {
            let scope = format!("{}/.default", request.audience());
            let token = self.0.get_token(&[&scope], None).await.map_err(error)?;
            // The expiry is a wall-clock time; from here on it is measured on the monotonic clock.
            let expires = SystemTime::from(token.expires_on);
            let lifetime = expires.duration_since(SystemTime::now()).unwrap_or_default();
            Ok(AccessToken::new(token.token.secret(), lifetime))
        })
    }
}

fn error(error: azure_core::Error) -> CredentialError {
    let message = error.to_string();
    // The outermost error may only say that there is no token; its sources have the reason.
    let codes = chain(&error).map(|cause| aadsts::in_text(&cause.to_string())).find(|codes| !codes.is_empty());
    let aadsts_codes = codes.unwrap_or_default();
    let row = aadsts_codes.iter().copied().find_map(aadsts::find);
    let help = row.as_ref().and_then(|row| row.help).map(str::to_owned);
    let kind = row.map_or_else(|| kind(innermost(&error)), |row| row.kind);
    Details { aadsts_codes, help, source: Some(error.into()), ..Details::new(kind, message) }.into()
}

fn kind(error: &azure_core::Error) -> Kind {
    match error.kind() {
        ErrorKind::HttpResponse { status, .. } if u16::from(*status) == 429 => Kind::Throttled,
        ErrorKind::HttpResponse { status, .. } if u16::from(*status) == 408 || u16::from(*status) >= 500 => {
            Kind::ServerFailure
        }
        ErrorKind::Io | ErrorKind::Connection => Kind::Unreachable,
        _ => Kind::Other,
    }
}

/// The innermost error of `azure_identity`, which alone says whether it is transient: the kind of its own errors is
/// always [`ErrorKind::Credential`].
fn innermost(error: &azure_core::Error) -> &azure_core::Error {
    chain(error).filter_map(|cause| cause.downcast_ref()).last().unwrap_or(error)
}

/// The error and what led to it.
fn chain(error: &azure_core::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(Some(error as &(dyn StdError + 'static)), |&cause| cause.source())
}

impl fmt::Debug for AzureCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AzureCredential")
    }
}
