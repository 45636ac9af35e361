//! A documented response of the contract.

/// An example of the contract: a complete response of the service.
///
/// [`examples`](crate::examples) has one module of constants for each operation. To change one before serving it,
/// convert it into a [`MockResponse`](crate::MockResponse).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Example {
    /// The name in the contract, such as `contoso`.
    pub name: &'static str,
    /// The documented HTTP status.
    pub status: u16,
    /// The documented headers, content type included.
    pub headers: &'static [(&'static str, &'static str)],
    /// The body, byte for byte.
    pub body: &'static str,
}
