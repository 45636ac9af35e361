//! What class of thing went wrong, and what to do about each.

/// What class of thing went wrong.
///
/// More kinds may come; match with a wildcard arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client or the call is set up wrongly; nothing was sent.
    Configuration,
    /// No access token could be had; [`Error::credential_error`](super::Error::credential_error) says why.
    Credential,
    /// No connection, or it broke before the answer was complete.
    Connection,
    /// The server's certificate is expired, for another host, or signed by nobody this machine trusts.
    Certificate,
    /// A time limit of ours, or the service's own (408), ran out.
    Timeout,
    /// Too many requests (429); [`Error::retry_after`](super::Error::retry_after) says how long to wait.
    Throttled,
    /// The service did not understand the request (400).
    InvalidInput,
    /// The service does not accept the token (401).
    Unauthenticated,
    /// The token does not show multi-factor authentication (401).
    MfaRequired,
    /// The token was issued for an audience that the service has retired (401).
    AudienceRetired,
    /// The service refuses without saying which right is missing (403).
    Forbidden,
    /// The partner's user holds no suitable GDAP role with the customer (403).
    GdapRoleMissing,
    /// The signed-in user is in none of the partner's agent groups (403).
    PartnerRoleMissing,
    /// The operation does not take application-only tokens (403).
    AppOnlyRefused,
    /// The tenant is not a customer of the partner (403).
    NoRelationship,
    /// A Conditional Access policy stopped the token (403).
    ConditionalAccess,
    /// No such tenant, or nothing there for the caller (404).
    NotFound,
    /// Any other refusal (4xx).
    Rejected,
    /// The service or a gateway in front of it failed (5xx).
    ServerFailure,
    /// The service answered with a redirect, which is never followed (3xx).
    Redirected,
    /// A success status that the contract does not know, such as 204.
    UnexpectedStatus,
    /// The status says success, the body is not what the contract promises.
    UnexpectedBody,
    /// The body is larger than the limit.
    BodyTooLarge,
    /// One organization was asked for, and there were none or several.
    NotExactlyOne,
}

impl ErrorKind {
    /// The kind as a word for logs and machines, such as `gdap-role-missing`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Credential => "credential",
            Self::Connection => "connection",
            Self::Certificate => "certificate",
            Self::Timeout => "timeout",
            Self::Throttled => "throttled",
            Self::InvalidInput => "invalid-input",
            Self::Unauthenticated => "unauthenticated",
            Self::MfaRequired => "mfa-required",
            Self::AudienceRetired => "audience-retired",
            Self::Forbidden => "forbidden",
            Self::GdapRoleMissing => "gdap-role-missing",
            Self::PartnerRoleMissing => "partner-role-missing",
            Self::AppOnlyRefused => "app-only-refused",
            Self::NoRelationship => "no-relationship",
            Self::ConditionalAccess => "conditional-access",
            Self::NotFound => "not-found",
            Self::Rejected => "rejected",
            Self::ServerFailure => "server-failure",
            Self::Redirected => "redirected",
            Self::UnexpectedStatus => "unexpected-status",
            Self::UnexpectedBody => "unexpected-body",
            Self::BodyTooLarge => "body-too-large",
            Self::NotExactlyOne => "not-exactly-one",
        }
    }

    /// What happened, as the start of a sentence.
    pub(super) fn summary(self) -> &'static str {
        match self {
            Self::Configuration => "the client or the call is set up wrongly",
            Self::Credential => "no access token could be had",
            Self::Connection => "the connection to the service failed",
            Self::Certificate => "the server's certificate is not trusted",
            Self::Timeout => "a time limit ran out",
            Self::Throttled => "the service is throttling this partner",
            Self::InvalidInput => "the service did not understand the request",
            Self::Unauthenticated => "the service does not accept the token",
            Self::MfaRequired => "the token does not show multi-factor authentication",
            Self::AudienceRetired => "the token's audience is retired",
            Self::Forbidden => "the service refused access",
            Self::GdapRoleMissing => "no suitable GDAP role with this customer",
            Self::PartnerRoleMissing => "the user has no agent role in the partner tenant",
            Self::AppOnlyRefused => "application-only tokens are refused",
            Self::NoRelationship => "the tenant is not a customer of this partner",
            Self::ConditionalAccess => "a Conditional Access policy stopped the token",
            Self::NotFound => "nothing was found for this customer",
            Self::Rejected => "the service refused the request",
            Self::ServerFailure => "the service failed",
            Self::Redirected => "the service answered with a redirect, which is never followed",
            Self::UnexpectedStatus => "the service answered with a status that the contract does not know",
            Self::UnexpectedBody => "the answer is not what the contract promises",
            Self::BodyTooLarge => "the answer is larger than the limit",
            Self::NotExactlyOne => "not exactly one organization came back",
        }
    }

    /// What to do about it, one sentence.
    pub(super) fn help(self) -> &'static str {
        match self {
            Self::Configuration => "Correct the named setting; nothing was sent.",
            Self::Credential => "Look at the credential's own error for the reason and its help.",
            Self::Connection => "Check the network, the proxy and the base URL, then call again.",
            Self::Certificate => {
                "Check the base URL and this machine's clock; behind a proxy that inspects TLS, add its root certificate to the client."
            }
            Self::Timeout => "Call again later, or give the call more time; a repeat of this read is safe.",
            Self::Throttled => {
                "Wait as long as `retry_after` says and lower the concurrency; refused requests count against the limit too."
            }
            Self::InvalidInput => "Check that the customer's tenant id is the one the portal shows as Microsoft ID.",
            Self::Unauthenticated => {
                "Sign in again, and check that the token was issued by the partner's tenant for the Partner Center audience."
            }
            Self::MfaRequired => {
                "Sign the partner's user in again with multi-factor authentication and store the new refresh token; repeating the call or refreshing the token does not help."
            }
            Self::AudienceRetired => {
                "Ask for tokens with the audience https://api.partnercenter.microsoft.com instead of the one used."
            }
            Self::Forbidden => {
                "Check the customer's GDAP relationship (Global Reader or Directory Writers) and the user's agent role in the partner tenant."
            }
            Self::GdapRoleMissing => {
                "Give a security group that the signed-in user belongs to the Entra role Global Reader or Directory Writers in the GDAP relationship with this customer; DAP does not suffice."
            }
            Self::PartnerRoleMissing => {
                "Make the signed-in user a member of Admin agents, Helpdesk agents or Sales agents in the partner tenant."
            }
            Self::AppOnlyRefused => {
                "Use an app+user credential (a refresh token of the Secure Application Model) instead of an application-only one."
            }
            Self::NoRelationship => {
                "Check the tenant id, and that the customer has accepted a reseller relationship with this partner."
            }
            Self::ConditionalAccess => {
                "Ask the administrator of the tenant which Conditional Access policy blocked the sign-in, and satisfy it or exclude the user."
            }
            Self::NotFound => "Check the tenant id, and that the tenant is a customer of this partner.",
            Self::Rejected => "Read the description and the raw body; give Microsoft support the correlation id.",
            Self::ServerFailure => "Call again later; if it stays, give Microsoft support the correlation id.",
            Self::Redirected => "Check the base URL; a redirect often means a proxy or a sign-in page in between.",
            Self::UnexpectedStatus => {
                "Check the base URL and any proxy in between; if both are right, report the status and the correlation id."
            }
            Self::UnexpectedBody => {
                "Look at the raw body: an HTML page points to a proxy or a sign-in page in between."
            }
            Self::BodyTooLarge => "Raise the body limit if answers of this size are expected.",
            Self::NotExactlyOne => "Use `organizations()` to get the array as it came.",
        }
    }
}

impl std::fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
