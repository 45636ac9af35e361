//! Checks the token's claims: its audience, its expiry, and who signed in and how.

use std::time::{Duration, Instant, SystemTime};

use partner_center::auth::{AccessToken, Claims, Credential, TokenRequest};

use super::check::{Check, Report, patience};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::sign_in::credential;
use crate::sign_in::token_identity::TokenIdentity;
use crate::terminal::{notify, rounded_down};
use crate::throttle_notice::ThrottleNotice;

/// How much longer than a token request getting a token may take.
const SLACK: Duration = Duration::from_millis(500);

/// Gets a token and looks at it; `None` where there is none.
pub(super) async fn obtain(
    settings: &Settings,
    credential: &dyn Credential,
    report: &mut Report,
) -> Result<Option<AccessToken>, Failure> {
    let request =
        TokenRequest::for_audience(settings.audience(), &settings.authority.value)?.timeout(patience(settings));
    let began = Instant::now();
    // Longer than the token request may take: the lock of another process that signs in is waited for, too.
    let work = tokio::time::timeout(patience(settings) + SLACK, credential.token(&request));
    let token = match ThrottleNotice::new().during(|| request.throttled_for(), notify, work).await {
        Ok(Ok(token)) => token,
        Err(_) => {
            let what = "another process has been signing in with the same refresh token for too long";
            report.add(Check::bad("token", Exit::Unavailable, what, "End that process, then run doctor again."))?;
            return Ok(None);
        }
        Ok(Err(error)) => {
            report.add(Check::of_failure("token", Failure::of_credential(&error)))?;
            return Ok(None);
        }
    };
    report.add(Check::good("token", format!("obtained in {} ms", began.elapsed().as_millis())))?;
    let Some(claims) = token.claims() else {
        let help = "Test the call itself with `partner-center doctor CUSTOMER_TENANT_ID`.";
        report.add(Check::doubtful("claims", "the token is opaque, so its claims cannot be read", help))?;
        return Ok(Some(token));
    };
    let identity = identity(settings, &token);
    for check in [identity, audience(&claims, settings.audience()), expiry(&claims), kind(&claims), mfa(&claims)] {
        report.add(check)?;
    }
    Ok(Some(token))
}

/// Who the token was issued for, and whether the tenant is the configured one.
fn identity(settings: &Settings, token: &AccessToken) -> Check {
    let identity = TokenIdentity::of(token);
    let requested = credential::identity(settings).ok().and_then(|identity| identity.tenant);
    let warning = identity.warning(requested.as_ref().map(|tenant| &*tenant.value), settings);
    let TokenIdentity { user, tenant_id, application } = identity;
    let named = [("user", &user), ("tenant", &tenant_id), ("application", &application)];
    let named = named.iter().filter_map(|(what, name)| name.as_ref().map(|name| format!("{what} {name}")));
    let detail = named.collect::<Vec<_>>().join(", ");
    let check = match warning {
        None => Check::good("identity", detail),
        Some(warning) => Check::doubtful(
            "identity",
            format!("{detail}: {warning}"),
            "Run `partner-center login` for the configured tenant, or correct the setting.",
        ),
    };
    check.field("user", user).field("tenantId", tenant_id).field("application", application)
}

fn audience(claims: &Claims, wanted: &str) -> Check {
    let named = claims.audience_names().join(", ");
    match claims.is_for(wanted) {
        Some(true) => Check::good("audience", named),
        Some(false) => Check::bad(
            "audience",
            Exit::SignIn,
            format!("the token is for {named}, not for {wanted}"),
            "Check --cloud, and use a token that was issued for Partner Center: `partner-center login` gets one.",
        ),
        None => Check::doubtful("audience", format!("cannot be determined from {named:?}"), "Try the call itself."),
    }
}

fn expiry(claims: &Claims) -> Check {
    let now = SystemTime::now();
    if let Some(Ok(left)) = claims.not_before.map(|start| start.duration_since(now)) {
        let detail =
            format!("the token is not valid yet, by this machine's clock; it will be in {}", rounded_down(left));
        return Check::bad(
            "expiry",
            Exit::SignIn,
            detail,
            "Set this machine's clock; if it is right, wait until the token is valid.",
        );
    }
    let Some(expires) = claims.expires else {
        return Check::doubtful("expiry", "the token does not say when it expires", "Try the call itself.");
    };
    match expires.duration_since(now) {
        Ok(left) => Check::good("expiry", format!("in {}", rounded_down(left))),
        Err(error) => Check::bad(
            "expiry",
            Exit::SignIn,
            format!(
                "the token expired {} ago, at {}",
                rounded_down(error.duration()),
                httpdate::fmt_http_date(expires)
            ),
            "Get a new token; if it is new, set this machine's clock.",
        ),
    }
}

/// Applications have no `scp`.
fn is_app_only(claims: &Claims) -> bool {
    claims.scopes.is_empty()
}

fn kind(claims: &Claims) -> Check {
    match is_app_only(claims) {
        false => Check::good("kind", format!("app+user, scope {}", claims.scopes.join(" "))),
        true => Check::doubtful(
            "kind",
            "app-only: the application signed in without a user",
            "If the call is denied, sign in as a user with `partner-center login`; roles come from a user's groups.",
        ),
    }
}

fn mfa(claims: &Claims) -> Check {
    match claims.has_mfa() {
        Some(true) => Check::good("mfa", "amr includes mfa"),
        _ if is_app_only(claims) => Check::good("mfa", "not required of applications"),
        Some(false) => Check::bad(
            "mfa",
            Exit::SignIn,
            "amr does not include mfa: the user signed in without multi-factor authentication",
            "Sign in again with multi-factor authentication: `partner-center login`.",
        ),
        None => Check::doubtful("mfa", "the token has no amr", "Try the call; a 401 then points to missing MFA."),
    }
}
