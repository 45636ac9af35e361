//! The kinds of failed sign-ins, and what to do about each.

use crate::kinds::kinds;

kinds! {
    /// Why no access token could be obtained.
    CredentialErrorKind;

    /// The refresh token is missing, expired, revoked or invalid, or Entra requires a sign-in for another reason
    /// (`invalid_grant`, `interaction_required`).
    SignInRequired: "sign-in-required", "the user must sign in again",
        "Sign in again with multi-factor authentication and store the new refresh token; from then on save every \
         token that replaces it, and use one at least every 90 days.";
    /// Multi-factor authentication is missing (`AADSTS50076`, `AADSTS50079`, `AADSTS50158`).
    MfaRequired: "mfa-required", "multi-factor authentication is missing",
        "Sign in again with multi-factor authentication and store the new refresh token; refreshing the current \
         one does not help.";
    /// The refresh token was issued in another tenant (`AADSTS700005`, `AADSTS7000012`).
    WrongTenant: "wrong-tenant", "the refresh token belongs to another tenant",
        "Set the tenant that the refresh token was issued in, which is the partner's own, or sign in again there and \
         store the new refresh token.";
    /// A Conditional Access policy blocked the sign-in (`AADSTS53003`).
    ConditionalAccess: "conditional-access", "a Conditional Access policy blocked the sign-in",
        "Look up the correlation id in the tenant's sign-in log to see which Conditional Access policy it was, and \
         satisfy the policy or exempt the integration user.";
    /// The application's secret or certificate is wrong, expired or missing (`invalid_client`).
    InvalidClient: "invalid-client", "the application's secret or certificate was not accepted",
        "Check the application's client secret or certificate in Entra.";
    /// The tenant does not exist in this cloud (`AADSTS90002`).
    UnknownTenant: "unknown-tenant", "the tenant is unknown",
        "Check the tenant: it must be the partner's own tenant id or domain, and the authority must be that of its \
         cloud.";
    /// The tenant has no such application, or has disabled it (`AADSTS700016`).
    UnknownApplication: "unknown-application", "the application is unknown in this tenant",
        "Check the application (client) id, and that the application is registered and enabled in the partner's own \
         tenant.";
    /// The application's permission has not been consented to (`AADSTS65001`).
    ConsentMissing: "consent-missing", "the application's permission has not been consented to",
        "Have an administrator of the partner's tenant consent to the application's Partner Center permission, \
         user_impersonation.";
    /// The tenant does not know the resource that the token is for (`AADSTS500011`).
    UnknownAudience: "unknown-audience", "the tenant does not know the audience",
        "Request tokens for https://api.partnercenter.microsoft.com (other clouds have their own; \
         https://graph.windows.net is retired), and check that the tenant is a partner's.";
    /// Another OAuth error; see [`error`](super::CredentialError::error) and
    /// [`aadsts_codes`](super::CredentialError::aadsts_codes).
    Rejected: "rejected", "the sign-in was rejected",
        "See the error's message, and the tenant's sign-in log under the correlation id.";
    /// The user declined to sign in.
    Declined: "declined", "the user declined to sign in",
        "Start the sign-in again and approve it.";
    /// The user did not sign in before the code expired.
    Expired: "expired", "the user did not sign in in time",
        "Start the sign-in again and enter the code before it expires.";
    /// The refresh token could not be loaded or saved.
    Store: "store", "the store of the refresh token failed",
        "Make the file or store of the refresh token readable and writable for this process.";
    /// Too many requests to the token endpoint (429, `AADSTS50196`, `AADSTS90055`).
    Throttled: "throttled", "too many requests to the token endpoint",
        "Wait for the delay that the token endpoint asks for, and share one client instead of creating many.";
    /// The token endpoint did not send a complete response in time.
    Unreachable: "unreachable", "the token endpoint did not respond",
        "Check the network, the proxy and the authority's address, then try again.";
    /// A proxy denied the connection to the token endpoint, for example because of a wrong password (407).
    Proxy: "proxy", "a proxy or gateway, not Entra, sent this response",
        "Check the proxy (HTTPS_PROXY) with its user name and password, and that it lets this machine reach the authority.";
    /// The token endpoint's certificate has expired, is for another host, or is signed by an untrusted authority.
    UntrustedServer: "untrusted-server", "the token endpoint's certificate is not trusted",
        "Check the authority's address and this machine's clock. If a proxy inspects TLS, have this system trust its \
         root certificate (on Linux, SSL_CERT_FILE can name a file with it).";
    /// The token endpoint itself failed.
    ServerFailure: "server-failure", "the token endpoint failed",
        "Try again later; if it persists, give the trace id to Microsoft support.";
    /// The response is not one of a token endpoint: HTML, empty, incomplete, too large.
    UnexpectedResponse: "unexpected-response", "the response is not one of a token endpoint",
        "Check the authority's address, and look for a proxy or a captive portal that responds in its place.";
    /// A setting is missing or invalid.
    Configuration: "configuration", "the credential is misconfigured",
        "Correct the setting that the message names.";
    /// An error of a credential that is not part of this library.
    Other: "other", "could not obtain an access token",
        "See the credential's error message.";
}

impl CredentialErrorKind {
    /// Whether the user must sign in again, since the refresh token is no longer usable.
    #[must_use]
    pub fn needs_sign_in(self) -> bool {
        matches!(self, Self::SignInRequired | Self::MfaRequired | Self::WrongTenant)
    }
}
