//! Puts a token on a call, and replaces one that the service refuses, once.

use crate::auth::Authorization;
use crate::call::Call;
use crate::error::{Error, ErrorKind};

/// What a call knows about its token.
pub(super) enum Progress {
    /// The token after a refusal, fetched already.
    Renewed(Authorization),
    /// The renewed token has been used; a second refusal is final.
    Spent,
}

/// The token for the next attempt, within the call's deadline.
pub(super) async fn token(call: &Call, progress: &mut Option<Progress>) -> Result<Authorization, Error> {
    if let Some(Progress::Renewed(renewed)) = progress.take_if(|progress| matches!(progress, Progress::Renewed(_))) {
        *progress = Some(Progress::Spent);
        return Ok(renewed);
    }
    fresh(call).await
}

/// Whether the service refused the token and another one is at hand now.
///
/// A token that lacks multi-factor authentication or is for a retired audience is dropped, too, so that a call after the
/// next sign-in finds a new one; but it is not replaced here, since the next one would be the same.
pub(super) async fn renews(
    call: &Call,
    progress: &mut Option<Progress>,
    refused: &Authorization,
    error: &Error,
) -> bool {
    let is_renewable = error.kind() == ErrorKind::Unauthenticated && progress.is_none();
    if is_renewable || matches!(error.kind(), ErrorKind::MfaRequired | ErrorKind::AudienceRetired) {
        call.client.inner().tokens.forget(refused);
    }
    if !is_renewable {
        return false;
    }
    match fresh(call).await {
        Ok(renewed) if renewed != *refused => {
            *progress = Some(Progress::Renewed(renewed));
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
