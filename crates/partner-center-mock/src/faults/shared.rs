//! State that the connections of a fault server share.

use std::sync::atomic::AtomicUsize;

use super::event::Log;
use super::source::ResponseSource;

/// State that all connections share.
pub(super) struct Shared {
    pub(super) log: Log,
    pub(super) source: ResponseSource,
    pub(super) open: AtomicUsize,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<tokio_rustls::TlsAcceptor>,
}

impl Shared {
    pub(super) fn new(source: ResponseSource, history: Option<usize>) -> Self {
        Self {
            log: Log::new(history),
            source,
            open: AtomicUsize::new(0),
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    pub(super) fn is_plain(&self) -> bool {
        #[cfg(feature = "tls")]
        return self.tls.is_none();
        #[cfg(not(feature = "tls"))]
        true
    }
}
