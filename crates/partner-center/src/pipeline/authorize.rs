//! Puts a token on a call, and replaces one that the service refuses, once.

use crate::auth::Authorization;
use crate::call::Call;
use crate::error::{Error, ErrorKind};

/// The token for the next attempt, within the call's deadline.
pub(super) async fn token(call: &Call) -> Result<Authorization, Error> {
    match call.renewed_token() {
        Some(token) => Ok(token),
        None => fresh(call).await,
    }
}

/// Whether the service refused the token and another one is at hand now.
///
/// A token that lacks multi-factor authentication or is for a retired audience is dropped, too, so that a call after the
/// next sign-in finds a new one; but it is not replaced here, since the next one would be the same.
pub(super) async fn renews(call: &Call, refused: &Authorization, error: &Error) -> bool {
    let is_renewable = error.kind() == ErrorKind::Unauthenticated && !call.has_renewed();
    if is_renewable || matches!(error.kind(), ErrorKind::MfaRequired | ErrorKind::AudienceRetired) {
        call.client.inner().tokens.forget(refused);
    }
    if !is_renewable {
        return false;
    }
    match fresh(call).await {
        Ok(renewed) if renewed != *refused => {
            call.renew_token(renewed);
            true
        }
        // Nothing better to be had: the service's own refusal says more than a failed sign-in.
        _ => false,
    }
}

async fn fresh(call: &Call) -> Result<Authorization, Error> {
    match tokio::time::timeout_at(call.deadline, call.client.inner().tokens.authorization()).await {
        Ok(authorization) => Ok(authorization?),
        Err(_) => Err(Error::new(ErrorKind::Timeout, "the call's time ran out while it waited for an access token")),
    }
}
