//! A run over many customers through the SDK.

use std::time::Duration;

use partner_center::{Client, auth::StaticToken};
use partner_center_benchmark_measure::{APPLICATION_NAME, token};
use partner_center_benchmark_runs::{Progress, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let settings = Settings::from_arguments();
    let client = Client::builder()
        .base_url(&settings.server)
        .credential(StaticToken::new(token()))
        .application_name(APPLICATION_NAME)
        .build()
        .expect("a client");
    let mut progress = Progress::begin(&settings);
    let mut organizations = client.organizations(settings.ids()).concurrency(settings.concurrency);
    if let Some(rate) = settings.rate {
        organizations = organizations.rate_limit(rate, Duration::from_secs(1));
    }
    while let Some((_, result)) = organizations.next().await {
        progress.answered(result.is_ok_and(|organization| organization.display_name.is_some()));
    }
    progress.report();
}
