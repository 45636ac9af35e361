//! Entra's error codes: which kind of error each is, what it means, and what helps.

use super::error_kind::CredentialErrorKind as Kind;

/// The codes to assume for an `invalid_client` that comes without one.
pub(super) const WRONG_SECRET: u32 = 7_000_215;
pub(super) const WRONG_CERTIFICATE: u32 = 700_027;
pub(super) const NO_AUTHENTICATION: u32 = 7_000_218;

/// What is known about a code.
pub(super) struct Row {
    pub(super) kind: Kind,
    /// The reason, if the kind does not say it.
    pub(super) reason: &'static str,
    /// What to do, if it is more than the kind says.
    pub(super) help: Option<&'static str>,
}

/// A kind that needs no further reason.
pub(super) const fn kind(kind: Kind) -> Row {
    Row { kind, reason: "", help: None }
}

const fn sign_in(reason: &'static str) -> Row {
    Row { kind: Kind::SignInRequired, reason, help: None }
}

/// A secret, a certificate or a registration that does not match.
const fn client(reason: &'static str, help: &'static str) -> Row {
    Row { kind: Kind::InvalidClient, reason, help: Some(help) }
}

/// What only an administrator or another user can change.
const fn rejected(reason: &'static str, help: &'static str) -> Row {
    Row { kind: Kind::Rejected, reason, help: Some(help) }
}

/// Whether nothing is known about any of these codes.
pub(super) fn are_unknown(codes: &[u32]) -> bool {
    codes.iter().all(|code| find(*code).is_none())
}

/// What is known about a code; `None` for the many that need no help of their own.
///
/// [Source](https://learn.microsoft.com/entra/identity-platform/reference-error-codes#aadsts-error-codes). 700023 is an
/// odd scope there and an assertion for another audience in the
/// [Azure SDK's list](https://learn.microsoft.com/azure/developer/java/sdk/troubleshooting-authentication-service-principal),
/// which is what can happen here. 50196 comes as `invalid_grant` and passes
/// ([source](https://learn.microsoft.com/entra/msal/dotnet/advanced/client-and-server-throttling)).
pub(super) fn find(code: u32) -> Option<Row> {
    Some(match code {
        700_082 | 70_008 | 700_084 => sign_in("the refresh token has expired because of its age or inactivity"),
        50_173 | 50_132 | 50_133 => {
            sign_in("the refresh token was revoked, for example by a password change or an administrator")
        }
        70_000 => sign_in("the refresh token or the code is invalid: incompletely copied, expired or revoked"),
        70_043 | 70_044 => sign_in("a Conditional Access policy limits how long a sign-in lasts"),
        50_055 | 50_144 => sign_in("the user's password has expired"),
        54_005 => sign_in("the authorization code was already redeemed"),
        16_000 | 50_058 | 50_089 | 50_125 => kind(Kind::SignInRequired),
        50_057 => rejected(
            "the user's account is disabled",
            "Have an administrator enable the account in Entra, or sign in as another user.",
        ),
        50_053 => rejected(
            "the user's account is locked",
            "Wait some minutes or have an administrator unlock the account, then sign in again.",
        ),
        50_126 => rejected("the user name or the password is wrong", "Sign in again with the right ones."),
        50_020 | 50_034 | 51_004 | 90_072 | 500_341 => rejected(
            "the user has no account in this tenant",
            "Sign in as a user of the partner's own tenant, and check that the configured tenant is the right one.",
        ),
        50_105 | 501_051 => rejected(
            "the user, or the application itself, is not assigned to the application",
            "In Entra, under \"Enterprise applications\", assign the user or one of their groups to the application, or \
             turn off \"Assignment required\".",
        ),
        700_005 | 7_000_012 => kind(Kind::WrongTenant),
        50_072 | 50_074 | 50_076 | 50_078 | 50_079 | 50_158 | 500_121 => kind(Kind::MfaRequired),
        53_000..=53_004 | 53_011 | 530_003 | 530_031..=530_035 | 50_005 | 50_097 | 50_131 => {
            kind(Kind::ConditionalAccess)
        }
        WRONG_SECRET => client(
            "the client secret is wrong",
            "Use the value of a client secret of this application that has not expired, not the secret's id.",
        ),
        7_000_222 => client(
            "the client secret has expired",
            "Create a new client secret for the application in Entra and use that one.",
        ),
        NO_AUTHENTICATION => client(
            "neither a client secret nor a certificate was sent",
            "Where a user signs in, turn on \"Allow public client flows\" for the application in Entra, and register the \
             redirect URI of a sign-in with the browser under \"Mobile and desktop applications\". Where the application \
             has a client secret or a certificate, configure it.",
        ),
        700_025 => client(
            "the application is a public client, which sends no secret",
            "Configure neither a secret nor a certificate for this application.",
        ),
        1_000_502 => client(
            "the client certificate has expired or is not valid yet",
            "Upload a new certificate to the application's registration in Entra and use that one.",
        ),
        50_011 | 9_002_327 => client(
            "the redirect URI is not registered for this kind of application",
            "Add the redirect URI to the application in Entra, under \"Mobile and desktop applications\".",
        ),
        500_133 | 700_021 | 700_023 | 700_024 | WRONG_CERTIFICATE | 700_030 | 7_000_214 => client(
            "the client certificate was not accepted",
            "Upload the certificate to the application's registration in Entra, and check that it is still valid and \
             that this machine's clock is right.",
        ),
        50_059 | 50_128 | 90_002 | 90_019 | 900_023 => kind(Kind::UnknownTenant),
        70_001 | 700_011 | 700_016 | 7_000_112 => kind(Kind::UnknownApplication),
        65_001 | 65_005 | 90_093 | 90_094 | 650_053 | 650_056 | 650_057 => kind(Kind::ConsentMissing),
        650_051 => rejected(
            "the tenant is unmanaged: the ownership of its domain is not verified",
            "Have an administrator take over the tenant by verifying the ownership of its domain with a DNS record: \
             https://learn.microsoft.com/entra/identity/users/domains-admin-takeover.",
        ),
        650_052 | 7_000_229 => Row {
            kind: Kind::ConsentMissing,
            reason: "the tenant has no service principal of the application or of Partner Center",
            help: Some(
                "Sign in to the partner's own tenant, and have its administrator consent to the application, which \
                 creates the service principal; only partners' tenants have one of Partner Center.",
            ),
        },
        500_011 | 500_014 | 50_001 | 70_011 | 1_002_012 => kind(Kind::UnknownAudience),
        65_004 => kind(Kind::Declined),
        70_019 | 70_020 => kind(Kind::Expired),
        50_196 | 90_055 => kind(Kind::Throttled),
        90_006 | 90_024 | 90_033 => kind(Kind::ServerFailure),
        _ => return None,
    })
}

/// The codes in a text such as `AADSTS700082: ...`.
pub(super) fn in_text(text: &str) -> Vec<u32> {
    let mut codes = Vec::new();
    for rest in text.split("AADSTS").skip(1) {
        let end = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
        codes.extend(rest[..end].parse::<u32>().ok().filter(|code| !codes.contains(code)));
        if codes.len() == MOST {
            break;
        }
    }
    codes
}

/// How many codes of one response are kept; Entra sends one or two.
pub(super) const MOST: usize = 8;
