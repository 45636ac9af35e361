//! A mock of the v2 token endpoint of Microsoft Entra, for tests of the sign-in.
//!
//! It accepts the grants that Partner Center documents (client credentials with a secret or a certificate, refresh
//! token, authorization code with PKCE, device code), redirects a browser as if a user had signed in, rotates refresh
//! tokens, returns Entra's OAuth errors, and records its requests.
//!
//! ```
//! # use std::error::Error;
//! use partner_center_mock::MockResponse;
//! use partner_center_mock::token_endpoint::{Grant, OAuthError, TokenEndpoint};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn Error>> {
//! let entra = TokenEndpoint::builder().client_id("my-app").refresh_token("bootstrapped").start().await?;
//!
//! // Hand `entra.authority()` to the client under test. By hand, a refresh looks like this:
//! let form = "grant_type=refresh_token&client_id=my-app&refresh_token=bootstrapped";
//! let redeem = || {
//!     reqwest::Client::new()
//!         .post(entra.token_url("contoso.onmicrosoft.com"))
//!         .header("Content-Type", "application/x-www-form-urlencoded")
//!         .body(form)
//!         .send()
//! };
//! assert_eq!(redeem().await?.status(), 200);
//!
//! // Two errors, then a token again.
//! entra.respond_next(OAuthError::mfa_required());
//! entra.respond_next(MockResponse::html(502, "<h1>Bad gateway</h1>"));
//! assert_eq!(redeem().await?.status(), 400);
//! assert_eq!(redeem().await?.status(), 502);
//! assert_eq!(redeem().await?.status(), 200);
//!
//! assert_eq!(entra.count(Grant::RefreshToken), 4);
//! assert_eq!(entra.requests()[0].field("refresh_token"), Some("bootstrapped"));
//! assert_eq!(entra.refresh_tokens().len(), 2); // one per redemption
//! # Ok(())
//! # }
//! ```
//!
//! Signatures of assertions are not verified, and tokens are not signed.

mod authorize;
mod builder;
mod grant;
mod issuer;
mod oauth_error;
mod settings;
mod token;

use std::fmt;
use std::io;
use std::sync::Arc;

pub use self::builder::TokenEndpointBuilder;
pub use self::grant::{Grant, TokenRequest};
use self::issuer::Issuer;
pub use self::oauth_error::OAuthError;
pub use self::settings::{Authorization, DevicePoll, Rotation};
use crate::Gate;
use crate::faults::{FaultResponse, FaultServer};

/// A token endpoint on loopback. Dropping it closes every connection.
///
/// It is built on a [`FaultServer`] and runs on the runtime it was started on, so paused time works with it. See the
/// [module](self) for an example.
pub struct TokenEndpoint {
    server: FaultServer,
    issuer: Arc<Issuer>,
}

impl TokenEndpoint {
    /// Starts an endpoint that accepts any tenant, client and refresh token, and issues JWTs valid for one hour.
    ///
    /// # Errors
    ///
    /// If no port on 127.0.0.1 is free.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Configures an endpoint before it starts.
    pub fn builder() -> TokenEndpointBuilder {
        TokenEndpointBuilder::default()
    }

    /// The URL to use in place of `https://login.microsoftonline.com`, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn authority(&self) -> String {
        self.server.url()
    }

    /// The token endpoint of `tenant`.
    #[must_use]
    pub fn token_url(&self, tenant: impl fmt::Display) -> String {
        format!("{}/{tenant}/oauth2/v2.0/token", self.authority())
    }

    /// The authorization endpoint of `tenant`, which a browser visits.
    #[must_use]
    pub fn authorization_url(&self, tenant: impl fmt::Display) -> String {
        format!("{}/{tenant}/oauth2/v2.0/authorize", self.authority())
    }

    /// The device authorization endpoint of `tenant`.
    #[must_use]
    pub fn device_code_url(&self, tenant: impl fmt::Display) -> String {
        format!("{}/{tenant}/oauth2/v2.0/devicecode", self.authority())
    }

    /// Sends this response to the next request, whatever its grant. Further calls queue further responses.
    pub fn respond_next(&self, response: impl Into<FaultResponse>) {
        self.issuer.state().next.push_back(response.into());
    }

    /// Sends this response to every request until [`respond_normally`](Self::respond_normally).
    pub fn respond_always(&self, response: impl Into<FaultResponse>) {
        self.issuer.state().always = Some(response.into());
    }

    /// Undoes [`respond_next`](Self::respond_next) and [`respond_always`](Self::respond_always).
    pub fn respond_normally(&self) {
        let mut state = self.issuer.state();
        state.next.clear();
        state.always = None;
    }

    /// Holds every response from now on until the gate is opened.
    ///
    /// ```
    /// # use std::error::Error;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn Error>> {
    /// # use partner_center_mock::token_endpoint::TokenEndpoint;
    /// let entra = TokenEndpoint::start().await?;
    /// let gate = entra.hold();
    /// // Start 1,000 tasks that all need a token, then:
    /// # let call = tokio::spawn(reqwest::Client::new().post(entra.token_url("contoso")).send());
    /// gate.wait_for(1).await;
    /// // However many tasks wait, one request has arrived.
    /// assert_eq!(entra.requests().len(), 1);
    /// gate.open();
    /// # call.await??;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "responses are held until this gate is opened"]
    pub fn hold(&self) -> Gate {
        let gate = Gate::new();
        self.issuer.state().gate = Some(gate.clone());
        gate
    }

    /// Revokes a refresh token, as a changed password does.
    pub fn revoke(&self, refresh_token: impl Into<String>) {
        self.issuer.state().revoked.insert(refresh_token.into());
    }

    /// The requests, in the order they arrived.
    #[must_use]
    pub fn requests(&self) -> Vec<TokenRequest> {
        self.issuer.state().requests.clone()
    }

    /// How many requests had this grant.
    #[must_use]
    pub fn count(&self, grant: Grant) -> usize {
        self.issuer.state().requests.iter().filter(|request| request.grant() == grant).count()
    }

    /// The issued access tokens, in order.
    #[must_use]
    pub fn access_tokens(&self) -> Vec<String> {
        self.issuer.state().access_tokens.clone()
    }

    /// The issued refresh tokens, in order; the last one is the newest.
    #[must_use]
    pub fn refresh_tokens(&self) -> Vec<String> {
        self.issuer.state().refresh_tokens.clone()
    }

    /// The underlying server: its events, connections and raw requests.
    #[must_use]
    pub fn server(&self) -> &FaultServer {
        &self.server
    }

    /// Closes every connection and waits until all tasks of the endpoint have ended.
    pub async fn shutdown(self) {
        self.server.shutdown().await;
    }
}

impl fmt::Debug for TokenEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenEndpoint").field("server", &self.server).finish_non_exhaustive()
    }
}
