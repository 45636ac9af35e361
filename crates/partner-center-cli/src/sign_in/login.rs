//! `partner-center login`: a user with the browser or a device code, or an application with its secret.

use std::io::{self, IsTerminal, Read};
use std::time::Duration;

use partner_center::auth::{
    self, ClientSecret, Credential, DeviceCode, ExposeSecret, SecretString, SignedIn, TokenRequest,
};
use partner_center::uuid::Uuid;
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

use super::record::{Kind, Place, StoredSignIn, file, remove_file};
use super::token_identity::TokenIdentity;
use super::{browser, credential, secret_store};
use crate::arguments::Login;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::{Setting, Settings};
use crate::signals::Signals;
use crate::terminal::{notify, rounded_down, warn};
use crate::text;
use crate::throttle_notice::ThrottleNotice;

const BROWSER: Duration = Duration::from_secs(5 * 60);

/// Signs in, or ends at a signal, which has the terminal echo again after a prompt.
pub(crate) async fn run(settings: Settings, arguments: &Login) -> Result<Exit, Failure> {
    let mut signals = Signals::listen()?;
    #[cfg(unix)]
    let terminal = rustix::termios::tcgetattr(io::stdin()).ok();
    tokio::select! {
        signal = signals.next() => {
            #[cfg(unix)]
            if let Some(terminal) = terminal {
                let _ = rustix::termios::tcsetattr(io::stdin(), rustix::termios::OptionalActions::Now, &terminal);
            }
            Err(stopped(signal))
        }
        outcome = sign_in(settings, arguments) => outcome,
    }
}

fn stopped(signal: Exit) -> Failure {
    Failure::new(signal, "sign-in cancelled", "Run the command again.")
}

async fn sign_in(settings: Settings, arguments: &Login) -> Result<Exit, Failure> {
    let named =
        |flag, value: &Option<String>, known: &Option<Setting<String>>, variable, is_valid: fn(&str) -> bool, help| {
            let setting = value.clone().map(|value| Setting::flag(flag, value)).or_else(|| known.clone());
            let Some(Setting { value, source }) = setting.filter(|setting| !setting.value.trim().is_empty()) else {
                return Err(Failure::usage(
                    format!("{flag} is missing"),
                    format!("Pass {flag}, set {variable}, or add it to the profile in {}.", settings.file().display()),
                ));
            };
            let value = value.trim();
            let valid = is_valid(value).then(|| value.to_owned());
            valid.ok_or_else(|| Failure::usage(format!("`{value}` ({source}) is not valid for {flag}"), help))
        };
    let tenant = named(
        "--tenant",
        &arguments.tenant,
        &settings.tenant,
        "AZURE_TENANT_ID",
        |tenant| is_id(tenant) || tenant.contains('.'),
        "Name the partner's own tenant by its id or by one of its domains.",
    )?;
    let client_id = named(
        "--client-id",
        &arguments.client_id,
        &settings.client_id,
        "AZURE_CLIENT_ID",
        is_id,
        "Use the application (client) id, a GUID, from the overview of the application in Entra.",
    )?;
    let request =
        TokenRequest::for_audience(settings.audience(), &settings.authority.value)?.timeout(settings.timeout.value);
    let has_keyring = secret_store::check(&settings, arguments.no_keyring).await?;
    let (kind, secret, token, redirect) = match arguments.with_secret {
        true => {
            let (secret, token) = application(&tenant, &client_id, &request).await?;
            (Kind::Application, Some(secret), token, None)
        }
        false => {
            let (signed_in, redirect) = user(&tenant, &client_id, &request, arguments).await?;
            let token = TokenIdentity::of(signed_in.access_token());
            (Kind::User, signed_in.refresh_token().cloned(), token, redirect)
        }
    };
    let authority = settings.authority.value.clone();
    let record = StoredSignIn { kind, tenant, client_id, authority, kept_in: Place::Keyring, token };
    let outcome = store(&settings, record, secret, !has_keyring).await;
    if let Some(redirect) = redirect {
        redirect.show(outcome.as_ref().err()).await;
    }
    outcome
}

fn is_id(text: &str) -> bool {
    text.len() == 36 && Uuid::parse_str(text).is_ok()
}

/// Stores the sign-in, in place of the previous one.
async fn store(
    settings: &Settings,
    record: StoredSignIn,
    secret: Option<SecretString>,
    no_keyring: bool,
) -> Result<Exit, Failure> {
    let secret = secret.ok_or_else(|| {
        Failure::new(
            Exit::SignIn,
            "the sign-in succeeded but returned no refresh token, so there is nothing to store",
            "Grant the application the delegated permission offline_access.",
        )
    })?;
    let before = StoredSignIn::read(settings).unwrap_or_default();
    let record = secret_store::save(settings, record, &secret, no_keyring).await?;
    record.write(settings)?;
    if let Some(before) = before {
        secret_store::remove_replaced(settings, &before, &record).await;
    }
    if record.kept_in == Place::Keyring {
        // Even if there is no record of a previous sign-in. The lock file stays in use.
        remove_file(file(settings, "secret"))?;
    }
    notify(&format!("Signed in to {} with the profile {}.", record.tenant, settings.profile.value));
    if record.kind == Kind::Application {
        warn("the service may deny app-only tokens; run `partner-center doctor ID` to check");
    }
    credential::warn_of_variable("takes precedence over this sign-in", "use it")?;
    Ok(Exit::Success)
}

/// A user signs in: with the browser, or with a device code if that was requested or there is no browser.
async fn user(
    tenant: &str,
    client_id: &str,
    request: &TokenRequest,
    arguments: &Login,
) -> Result<(SignedIn, Option<browser::Redirect>), Failure> {
    if !arguments.device_code {
        let Some(reason) = browser::missing() else {
            let limit = arguments.max_time.unwrap_or(BROWSER);
            let (signed_in, redirect) = browser::sign_in(tenant, client_id, request, limit).await?;
            return Ok((signed_in, Some(redirect)));
        };
        notify(&format!("Using a device code instead of the browser, because {reason}."));
    }
    let limit = arguments.max_time.unwrap_or(Duration::MAX);
    let device_code = DeviceCode::new(tenant, client_id);
    let signed_in = device_code.sign_in(request, |prompt| {
        notify(&format!("Open {} in a browser and enter the code {}", prompt.verification_uri, prompt.user_code));
        notify(&format!("Waiting up to {} …", rounded_down(prompt.expires_in.min(limit))));
    });
    let signed_in = timeout(limit, signed_in).await.map_err(|_| browser::timed_out(limit, "Sign in again."))?;
    Ok((signed_in?, None))
}

/// Signs in as an application; returns its secret once the sign-in has succeeded.
async fn application(
    tenant: &str,
    client_id: &str,
    request: &TokenRequest,
) -> Result<(SecretString, TokenIdentity), Failure> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::Interrupted => stopped(Exit::Interrupted),
        _ => Failure::new(Exit::File, format!("the secret cannot be read: {error}"), "Enter it, or pipe it in."),
    };
    let mut secret = match io::stdin().is_terminal() {
        // On a thread of its own, since it blocks.
        true => {
            let prompt = spawn_blocking(|| rpassword::prompt_password("Client secret: "));
            prompt.await.unwrap_or_else(|error| Err(io::Error::other(error))).map_err(unreadable)?
        }
        false => {
            let mut bytes = Vec::new();
            io::stdin().read_to_end(&mut bytes).map_err(unreadable)?;
            text::decode(&bytes)
        }
    };
    secret = auth::bare(&secret).unwrap_or_default();
    if secret.is_empty() {
        // Ctrl-C ends the other side of the pipe, too.
        sleep(Duration::from_millis(100)).await;
        return Err(Failure::usage("the secret is empty", "Enter it at the prompt, or pipe it in."));
    }
    if secret.bytes().any(|byte| byte != b' ' && !byte.is_ascii_graphic()) {
        return Err(Failure::usage(
            "the secret contains a character that a client secret cannot contain",
            "Pipe it in as plain text in UTF-8, or copy its value from Entra again.",
        ));
    }
    let secret = SecretString::from(secret);
    let credential = ClientSecret::new(tenant, client_id, secret.expose_secret());
    let token = ThrottleNotice::new().during(|| request.throttled_for(), notify, credential.token(request)).await?;
    Ok((secret, TokenIdentity::of(&token)))
}
