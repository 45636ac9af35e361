//! Entra's error codes: which kind of error each is, what it means, and what helps.

use super::error_kind::CredentialErrorKind::{self as Kind, InvalidClient, SignInRequired};

/// What is known of a code.
pub(super) struct Row {
    pub(super) kind: Kind,
    /// The reason, if the kind does not say it.
    pub(super) reason: &'static str,
    /// What to do, if it is more than the kind says.
    pub(super) help: Option<&'static str>,
}

pub(super) const WRONG_SECRET: Row = Row {
    kind: InvalidClient,
    reason: "the client secret is wrong",
    help: Some("Use the value of a client secret of this application that has not expired, not the secret's id."),
};
pub(super) const WRONG_CERTIFICATE: Row = Row {
    kind: InvalidClient,
    reason: "the client certificate was not accepted",
    help: Some(
        "Upload the certificate to the application's registration in Entra, and check that it is still valid and that \
         this machine's clock is right.",
    ),
};
pub(super) const NO_AUTHENTICATION: Row = Row {
    kind: InvalidClient,
    reason: "neither a client secret nor a certificate was sent",
    help: Some(
        "Configure the application's client secret or certificate. If it can keep neither, turn on \"Allow public client \
         flows\" for it in Entra, and for a sign-in with the browser register its redirect URI under \"Mobile and \
         desktop applications\".",
    ),
};
const EXPIRED_SECRET: Row = Row {
    kind: InvalidClient,
    reason: "the client secret has expired",
    help: Some("Make a new client secret for the application in Entra and use that one."),
};
const SINGLE_PAGE: Row = Row {
    kind: Kind::Rejected,
    reason: "the redirect URI is that of a single-page application",
    help: Some("Register the redirect URI under \"Mobile and desktop applications\" in Entra."),
};
const PUBLIC_CLIENT: Row = Row {
    kind: InvalidClient,
    reason: "the application is a public client, which sends no secret",
    help: Some("Configure neither a secret nor a certificate for this application."),
};

const fn kind(kind: Kind) -> Row {
    Row { kind, reason: "", help: None }
}

const fn sign_in(reason: &'static str) -> Row {
    Row { kind: SignInRequired, reason, help: None }
}

/// What is known of a code; `None` for the many that call for no help of their own.
///
/// [Source](https://learn.microsoft.com/entra/identity-platform/reference-error-codes#aadsts-error-codes). 700023 is an
/// odd scope there and an assertion for another audience in the
/// [Azure SDK's list](https://learn.microsoft.com/azure/developer/java/sdk/troubleshooting-authentication-service-principal),
/// which is what can happen here. 50196 comes as `invalid_grant` and passes
/// ([source](https://learn.microsoft.com/entra/msal/dotnet/advanced/client-and-server-throttling)).
pub(super) fn find(code: u32) -> Option<Row> {
    Some(match code {
        700_082 | 70_008 | 700_084 => sign_in("the refresh token has expired, by age or because it was not used"),
        50_173 | 50_132 | 50_133 => {
            sign_in("the refresh token was revoked, by a changed password or by an administrator")
        }
        70_000 => sign_in("the refresh token is invalid: not copied whole, expired or revoked"),
        700_005 | 7_000_012 => kind(Kind::WrongTenant),
        50_072 | 50_074 | 50_076 | 50_078 | 50_079 | 50_158 => kind(Kind::MfaRequired),
        53_000..=53_004 | 530_031..=530_035 | 50_005 | 50_097 | 50_131 => kind(Kind::ConditionalAccess),
        7_000_215 => WRONG_SECRET,
        7_000_222 => EXPIRED_SECRET,
        7_000_218 => NO_AUTHENTICATION,
        700_025 => PUBLIC_CLIENT,
        9_002_327 => SINGLE_PAGE,
        700_021 | 700_023 | 700_024 | 700_027 | 700_030 | 7_000_214 => WRONG_CERTIFICATE,
        90_002 | 900_023 => kind(Kind::UnknownTenant),
        700_016 | 7_000_112 => kind(Kind::UnknownApplication),
        65_001 | 90_094 | 650_057 => kind(Kind::ConsentMissing),
        500_011 | 50_001 | 70_011 | 1_002_012 => kind(Kind::UnknownAudience),
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
