//! What to do about a failure, in the words of this command: the SDK's speak to those who write programs.

use partner_center::auth::{CredentialError, CredentialErrorKind};
use partner_center::{Error, ErrorKind};

use crate::environment;

/// What to do about a failed call.
pub(crate) fn of(error: &Error) -> String {
    if let Some(error) = error.credential_error() {
        return of_credential(error);
    }
    let own = match error.kind() {
        ErrorKind::Certificate => {
            "Check --base-url and this machine's clock; behind a proxy that inspects TLS, have its root certificate \
             trusted by this system."
        }
        ErrorKind::Connection => "Check the network, the proxy (HTTPS_PROXY) and --base-url, then run it again.",
        ErrorKind::Timeout => "Run it again later, or give each call more time with --timeout.",
        ErrorKind::Throttled => "Run it again later; requests that are refused count against the limit too.",
        ErrorKind::Unauthenticated => {
            return format!(
                "{} The token must be issued by the partner's own tenant, for the cloud given by --cloud.",
                sign_in_again()
            );
        }
        ErrorKind::MfaRequired => {
            return format!("{} The user must pass multi-factor authentication.", sign_in_again());
        }
        ErrorKind::AudienceRetired => {
            return format!("{} The token must be for https://api.partnercenter.microsoft.com.", sign_in_again());
        }
        ErrorKind::AppOnlyRefused => "Sign a user in, with `partner-center login` without --with-secret.",
        ErrorKind::Rejected | ErrorKind::UnexpectedStatus => {
            "Check --base-url and any proxy in between; if both are right, give Microsoft support the correlation id."
        }
        ErrorKind::ServerFailure => "Run it again later; if it stays, give Microsoft support the correlation id.",
        ErrorKind::Redirected => "Check --base-url; a redirect often means a proxy or a sign-in page in between.",
        ErrorKind::UnexpectedBody | ErrorKind::BodyTooLarge | ErrorKind::NotExactlyOne => {
            "Check --base-url and any proxy in between; if both are right, report it with the correlation id."
        }
        _ => error.help(),
    };
    own.to_owned()
}

/// What to do about a sign-in that failed with the credential at hand.
pub(crate) fn of_credential(error: &CredentialError) -> String {
    match error.kind() {
        kind if needs_sign_in(kind) => explained(&sign_in_again(), kind),
        CredentialErrorKind::WrongSecret
        | CredentialErrorKind::SecretExpired
        | CredentialErrorKind::SecretMissing
        | CredentialErrorKind::CertificateRefused => format!("{} {}", explained("", error.kind()), sign_in_again()),
        _ => of_login(error),
    }
}

/// What to do about a sign-in that failed while it was made.
pub(crate) fn of_login(error: &CredentialError) -> String {
    match error.kind() {
        kind if needs_sign_in(kind) => explained("Run `partner-center login`.", kind),
        CredentialErrorKind::Throttled => "Run it again in some minutes.".to_owned(),
        CredentialErrorKind::Unreachable => {
            "Check the network, the proxy (HTTPS_PROXY) and --authority, then run it again.".to_owned()
        }
        CredentialErrorKind::UntrustedServer => "Check --authority and this machine's clock; behind a proxy that \
             inspects TLS, have its root certificate trusted by this system."
            .to_owned(),
        CredentialErrorKind::Store => "Make the place of the sign-in readable and writable for you.".to_owned(),
        _ => error.help().to_owned(),
    }
}

/// The refresh token is of no more use; a new one is.
fn needs_sign_in(kind: CredentialErrorKind) -> bool {
    use CredentialErrorKind as Kind;
    matches!(
        kind,
        Kind::RefreshTokenInactive
            | Kind::RefreshTokenRevoked
            | Kind::RefreshTokenInvalid
            | Kind::WrongTenant
            | Kind::SignInRequired
            | Kind::MfaRequired
    )
}

/// Where the credential is renewed: `login` is of no use against a variable that goes before it.
fn sign_in_again() -> String {
    match environment::credential_variable().ok().flatten() {
        Some(name) => format!("Set a new value in {name}."),
        None => "Run `partner-center login`.".to_owned(),
    }
}

fn explained(to_do: &str, kind: CredentialErrorKind) -> String {
    let why = match kind {
        CredentialErrorKind::RefreshTokenInactive => "A sign-in ends after 90 days without use.",
        CredentialErrorKind::RefreshTokenRevoked => "A changed password or an administrator ended the sign-in.",
        CredentialErrorKind::RefreshTokenInvalid => "The sign-in has expired or been revoked.",
        CredentialErrorKind::WrongTenant => "The tenant must be the partner's own, in which the user signed in.",
        CredentialErrorKind::MfaRequired => "The user must pass multi-factor authentication.",
        CredentialErrorKind::WrongSecret => "The value of a client secret is wanted, not its id.",
        CredentialErrorKind::SecretExpired => "Make a new client secret for the application in Entra.",
        CredentialErrorKind::SecretMissing => {
            "Turn on \"Allow public client flows\" for the application in Entra, or bring its secret."
        }
        CredentialErrorKind::CertificateRefused => {
            "Upload the certificate to the application in Entra, and check this machine's clock."
        }
        _ => "",
    };
    format!("{to_do} {why}").trim().to_owned()
}
