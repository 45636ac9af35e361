//! Whether the sign-in and the service can be reached, and whether their clocks agree with this machine's.

use std::time::{Duration, Instant, SystemTime};

use partner_center::{Error, ErrorKind, environment_proxy, reqwest};

use super::check::{Check, patience};
use super::issuer;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::help;
use crate::settings::Settings;
use crate::sign_in::credential;
use crate::terminal::rounded_down;

pub(super) struct Reached {
    pub(super) check: Check,
    /// How far the server's clock is ahead of ours (or behind it, as `Err`).
    pub(super) clock: Option<Result<Duration, Duration>>,
    /// What every further check would meet: a proxy that rejects the password, or an invalid configuration.
    pub(super) obstacle: Option<String>,
}

impl Reached {
    fn new(check: Check) -> Self {
        Self { check, clock: None, obstacle: None }
    }

    fn obstacle(self, error: &Error) -> Self {
        let text = format!("{error:#}");
        let is_met_again = error.kind() == ErrorKind::Configuration || text.contains("(HTTP 407)");
        // Without the words of its kind, which the check itself has.
        let reason = text.split_once(": ").map_or(&*text, |(_, reason)| reason).to_owned();
        Self { obstacle: is_met_again.then_some(reason), ..self }
    }
}

/// From here on, tokens may seem to have expired or not to be valid yet.
const TOLERANCE: Duration = Duration::from_secs(120);

/// Tries both at once; through a proxy one after the other, as a wrong password sent by each may lock an account.
pub(super) async fn both(settings: &Settings) -> [Reached; 2] {
    if !matches!(environment_proxy(&settings.authority.value), Ok(Some(_))) {
        return tokio::join!(authority(settings), service(settings)).into();
    }
    let authority = authority(settings).await;
    let service = match &authority.obstacle {
        Some(reason) => Reached::new(Check::not_tried("service", reason)),
        None => service(settings).await,
    };
    [authority, service]
}

async fn authority(settings: &Settings) -> Reached {
    let identity = credential::identity(settings).ok().and_then(|identity| identity.tenant);
    let tenant = identity.as_ref().map_or("common", |tenant| &tenant.value);
    let url = format!("{}/{tenant}/v2.0/.well-known/openid-configuration", settings.authority.value);
    reach("authority", &settings.authority.value, &url, settings).await
}

async fn service(settings: &Settings) -> Reached {
    reach("service", &settings.base_url.value, &format!("{}/v1", settings.base_url.value), settings).await
}

/// Any response will do: this tests the connection, not the content.
async fn reach(name: &'static str, address: &str, url: &str, settings: &Settings) -> Reached {
    let proxy = match environment_proxy(url) {
        Ok(proxy) => proxy.map_or_else(String::new, |proxy| format!(" through the proxy {proxy}")),
        Err(error) => return Reached::new(Check::of_failure(name, Failure::from(&error))).obstacle(&error),
    };
    let mut builder =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(patience(settings));
    if url.starts_with("http:") {
        builder = builder.no_proxy().tls_certs_only([]);
    }
    let client = builder.build();
    // Creating a client takes a while, which does not count.
    let began = Instant::now();
    let outcome = match client {
        Ok(client) => client.get(url).send().await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(response) => {
            let date = response.headers().get("date").and_then(|value| value.to_str().ok());
            let theirs = date.and_then(|date| httpdate::parse_http_date(date).ok());
            let apart = |theirs: SystemTime| theirs.duration_since(SystemTime::now()).map_err(|error| error.duration());
            let check = Check::good(name, format!("{address} responds in {} ms{proxy}", began.elapsed().as_millis()));
            Reached { clock: theirs.map(apart), ..Reached::new(check) }
        }
        Err(error) => {
            let error = Error::of_transport(error).await;
            let mut detail = format!("{address} cannot be reached: {error:#}");
            if error.kind() == ErrorKind::Certificate
                && let Some(issuer) = issuer::of(url, patience(settings)).await
            {
                detail.push_str(&format!("; the certificate authority is {issuer:?}"));
            }
            Reached::new(Check::bad(name, Exit::of(&error), detail, help::of(&error))).obstacle(&error)
        }
    }
}

pub(super) fn clock(difference: Option<Result<Duration, Duration>>) -> Check {
    let (apart, word) = match difference {
        None => {
            return Check::doubtful("clock", "no server sent its time", "Compare this machine's clock with another.");
        }
        Some(Ok(ahead)) => (ahead, "behind"),
        Some(Err(behind)) => (behind, "ahead of"),
    };
    if apart <= TOLERANCE {
        // A `Date` has whole seconds, and the response took its time.
        return Check::good("clock", format!("within {} s of the server's", apart.as_secs() + 1));
    }
    let detail = format!("this machine is {} {word} the server", rounded_down(apart));
    Check::bad("clock", Exit::SignIn, detail, "Set this machine's clock; the validity of a token depends on it.")
}
