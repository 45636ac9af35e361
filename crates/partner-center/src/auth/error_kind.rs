//! The classes of failed sign-ins, and what to do about each.

/// Why no access token could be had, as a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CredentialErrorKind {
    /// The refresh token has ended, by age or because it was not used (`AADSTS700082`, `AADSTS70008`).
    RefreshTokenInactive,
    /// The refresh token has been revoked, by a changed password or by an administrator (`AADSTS50173`).
    RefreshTokenRevoked,
    /// The refresh token is not valid: expired, revoked or mistyped (`AADSTS70000`).
    RefreshTokenInvalid,
    /// The refresh token was issued in another tenant (`AADSTS700005`, `AADSTS7000012`).
    WrongTenant,
    /// Entra wants the user to sign in again, for another reason (`invalid_grant`, `interaction_required`).
    SignInRequired,
    /// Multi-factor authentication is missing (`AADSTS50076`, `AADSTS50079`, `AADSTS50158`).
    MfaRequired,
    /// A Conditional Access policy stopped the sign-in (`AADSTS53003`).
    ConditionalAccess,
    /// The client secret is wrong, or one was sent where none is wanted (`AADSTS7000215`, `AADSTS700025`).
    WrongSecret,
    /// The application must prove who it is, and did not (`AADSTS7000218`).
    SecretMissing,
    /// The client secret has expired (`AADSTS7000222`).
    SecretExpired,
    /// The client certificate, or the assertion signed with it, was refused (`AADSTS700027`, `AADSTS700024`).
    CertificateRefused,
    /// There is no such tenant in this cloud (`AADSTS90002`).
    UnknownTenant,
    /// The tenant has no such application, or has turned it off (`AADSTS700016`).
    UnknownApplication,
    /// Nobody has consented to the application's permission (`AADSTS65001`).
    ConsentMissing,
    /// The tenant does not know the resource that the token is for (`AADSTS500011`).
    UnknownAudience,
    /// Another refusal of the token endpoint; see [`aadsts_codes`](super::CredentialError::aadsts_codes).
    Refused,
    /// The user declined to sign in.
    Declined,
    /// The user did not sign in before the code ended.
    Expired,
    /// The refresh token could not be read or kept.
    Store,
    /// The token endpoint has been asked too often (429, `AADSTS50196`, `AADSTS90055`).
    Throttled,
    /// The token endpoint gave no answer, or not in time.
    Unreachable,
    /// The token endpoint's certificate is expired, for another host, or signed by nobody this machine trusts.
    UntrustedServer,
    /// The token endpoint failed itself.
    ServerFailure,
    /// What came back is no answer of a token endpoint: HTML, nothing, half a document, too much.
    UnexpectedAnswer,
    /// A setting is missing or makes no sense.
    Configuration,
    /// A reason of a credential that is not part of this library.
    Other,
}

impl CredentialErrorKind {
    /// What happened, without an article for a sentence to come.
    pub(super) fn summary(self) -> &'static str {
        match self {
            Self::RefreshTokenInactive => "the refresh token has expired",
            Self::RefreshTokenRevoked => "the refresh token has been revoked",
            Self::RefreshTokenInvalid => "the refresh token is not valid",
            Self::WrongTenant => "the refresh token belongs to another tenant",
            Self::SignInRequired => "the user must sign in again",
            Self::MfaRequired => "multi-factor authentication is missing",
            Self::ConditionalAccess => "a Conditional Access policy stopped the sign-in",
            Self::WrongSecret => "the client secret is wrong or missing",
            Self::SecretMissing => "the application did not prove who it is",
            Self::SecretExpired => "the client secret has expired",
            Self::CertificateRefused => "the client certificate was refused",
            Self::UnknownTenant => "the tenant is unknown",
            Self::UnknownApplication => "the application is unknown in this tenant",
            Self::ConsentMissing => "nobody has consented to the application's permission",
            Self::UnknownAudience => "the tenant does not know the audience",
            Self::Refused => "the token endpoint refused",
            Self::Declined => "the user declined to sign in",
            Self::Expired => "the user did not sign in in time",
            Self::Store => "the refresh token could not be read or kept",
            Self::Throttled => "the token endpoint has been asked too often",
            Self::Unreachable => "the token endpoint gave no answer",
            Self::UntrustedServer => "the token endpoint's certificate is not trusted",
            Self::ServerFailure => "the token endpoint failed",
            Self::UnexpectedAnswer => "what answered is no token endpoint",
            Self::Configuration => "the credential is not set up right",
            Self::Other => "the credential gave no token",
        }
    }

    pub(super) fn help(self) -> &'static str {
        match self {
            Self::RefreshTokenInactive => {
                "Sign in again with multi-factor authentication and store the new refresh token; from then on keep \
                 every token that replaces it and redeem one at least every 90 days."
            }
            Self::RefreshTokenRevoked => {
                "Sign in again with multi-factor authentication and store the new refresh token; a changed password or \
                 an administrator ended the old one."
            }
            Self::RefreshTokenInvalid => {
                "Check that the refresh token was copied whole; if it was, it has expired or been revoked: sign in again \
                 with multi-factor authentication and store the new one."
            }
            Self::WrongTenant => {
                "Give the tenant that the refresh token was issued in, which is the partner's own, or sign in again there \
                 and store the new refresh token."
            }
            Self::SignInRequired => "Sign in again with multi-factor authentication and store the new refresh token.",
            Self::MfaRequired => {
                "Consent again interactively, with multi-factor authentication, and store the new refresh token; the \
                 current one cannot gain it."
            }
            Self::ConditionalAccess => {
                "Look the correlation id up in the tenant's sign-in log to see which Conditional Access policy it was, \
                 and satisfy the policy or exempt the integration user."
            }
            Self::WrongSecret => {
                "Give the value of a client secret of this application, not the secret's id; a public client gives none."
            }
            Self::SecretMissing => {
                "Send the application's client secret or certificate, or turn on \"Allow public client flows\" for the \
                 application in Entra if it can keep neither."
            }
            Self::SecretExpired => "Make a new client secret for the application in Entra and give that one.",
            Self::CertificateRefused => {
                "Upload the certificate to the application's registration in Entra, and check that it is still valid \
                 and that this machine's clock is right."
            }
            Self::UnknownTenant => {
                "Check the tenant: it must be the partner's own tenant id or domain, and the authority must be that of \
                 its cloud."
            }
            Self::UnknownApplication => {
                "Check the application (client) id, and that the application is registered and turned on in the \
                 partner's own tenant."
            }
            Self::ConsentMissing => {
                "Have an administrator of the partner's tenant consent to the application's Partner Center permission, \
                 user_impersonation."
            }
            Self::UnknownAudience => {
                "Ask for tokens for https://api.partnercenter.microsoft.com (other clouds have their own; \
                 https://graph.windows.net is retired), and check that the tenant is a partner's."
            }
            Self::Refused => "Look the AADSTS code up at https://login.microsoftonline.com/error.",
            Self::Declined => "Start the sign-in again and accept it.",
            Self::Expired => "Start the sign-in again and enter the code before it ends.",
            Self::Store => {
                "Make the place of the refresh token readable and writable for this process; the newest token is in \
                 this process's memory alone until it is saved."
            }
            Self::Throttled => "Wait as long as the token endpoint says, and share one client instead of making many.",
            Self::Unreachable => "Check the network, the proxy and the authority's address, then try again.",
            Self::UntrustedServer => {
                "Check the authority's address and this machine's clock; behind a proxy that inspects TLS, add its root \
                 certificate to the client."
            }
            Self::ServerFailure => "Try again later; if it lasts, give the trace id to Microsoft's support.",
            Self::UnexpectedAnswer => {
                "Check the authority's address, and look for a proxy or a captive portal that answers in its place."
            }
            Self::Configuration => "Correct the setting that the message names.",
            Self::Other => "Do as the credential's own message says.",
        }
    }

    /// Whether a new sign-in of the user is what helps.
    pub(super) fn needs_sign_in(self) -> bool {
        matches!(
            self,
            Self::RefreshTokenInactive
                | Self::RefreshTokenRevoked
                | Self::RefreshTokenInvalid
                | Self::WrongTenant
                | Self::SignInRequired
                | Self::MfaRequired
        )
    }

    /// Whether the same attempt may succeed later without anybody changing anything.
    pub(super) fn is_retryable(self) -> bool {
        matches!(self, Self::Throttled | Self::Unreachable | Self::ServerFailure)
    }
}
