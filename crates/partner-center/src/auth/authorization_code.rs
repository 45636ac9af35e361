//! A user signs in with the browser on this machine: authorization code, PKCE, and a redirect to this program.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::application::{Application, delegated_scope};
use super::client_authentication::ClientAuthentication;
use super::error::Details;
use super::signed_in::SignedIn;
use super::{CredentialError, CredentialErrorKind as Kind, TokenRequest, oauth_error};

/// A user signs in with the browser on this machine.
///
/// For command-line and desktop programs ([RFC 8252](https://www.rfc-editor.org/rfc/rfc8252)), and for the first refresh
/// token of a [`RefreshToken`](super::RefreshToken). In Entra it needs an application with Partner Center's delegated
/// permission `user_impersonation` and the redirect URI `http://localhost` under "Mobile and desktop applications",
/// whose port Entra ignores
/// ([source](https://learn.microsoft.com/entra/identity-platform/reply-url#localhost-exceptions)). The application is a
/// public client: PKCE binds the code to this sign-in, and as no id token is requested there is no nonce to check.
///
/// The program listens, opens the browser, and passes on the request that it receives:
///
/// ```no_run
/// # async fn listen() -> (u16, tokio::sync::mpsc::Receiver<String>) { unimplemented!() }
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use partner_center::Cloud;
/// use partner_center::auth::{AuthorizationCode, FileStore, TokenRequest};
///
/// let request = TokenRequest::for_audience(Cloud::Global.audience(), Cloud::Global.authority())?;
/// let (port, mut targets) = listen().await; // an HTTP server of your own
/// let redirect_uri = format!("http://localhost:{port}");
/// let code = AuthorizationCode::start("contoso.onmicrosoft.com", "application id", &request, redirect_uri)?;
/// println!("Open {}", code.authorization_url());
/// while let Some(target) = targets.recv().await {
///     // A browser also requests other paths, such as /favicon.ico.
///     if code.is_redirect(&target) {
///         return Ok(code.redeem(&target).await?.save(&FileStore::new("refresh-token")).await?);
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct AuthorizationCode {
    application: Application,
    request: TokenRequest,
    redirect_uri: String,
    authorization_url: String,
    state: String,
    verifier: SecretString,
}

impl AuthorizationCode {
    /// Starts a sign-in for the partner's tenant (its id or a domain), the application's id and the redirect URI.
    ///
    /// # Errors
    ///
    /// [`Configuration`](Kind::Configuration) if the tenant or the application's id is invalid.
    pub fn start(
        tenant: impl Into<String>,
        client_id: impl Into<String>,
        request: &TokenRequest,
        redirect_uri: impl Into<String>,
    ) -> Result<Self, CredentialError> {
        let application = Application::new(tenant, client_id, ClientAuthentication::None);
        let (redirect_uri, state) = (redirect_uri.into(), Uuid::new_v4().simple().to_string());
        // 244 random bits of the system, in 64 of the characters that RFC 7636 allows.
        let verifier = SecretString::from(format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()));
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.expose_secret().as_bytes()));
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", &application.client_id)
            .append_pair("response_type", "code")
            .append_pair("response_mode", "query")
            .append_pair("redirect_uri", &redirect_uri)
            .append_pair("scope", &delegated_scope(request))
            .append_pair("state", &state)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            // An administrator has several accounts, and the browser may remember the wrong one.
            .append_pair("prompt", "select_account")
            .finish();
        let authorization_url = format!("{}?{query}", application.url(request, "authorize")?);
        Ok(Self { application, request: request.clone(), redirect_uri, authorization_url, state, verifier })
    }

    /// The address to open in the browser. It contains no secret.
    #[must_use]
    pub fn authorization_url(&self) -> &str {
        &self.authorization_url
    }

    /// Whether a request, given its URL or its target, is the redirect of this sign-in, as its `state` shows.
    #[must_use]
    pub fn is_redirect(&self, url: &str) -> bool {
        parameter(url, "state").is_some_and(|state| state == self.state)
    }

    /// Redeems the code in the redirect. Nothing is stored.
    ///
    /// # Errors
    ///
    /// [`Declined`](Kind::Declined) if the user declines, [`UnexpectedResponse`](Kind::UnexpectedResponse) if it is not
    /// the redirect of this sign-in, and any other reason why Entra grants no token.
    pub async fn redeem(self, redirect: &str) -> Result<SignedIn, CredentialError> {
        if !self.is_redirect(redirect) {
            return Err(unexpected("the state of the redirect is not that of this sign-in"));
        }
        if let Some(error) = parameter(redirect, "error") {
            return Err(oauth_error::in_redirect(&error, parameter(redirect, "error_description").as_deref()));
        }
        let code = parameter(redirect, "code").filter(|code| !code.is_empty());
        let code = SecretString::from(code.ok_or_else(|| unexpected("the redirect contains no code"))?);
        let scope = delegated_scope(&self.request);
        let tokens = self.application.redeem(&self.request, "authorization_code", |form| {
            form.secret("code", &code)
                .field("redirect_uri", &self.redirect_uri)
                .secret("code_verifier", &self.verifier)
                .field("scope", &scope)
        });
        SignedIn::new(tokens.await?)
    }
}

fn unexpected(message: &str) -> CredentialError {
    let help = Some("Start the sign-in again, and open only the address that it shows.".to_owned());
    Details { help, ..Details::new(Kind::UnexpectedResponse, message) }.into()
}

/// A field of the URL's query, decoded.
fn parameter(url: &str, name: &str) -> Option<String> {
    let mut fields = form_urlencoded::parse(url.split_once('?')?.1.as_bytes());
    fields.find_map(|(known, value)| (known == name).then(|| value.into_owned()))
}

impl fmt::Debug for AuthorizationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationCode").field("application", &self.application).finish_non_exhaustive()
    }
}
