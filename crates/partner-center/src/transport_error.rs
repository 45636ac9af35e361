//! What a failed exchange of the HTTP library was about.

use std::error::Error as StdError;

/// Whether a handshake failed over the server's certificate; a repeat would fail the same way.
///
/// The TLS libraries say it in words of their own, below several layers; all of them name the certificate.
pub(crate) fn is_about_a_certificate(error: &reqwest::Error) -> bool {
    error.is_connect() && chain(error).any(|cause| cause.to_string().to_ascii_lowercase().contains("certificate"))
}

/// The last cause, which says most.
pub(crate) fn deepest(error: &reqwest::Error) -> String {
    chain(error).last().map_or_else(|| error.to_string(), ToString::to_string)
}

fn chain(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}
