//! `--verbose`: the SDK's trace on standard error.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Shows every call to the service and its attempts. For sign-ins, the SDK logs only problems, and never a secret.
pub(crate) fn start() {
    let layer =
        tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false).with_span_events(FmtSpan::CLOSE);
    let filter = Targets::new().with_target("partner_center", LevelFilter::DEBUG);
    // It fails where there is a subscriber already, and then that one shows it.
    let _ = tracing_subscriber::registry().with(layer).with(filter).try_init();
}
