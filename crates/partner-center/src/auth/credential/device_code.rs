//! A user signs in at another device, with a code.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use tokio::time::{Instant, sleep_until};

use super::refresh_token::Chain;
use crate::auth::application::{self, Application, Proof, delegated_scope};
use crate::auth::form::Form;
use crate::auth::grant::{self, Grant};
use crate::auth::{
    AccessToken, Credential, CredentialError, CredentialErrorKind as Kind, MemoryStore, RefreshTokenStore, TokenFuture,
    TokenRequest,
};
use crate::error::text::excerpt;
use crate::retry_policy::RetryPolicy;

/// A user signs in with a browser, on any device, by a code that is shown here.
///
/// For command-line tools, and for the first refresh token of a [`RefreshToken`](super::RefreshToken). In Entra it needs an application
/// with Partner Center's delegated permission `user_impersonation` that allows public client flows
/// ([source](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code)); Conditional Access may forbid
/// the flow. It cannot run unattended: it asks when there is no refresh token yet, or none that Entra still takes. A call
/// waits for the user no longer than its own timeout allows; [`sign_in`](Self::sign_in) waits as long as the code lives.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use partner_center::Cloud;
/// use partner_center::auth::{DeviceCode, FileStore, RefreshTokenStore, TokenRequest};
///
/// let request = TokenRequest::for_audience(Cloud::Global.audience(), Cloud::Global.authority())?;
/// let sign_in = DeviceCode::new("contoso.onmicrosoft.com", "application id", |prompt| {
///     println!("Open {} and enter {}", prompt.verification_uri(), prompt.user_code());
/// });
/// let signed_in = sign_in.sign_in(&request).await?;
/// if let Some(refresh_token) = signed_in.refresh_token() {
///     let store = FileStore::new("refresh-token");
///     // Whoever redeems the token before it right now is waited for, and goes on with the new one.
///     let _guard = store.lock().await?;
///     store.save(refresh_token).await?;
/// }
/// # Ok(())
/// # }
/// ```
pub struct DeviceCode {
    tokens: Chain,
    prompt: Box<dyn Fn(&DevicePrompt) + Send + Sync>,
}

/// What to show the user.
#[derive(Clone)]
pub struct DevicePrompt {
    user_code: String,
    verification_uri: String,
    message: Option<String>,
    expires_in: Duration,
}

/// What a sign-in gave.
#[derive(Debug)]
pub struct SignedIn {
    access_token: AccessToken,
    refresh_token: Option<SecretString>,
}

/// How long a code lives where the answer does not say.
const UNTOLD_LIFETIME: Duration = Duration::from_secs(15 * 60);
/// How often to ask where the answer does not say, and what `slow_down` adds
/// ([RFC 8628](https://www.rfc-editor.org/rfc/rfc8628#section-3.5)).
const INTERVAL: Duration = Duration::from_secs(5);
/// How long before the code's end it is asked for the last time, so that the answer comes before it.
const LAST_MOMENT: Duration = Duration::from_secs(2);

#[derive(Deserialize)]
struct Offer {
    device_code: SecretString,
    user_code: String,
    #[serde(alias = "verification_url")]
    verification_uri: String,
    message: Option<String>,
    #[serde(default, deserialize_with = "grant::seconds")]
    expires_in: Option<Duration>,
    #[serde(default, deserialize_with = "grant::seconds")]
    interval: Option<Duration>,
}

impl DeviceCode {
    /// Takes the partner's tenant (its id or a domain), the application's id, and what shows the prompt.
    pub fn new(
        tenant: impl Into<String>,
        client_id: impl Into<String>,
        prompt: impl Fn(&DevicePrompt) + Send + Sync + 'static,
    ) -> Self {
        let application = Application::new(tenant, client_id, Proof::None);
        Self { tokens: Chain::new(application, MemoryStore::default()), prompt: Box::new(prompt) }
    }

    /// Where the refresh token is kept, so that the next process need not ask the user; in memory by default.
    #[must_use]
    pub fn store(mut self, store: impl RefreshTokenStore + 'static) -> Self {
        self.tokens.store = Arc::new(store);
        self
    }

    /// Asks the user to sign in and waits until that is done; nothing is stored.
    ///
    /// # Errors
    ///
    /// [`Declined`](Kind::Declined) and [`Expired`](Kind::Expired) as the user does, and whatever else keeps the token
    /// endpoint from granting a token.
    pub async fn sign_in(&self, request: &TokenRequest) -> Result<SignedIn, CredentialError> {
        let Grant { access_token, refresh_token } = self.grant(request).await?;
        Ok(SignedIn { access_token: access_token?, refresh_token })
    }

    /// Shows the code and waits for what the user decides.
    async fn grant(&self, request: &TokenRequest) -> Result<Grant, CredentialError> {
        let scope = delegated_scope(request);
        let answer = self.tokens.application.ask(request, "devicecode", |form| form.field("scope", &scope)).await?;
        let began = answer.sent;
        let offer: Offer = grant::read_json(answer)?;
        let expires_in = offer.expires_in.unwrap_or(UNTOLD_LIFETIME);
        (self.prompt)(&DevicePrompt {
            user_code: excerpt(&offer.user_code, 64).to_string(),
            verification_uri: excerpt(&offer.verification_uri, 512).to_string(),
            message: offer.message.map(|message| excerpt(&message, 1024).to_string()),
            expires_in,
        });
        let interval = offer.interval.unwrap_or(INTERVAL);
        self.poll(request, &offer.device_code, interval, began.checked_add(expires_in)).await
    }

    /// Asks again and again until the user has decided or the code has ended.
    async fn poll(
        &self,
        request: &TokenRequest,
        device_code: &SecretString,
        mut interval: Duration,
        end: Option<Instant>,
    ) -> Result<Grant, CredentialError> {
        // Each poll is one attempt: a repeat within the interval is what the standard forbids.
        let request = request.clone().retry(RetryPolicy::off());
        let last = end.and_then(|end| end.checked_sub(LAST_MOMENT));
        let mut told = Duration::ZERO;
        loop {
            let now = Instant::now();
            let next = now.checked_add(interval.max(told));
            let next = match last {
                Some(last) if next.is_none_or(|next| next > last) => {
                    // One more poll where only the interval does not fit; who was told to wait longer obeys.
                    let obeyed = now.checked_add(told).is_some_and(|told| told <= last);
                    Some(last).filter(|_| obeyed && now < last)
                }
                _ => next,
            };
            let Some(next) = next else { return Err(CredentialError::new(Kind::Expired, "the code ended")) };
            sleep_until(next).await;
            let grant_type = "urn:ietf:params:oauth:grant-type:device_code";
            let add = |form: Form| form.secret("device_code", device_code);
            let error = match self.tokens.application.redeem(&request, grant_type, add).await {
                Ok(grant) => return Ok(grant),
                Err(error) => error,
            };
            match error.error() {
                Some("authorization_pending") => {}
                Some("slow_down") => interval = interval.saturating_add(INTERVAL),
                // The user may be at it right now; only the code's end is final.
                _ if error.is_retryable() => interval = interval.saturating_add(INTERVAL),
                _ => return Err(error),
            }
            told = error.retry_after().unwrap_or_default();
        }
    }
}

impl Credential for DeviceCode {
    fn token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        Box::pin(async move {
            match self.tokens.redeem(request).await {
                Ok(Some(access_token)) => return Ok(access_token),
                Ok(None) => {}
                Err(error) if error.kind().needs_sign_in() => {
                    tracing::debug!(%error, "the user is asked to sign in again");
                }
                Err(error) => return Err(error),
            }
            let Grant { access_token, refresh_token } = self.grant(request).await?;
            if let Some(refresh_token) = refresh_token {
                self.tokens.replace(request, refresh_token).await?;
            }
            access_token
        })
    }
}

impl DevicePrompt {
    /// The code that the user enters.
    #[must_use]
    pub fn user_code(&self) -> &str {
        &self.user_code
    }

    /// Where the user enters it.
    #[must_use]
    pub fn verification_uri(&self) -> &str {
        &self.verification_uri
    }

    /// Entra's own sentence that says both.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// How long the user has.
    #[must_use]
    pub fn expires_in(&self) -> Duration {
        self.expires_in
    }
}

impl SignedIn {
    /// The access token.
    #[must_use]
    pub fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    /// The refresh token, to be stored; `None` where Entra gave none.
    #[must_use]
    pub fn refresh_token(&self) -> Option<&SecretString> {
        self.refresh_token.as_ref()
    }
}

impl fmt::Debug for DevicePrompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevicePrompt")
            .field("verification_uri", &self.verification_uri)
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for DeviceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        application::debug("DeviceCode", &self.tokens.application, f)
    }
}
