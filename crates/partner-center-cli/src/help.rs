//! What to do about a failure, for users of this command; the SDK's help is for programmers.

use partner_center::auth::{self, CredentialError, CredentialErrorKind};
use partner_center::{Error, ErrorKind};

/// What to do about a failed call.
pub(crate) fn of(error: &Error) -> String {
    if let Some(error) = error.credential_error() {
        return of_credential(error);
    }
    let again = |what: &str| format!("{} {what}", sign_in_again());
    let own = match error.kind() {
        ErrorKind::Certificate => {
            "Check --base-url and this machine's clock; behind a proxy that inspects TLS, have its root certificate \
             trusted by this system (on Linux, SSL_CERT_FILE can name a file with it)."
        }
        ErrorKind::Connection => "Check the network, the proxy (HTTPS_PROXY) and the address, then try again.",
        ErrorKind::Proxy => "Check the proxy (HTTPS_PROXY), its user name and password, and what it allows.",
        ErrorKind::Timeout => "Try again later, or give each call more time with --timeout.",
        ErrorKind::Throttled => "Try again later; throttled requests count against the limit too.",
        ErrorKind::Unauthenticated => {
            return again("The token must be issued by the partner's own tenant, for the cloud given by --cloud.");
        }
        ErrorKind::MfaRequired => return again("The user must pass multi-factor authentication."),
        ErrorKind::AudienceRetired => {
            return again("The token must be for https://api.partnercenter.microsoft.com.");
        }
        ErrorKind::AppOnlyDenied => "Sign in as a user: run `partner-center login` without --with-secret.",
        ErrorKind::Rejected | ErrorKind::UnexpectedStatus => {
            "Check --base-url and any proxy in between; if both are right, give Microsoft support the correlation id."
        }
        ErrorKind::ServerFailure => "Try again later; if it persists, give Microsoft support the correlation id.",
        ErrorKind::Redirected => "Check --base-url; a redirect often means a proxy or a sign-in page in between.",
        ErrorKind::UnexpectedBody | ErrorKind::NotExactlyOne => {
            "Check --base-url and any proxy in between; if both are right, report it with the correlation id."
        }
        _ => error.help(),
    };
    own.to_owned()
}

/// What to do about a sign-in that failed with the credential at hand.
pub(crate) fn of_credential(error: &CredentialError) -> String {
    if !error.kind().needs_sign_in() {
        // The secret of the stored sign-in is wrong or has expired.
        let is_renewed = error.variable().is_none() && matches!(error.aadsts_codes(), [7_000_215 | 7_000_222, ..]);
        let help = of_login(error);
        return if is_renewed { format!("{help} {}", sign_in_again()) } else { help };
    }
    let what_to_do = error.variable().map_or_else(sign_in_again, renewed_in);
    match error.help_url() {
        Some(url) => format!("{url} explains the code. {what_to_do}"),
        None => format!("{what_to_do} {}", why(error.kind())),
    }
}

/// What to do about a sign-in that failed while it was made.
pub(crate) fn of_login(error: &CredentialError) -> String {
    match error.kind() {
        CredentialErrorKind::SignInRequired => "Start again, and finish the sign-in.".to_owned(),
        CredentialErrorKind::MfaRequired => {
            "Start again, and pass multi-factor authentication; a user who has no second \
             factor yet sets one up at https://aka.ms/mfasetup."
                .to_owned()
        }
        CredentialErrorKind::WrongTenant => "Pass the partner's own tenant in --tenant, and sign in there.".to_owned(),
        CredentialErrorKind::UnknownAudience => {
            "Check that the tenant is a partner's, since others do not have Partner Center, and that --cloud is its cloud."
                .to_owned()
        }
        CredentialErrorKind::Throttled if error.retry_after().is_some() => "Try again after that delay.".to_owned(),
        CredentialErrorKind::Throttled => "Try again in a few minutes.".to_owned(),
        _ => error.help().to_owned(),
    }
}

/// Where to renew the credential: `login` is of no use if a variable takes precedence over it.
fn sign_in_again() -> String {
    auth::credential_variable().ok().flatten().map_or_else(|| "Run `partner-center login`.".to_owned(), renewed_in)
}

/// Some variables contain a secret, others the path of its file.
fn renewed_in(variable: &str) -> String {
    match variable.ends_with("_FILE") || variable.ends_with("_PATH") {
        true => format!("Put a new one into the file that {variable} names."),
        false => format!("Set a new value in {variable}."),
    }
}

/// What to know about the sign-in that is to come.
fn why(kind: CredentialErrorKind) -> &'static str {
    match kind {
        CredentialErrorKind::WrongTenant => "The tenant must be the partner's own, in which the user signed in.",
        CredentialErrorKind::MfaRequired => "The user must pass multi-factor authentication.",
        _ => "A sign-in ends after 90 days without use.",
    }
}
