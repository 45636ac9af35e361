//! An example of the contract.

/// One of the contract's examples: a whole answer of the service.
///
/// The constants are in [`examples`](crate::examples), one module an operation. Turn one into a
/// [`MockResponse`](crate::MockResponse) to serve it, changed if need be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Example {
    /// What the contract calls it, such as `contoso`.
    pub name: &'static str,
    /// The HTTP status it is documented for.
    pub status: u16,
    /// Headers it is documented with, content type included.
    pub headers: &'static [(&'static str, &'static str)],
    /// The body, byte for byte.
    pub body: &'static str,
}
