//! A user signs in on another device, with a code.

use std::fmt;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use tokio::time::{Instant, sleep_until};

use super::application::{Application, delegated_scope};
use super::client_authentication::ClientAuthentication;
use super::form::Form;
use super::signed_in::SignedIn;
use super::token_endpoint;
use super::token_response;
use super::{CredentialError, CredentialErrorKind as Kind, TokenRequest};
use crate::retry_policy::RetryPolicy;
use crate::text::excerpt;

/// A user signs in with a browser on any device, by entering a code that is shown here.
///
/// For command-line tools, and for the first refresh token of a [`RefreshToken`](super::RefreshToken). In Entra it needs
/// an application with Partner Center's delegated permission `user_impersonation` that allows public client flows
/// ([source](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code)); Conditional Access may block
/// the flow.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use partner_center::Cloud;
/// use partner_center::auth::{DeviceCode, FileStore, TokenRequest};
///
/// let request = TokenRequest::for_audience(Cloud::Global.audience(), Cloud::Global.authority())?;
/// let signed_in = DeviceCode::new("contoso.onmicrosoft.com", "application id")
///     .sign_in(&request, |prompt| println!("Open {} and enter {}", prompt.verification_uri, prompt.user_code))
///     .await?;
/// // For `RefreshToken`, also in other processes and without the user.
/// signed_in.save(&FileStore::new("refresh-token")).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct DeviceCode(Application);

/// What to show the user, on one line each and free of control characters.
#[derive(Clone)]
#[non_exhaustive]
pub struct DevicePrompt {
    /// The code that the user enters.
    pub user_code: String,
    /// Where the user enters it.
    pub verification_uri: String,
    /// Entra's own message with both.
    pub message: Option<String>,
    /// How long the user has.
    pub expires_in: Duration,
}

/// How long a code lives if the response does not say.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(15 * 60);
/// How often to poll if the response does not say, and what `slow_down` adds
/// ([RFC 8628](https://www.rfc-editor.org/rfc/rfc8628#section-3.5)).
const INTERVAL: Duration = Duration::from_secs(5);

/// [RFC 8628, section 3.2](https://www.rfc-editor.org/rfc/rfc8628#section-3.2).
#[derive(Deserialize)]
struct DeviceAuthorization {
    device_code: SecretString,
    user_code: String,
    #[serde(alias = "verification_url")]
    verification_uri: String,
    message: Option<String>,
    #[serde(default, deserialize_with = "token_response::seconds")]
    expires_in: Option<Duration>,
    #[serde(default, deserialize_with = "token_response::seconds")]
    interval: Option<Duration>,
}

impl DeviceCode {
    /// Creates a sign-in from the partner's tenant (its id or a domain) and the application's id.
    pub fn new(tenant: impl Into<String>, client_id: impl Into<String>) -> Self {
        Self(Application::new(tenant, client_id, ClientAuthentication::None))
    }

    /// Calls `prompt` to show the code, and waits until the user has signed in. Nothing is stored.
    ///
    /// # Errors
    ///
    /// [`Declined`](Kind::Declined) if the user declines, [`Expired`](Kind::Expired) if the code expires, and any other
    /// reason why the token endpoint grants no token.
    pub async fn sign_in(
        &self,
        request: &TokenRequest,
        prompt: impl FnOnce(&DevicePrompt) + Send,
    ) -> Result<SignedIn, CredentialError> {
        let scope = delegated_scope(request);
        let url = self.0.url(request, "devicecode")?;
        let form = || Ok(self.0.form().field("scope", &scope));
        let response = token_endpoint::post(request, &url, &ClientAuthentication::None, form).await?;
        let began = response.sent;
        let device: DeviceAuthorization = token_response::read_json(response)?;
        let expires_in = device.expires_in.unwrap_or(DEFAULT_LIFETIME);
        prompt(&DevicePrompt {
            user_code: excerpt(&device.user_code, 64),
            verification_uri: excerpt(&device.verification_uri, 512),
            message: device.message.map(|message| excerpt(&message, 1024)),
            expires_in,
        });
        let end = began.checked_add(expires_in);
        let mut interval = device.interval.unwrap_or(INTERVAL);
        let mut delay = interval;
        // Each poll is one attempt: a repeat within the interval is what the standard forbids.
        let poll = request.clone().retry(RetryPolicy::off());
        loop {
            let next = Instant::now().checked_add(delay).filter(|next| end.is_none_or(|end| *next < end));
            let Some(next) = next else { return Err(CredentialError::new(Kind::Expired, "the code has expired")) };
            sleep_until(next).await;
            let grant_type = "urn:ietf:params:oauth:grant-type:device_code";
            let add = |form: Form| form.secret("device_code", &device.device_code);
            let error = match self.0.redeem(&poll, grant_type, add).await {
                Ok(tokens) => return SignedIn::new(tokens),
                Err(error) => error,
            };
            // After a temporary failure, too, the user may be signing in right now; only the code's expiry is final.
            if error.error() == Some("slow_down") || error.is_retryable() {
                interval = interval.saturating_add(INTERVAL);
            } else if error.error() != Some("authorization_pending") {
                return Err(error);
            }
            delay = interval.max(error.retry_after().unwrap_or_default());
        }
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
