//! How an application authenticates at the token endpoint.

use secrecy::SecretString;

#[cfg(feature = "certificate")]
use super::certificate::Certificate;

/// How an application authenticates ([RFC 6749, section 2.3](https://www.rfc-editor.org/rfc/rfc6749#section-2.3)).
#[derive(Clone)]
pub(super) enum ClientAuthentication {
    /// A public client: it cannot keep a secret, and sends none.
    None,
    Secret(SecretString),
    #[cfg(feature = "certificate")]
    Certificate(Certificate),
}
