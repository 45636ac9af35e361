//! Whether the sign-in and the service can be reached, and whether their clock is ours.

use std::error::Error;
use std::time::{Duration, Instant, SystemTime};

use partner_center::reqwest;

use super::check::Check;
use super::patience;
use crate::duration::in_words;
use crate::exit::Exit;
use crate::settings::Settings;
use crate::sign_in::credential;

/// An address that was tried.
pub(super) struct Reached {
    pub(super) check: Check,
    /// How far the server's clock is before ours (or behind it, as `Err`).
    pub(super) clock: Option<Result<Duration, Duration>>,
}

/// From here on tokens may look as if they were expired or not valid yet.
const TOLERANCE: Duration = Duration::from_secs(120);

pub(super) async fn authority(settings: &Settings) -> Reached {
    let identity = credential::identity(settings).ok().and_then(|identity| identity.tenant);
    let tenant = identity.as_ref().map_or("common", |tenant| &tenant.value);
    let url = format!("{}/{tenant}/v2.0/.well-known/openid-configuration", settings.authority.value);
    reach("authority", &settings.authority.value, &url, settings).await
}

pub(super) async fn service(settings: &Settings) -> Reached {
    reach("service", &settings.base_url.value, &format!("{}/v1", settings.base_url.value), settings).await
}

/// Any answer will do: it is the way that is tried, not the address's content.
async fn reach(name: &'static str, address: &str, url: &str, settings: &Settings) -> Reached {
    let mut builder =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(patience(settings));
    if url.starts_with("http:") {
        builder = builder.no_proxy();
    }
    let client = builder.build();
    // To make a client takes a while, and is not the way there.
    let began = Instant::now();
    let outcome = match client {
        Ok(client) => client.get(url).send().await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(answer) => {
            let date = answer.headers().get("date").and_then(|value| value.to_str().ok());
            let theirs = date.and_then(|date| httpdate::parse_http_date(date).ok());
            let now = SystemTime::now();
            Reached {
                check: Check::good(name, format!("{address} answers within {} ms", began.elapsed().as_millis())),
                clock: theirs.map(|theirs| theirs.duration_since(now).map_err(|error| error.duration())),
            }
        }
        Err(error) => Reached {
            check: Check::bad(
                name,
                Exit::Unavailable,
                format!("{address} cannot be reached: {}", root(&error)),
                "Check the address, the network, the proxy (HTTPS_PROXY) and the firewall.",
            ),
            clock: None,
        },
    }
}

/// The cause at the bottom, which is where it says what happened.
fn root(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(below) = cause.source() {
        cause = below;
    }
    cause.to_string()
}

pub(super) fn clock(difference: Option<Result<Duration, Duration>>) -> Check {
    match difference {
        None => Check::doubtful("clock", "no server told the time", "Compare this machine's clock with another one."),
        Some(difference) => {
            let (apart, word) = match difference {
                Ok(ahead) => (ahead, "behind"),
                Err(behind) => (behind, "ahead of"),
            };
            if apart <= TOLERANCE {
                // A `Date` has whole seconds, and the response took its time.
                return Check::good("clock", format!("within {} s of the server's", apart.as_secs() + 1));
            }
            let detail = format!("this machine is {} {word} the server", in_words(apart));
            Check::bad("clock", Exit::SignIn, detail, "Set this machine's clock; tokens are valid by the clock.")
        }
    }
}
