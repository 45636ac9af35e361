//! The kinds of errors, and what to do about each.

use crate::kinds::kinds;

kinds! {
    /// The kind of an error.
    ErrorKind;

    /// The client or the call is misconfigured; nothing was sent.
    Configuration: "configuration", "invalid configuration",
        "Correct the named setting; nothing was sent.";
    /// No access token could be obtained; [`Error::credential_error`](crate::Error::credential_error) says why.
    Credential: "credential", "could not obtain an access token",
        "See the credential's error message.";
    /// There was no connection, or it broke before the response was complete.
    Connection: "connection", "the connection to the service failed",
        "Check the network, the proxy and the base URL, then call again.";
    /// A proxy or gateway, not the service, sent the response (407, 511, a page of its own), or denied the connection.
    Proxy: "proxy", "a proxy or gateway, not the service, sent this response",
        "Check the proxy (HTTPS_PROXY) with its user name and password, and that it lets this machine reach the \
         service; its own page, if any, is in the raw body.";
    /// The server's certificate has expired, is for another host, or is signed by an authority this machine does not trust.
    Certificate: "certificate", "the server's certificate is not trusted",
        "Check the base URL and this machine's clock; behind a proxy that inspects TLS, add its root certificate to \
         the HTTP client or to the system (on Linux, SSL_CERT_FILE can name a file with it).";
    /// The call timed out, or the service did (408).
    Timeout: "timeout", "timed out",
        "Call again later, or raise the timeout; repeating this read is safe.";
    /// Too many requests (429); [`Error::retry_after`](crate::Error::retry_after) is the delay the service asks for.
    Throttled: "throttled", "the service is throttling this partner",
        "Wait for the `retry_after` delay and lower the concurrency; throttled requests count against the limit too.";
    /// The service rejected the request as malformed (400).
    InvalidInput: "invalid-input", "the service rejected the request as malformed",
        "Check the customer's tenant id, which the portal shows as Microsoft ID, or the filter of the list.";
    /// The service rejected the token (401).
    Unauthenticated: "unauthenticated", "the service rejected the token",
        "Sign in again, and check that the token was issued by the partner's tenant for the Partner Center audience.";
    /// The token does not show multi-factor authentication (401).
    MfaRequired: "mfa-required", "the token does not show multi-factor authentication",
        "Sign the partner's user in again with multi-factor authentication and store the new refresh token; \
         repeating the call or refreshing the token does not help.";
    /// The token was issued for an audience that the service has retired (401).
    AudienceRetired: "audience-retired", "the token's audience is retired",
        "Request tokens for the audience https://api.partnercenter.microsoft.com.";
    /// Access was denied, and the service does not say why (403).
    Forbidden: "forbidden", "access denied",
        "Check the customer's GDAP relationship (Global Reader or Directory Writers) and the user's agent role in \
         the partner tenant.";
    /// The partner's user has no suitable GDAP role with the customer (403).
    GdapRoleMissing: "gdap-role-missing", "no suitable GDAP role with this customer",
        "Assign the Entra role Global Reader or Directory Writers (for domains also Domain Name Administrator) to a \
         security group of the signed-in user, in the GDAP relationship with this customer; DAP does not suffice.";
    /// The signed-in user is in none of the partner's agent groups (403).
    PartnerRoleMissing: "partner-role-missing", "the user has no agent role in the partner tenant",
        "Make the signed-in user a member of Admin agents, Helpdesk agents or Sales agents in the partner tenant.";
    /// The operation does not allow application-only tokens (403).
    AppOnlyDenied: "app-only-denied", "application-only tokens are not allowed",
        "Use an app+user credential (a refresh token of the Secure Application Model) instead of an application-only \
         one.";
    /// The tenant is not a customer of the partner (403).
    NoRelationship: "no-relationship", "the tenant is not a customer of this partner",
        "Check the tenant id, and that the customer has accepted a reseller relationship with this partner.";
    /// A Conditional Access policy blocked the token (403).
    ConditionalAccess: "conditional-access", "a Conditional Access policy blocked the token",
        "Ask the administrator of the tenant which Conditional Access policy blocked the sign-in, and satisfy it or \
         exclude the user.";
    /// The tenant does not exist, or the caller cannot see it (404).
    NotFound: "not-found", "nothing was found for this customer",
        "Check the tenant id, and that the tenant is a customer of this partner.";
    /// The service rejected the request for another reason (4xx).
    Rejected: "rejected", "the service rejected the request",
        "Read the description and the raw body; give Microsoft support the correlation id.";
    /// The service or a gateway in front of it failed (5xx).
    ServerFailure: "server-failure", "the service failed",
        "Call again later; if it persists, give Microsoft support the correlation id.";
    /// The response was a redirect, which is never followed (3xx).
    Redirected: "redirected", "the response is a redirect, which is never followed",
        "Check the base URL; a redirect often means a proxy or a sign-in page in between.";
    /// A success status that the contract does not know, such as 204.
    UnexpectedStatus: "unexpected-status", "the contract does not define the response's status",
        "Check the base URL and any proxy in between; if both are right, report the status and the correlation id.";
    /// The status is a success, but the body does not match the contract or exceeds the size limit.
    UnexpectedBody: "unexpected-body", "the response does not match the contract",
        "Look at the raw body: an HTML page points to a proxy or a sign-in page in between. Raise the body limit if \
         larger bodies are expected.";
    /// One organization was expected, and there were none or several.
    NotExactlyOne: "not-exactly-one", "expected exactly one organization",
        "Use `organizations()` to get the array as received.";
}
