//! Chooses the response to each request, and records requests and tokens.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::authorize::{self, Authorized};
use super::grant::{Grant, TokenRequest};
use super::oauth_error::OAuthError;
use super::settings::{DevicePoll, EndpointSettings, Rotation};
use super::token::{self, Contents, Subject};
use crate::faults::{FaultResponse, Request};
use crate::{Gate, MockResponse};

/// Responds like Entra's token endpoint, without a socket.
pub(super) struct Issuer {
    settings: EndpointSettings,
    state: Mutex<State>,
}

/// The state of a running endpoint.
#[derive(Default)]
pub(super) struct State {
    pub(super) requests: Vec<TokenRequest>,
    pub(super) access_tokens: Vec<String>,
    pub(super) refresh_tokens: Vec<String>,
    pub(super) revoked: HashSet<String>,
    /// Responses that replace the regular ones.
    pub(super) next: VecDeque<FaultResponse>,
    pub(super) always: Option<FaultResponse>,
    pub(super) gate: Option<Gate>,
    /// What the codes of `/authorize` were issued for.
    codes: HashMap<String, Authorized>,
    redeemed_codes: HashSet<String>,
    devices: HashMap<String, Device>,
}

/// A device authorization that is not completed yet.
struct Device {
    issued: Instant,
    polls: usize,
    scope: String,
}

impl Issuer {
    pub(super) fn new(settings: EndpointSettings) -> Self {
        Self { settings, state: Mutex::default() }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn respond(&self, request: &Request) -> FaultResponse {
        let Some(request) = TokenRequest::read(request) else {
            return MockResponse::text(404, "the token endpoint is at /{tenant}/oauth2/v2.0/token").into();
        };
        let mut state = self.state();
        state.requests.push(request.clone());
        let replacement = state.next.pop_front().or_else(|| state.always.clone());
        let response = replacement.unwrap_or_else(|| match self.decide(&request, &mut state) {
            Ok(response) => response.into(),
            Err(oauth_error) => oauth_error.into(),
        });
        response.behind(state.gate.as_ref(), self.settings.delay)
    }

    fn decide(&self, request: &TokenRequest, state: &mut State) -> Result<MockResponse, OAuthError> {
        let settings = &self.settings;
        let method = if request.grant() == Grant::Authorization { "GET" } else { "POST" };
        if request.request().method() != method {
            let message = format!("The endpoint only accepts {method} requests.");
            return Err(OAuthError::new("invalid_request", 900_561, message));
        }
        if settings.tenant.as_ref().is_some_and(|tenant| tenant != request.tenant()) {
            return Err(OAuthError::unknown_tenant());
        }
        let client_id = required(request, "client_id")?;
        if settings.client_id.as_ref().is_some_and(|known| known != client_id) {
            return Err(OAuthError::unknown_application());
        }
        if request.grant() == Grant::Authorization {
            let (code, authorized) = authorize::authorize(request)?;
            let redirect = authorized.redirect(request, &code, settings.authorization);
            state.codes.insert(code, authorized);
            return Ok(redirect);
        }
        let body = self.grant(request, state)?;
        Ok(MockResponse::json(200, &body).header("Cache-Control", "no-store"))
    }

    fn grant(&self, request: &TokenRequest, state: &mut State) -> Result<Map<String, Value>, OAuthError> {
        let settings = &self.settings;
        match request.grant() {
            Grant::DeviceAuthorization => self.begin_device_sign_in(request, state),
            Grant::ClientCredentials => {
                if !self.authenticate(request)? {
                    return Err(OAuthError::missing_secret());
                }
                let scope = required(request, "scope")?;
                if !scope.ends_with("/.default") {
                    return Err(OAuthError::wrong_scope());
                }
                Ok(self.issue(request, Subject::Application, Some(scope), false, state))
            }
            Grant::RefreshToken => {
                self.authenticate(request)?;
                self.redeem_refresh_token(required(request, "refresh_token")?, state)?;
                let rotates = settings.rotation != Rotation::NoNewToken;
                Ok(self.issue(request, Subject::User, request.field("scope"), rotates, state))
            }
            Grant::AuthorizationCode => {
                self.authenticate(request)?;
                let code = required(request, "code")?;
                required(request, "redirect_uri")?;
                match state.codes.get(code) {
                    Some(authorized) => authorized.check(request)?,
                    None if settings.authorization_codes.iter().any(|known| known == code) => {}
                    None => return Err(OAuthError::unknown_grant()),
                }
                if !state.redeemed_codes.insert(code.to_owned()) {
                    return Err(OAuthError::redeemed_code());
                }
                Ok(self.issue(request, Subject::User, request.field("scope"), true, state))
            }
            Grant::DeviceCode => {
                self.authenticate(request)?;
                let scope = self.poll_device(required(request, "device_code")?, state)?;
                let is_offline = scope.split_whitespace().any(|scope| scope == "offline_access");
                Ok(self.issue(request, Subject::User, Some(&scope), is_offline, state))
            }
            Grant::Other if request.field("grant_type").is_none() => Err(OAuthError::missing_field("grant_type")),
            Grant::Authorization | Grant::Other => Err(OAuthError::unsupported_grant()),
        }
    }

    /// Whether the client has authenticated itself; an error if its secret or assertion is wrong, or missing but
    /// required.
    fn authenticate(&self, request: &TokenRequest) -> Result<bool, OAuthError> {
        let (secret, assertion) = (request.field("client_secret"), request.field("client_assertion"));
        if self.settings.is_public_client && secret.or(assertion).is_some() {
            return Err(OAuthError::secret_of_public_client());
        }
        if assertion.is_some() {
            return check_assertion(request).map(|()| true).map_err(OAuthError::wrong_assertion);
        }
        match (secret, &self.settings.client_secret) {
            (Some(secret), Some(known)) if secret != known => Err(OAuthError::wrong_secret()),
            (None, Some(_)) => Err(OAuthError::missing_secret()),
            (secret, _) => Ok(secret.is_some()),
        }
    }

    fn redeem_refresh_token(&self, token: &str, state: &mut State) -> Result<(), OAuthError> {
        if state.revoked.contains(token) {
            return Err(OAuthError::revoked_grant());
        }
        let was_issued = state.refresh_tokens.iter().any(|known| known == token);
        if !was_issued && !is_known(&self.settings.refresh_tokens, token) {
            return Err(OAuthError::unknown_grant());
        }
        if self.settings.rotation == Rotation::OldIsRevoked {
            state.revoked.insert(token.to_owned());
        }
        Ok(())
    }

    fn begin_device_sign_in(
        &self,
        request: &TokenRequest,
        state: &mut State,
    ) -> Result<Map<String, Value>, OAuthError> {
        let scope = required(request, "scope")?.to_owned();
        let device_code = format!("device-code-{}", Uuid::new_v4().simple());
        let user_code = format!("MOCK{:05}", state.devices.len() + 1);
        let page = "https://microsoft.com/devicelogin";
        state.devices.insert(device_code.clone(), Device { issued: Instant::now(), polls: 0, scope });
        Ok(fields(json!({
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": page,
            "expires_in": self.settings.device_lifetime.as_secs(),
            "interval": self.settings.device_interval.as_secs(),
            "message": format!("Open {page} in a browser and enter {user_code}."),
        })))
    }

    /// The requested scope, once the user has approved.
    fn poll_device(&self, code: &str, state: &mut State) -> Result<String, OAuthError> {
        let device = state.devices.get_mut(code).ok_or_else(OAuthError::unknown_device_code)?;
        if device.issued.elapsed() >= self.settings.device_lifetime {
            return Err(OAuthError::expired_device_code());
        }
        let polls = &self.settings.device_polls;
        let poll = polls.get(device.polls).or(polls.last()).copied().unwrap_or(DevicePoll::Approved);
        device.polls += 1;
        match poll {
            DevicePoll::Pending => Err(OAuthError::authorization_pending()),
            DevicePoll::SlowDown => Err(OAuthError::slow_down()),
            DevicePoll::Declined => Err(OAuthError::authorization_declined()),
            DevicePoll::Expired => Err(OAuthError::expired_device_code()),
            DevicePoll::Approved => Ok(state.devices.remove(code).map(|device| device.scope).unwrap_or_default()),
        }
    }

    fn issue(
        &self,
        request: &TokenRequest,
        subject: Subject,
        scope: Option<&str>,
        with_refresh_token: bool,
        state: &mut State,
    ) -> Map<String, Value> {
        let settings = &self.settings;
        let access_token = if settings.has_opaque_tokens {
            format!("access-token-{}", Uuid::new_v4().simple())
        } else {
            let client_id = request.field("client_id").unwrap_or_default();
            let lifetime = settings.lifetime;
            token::jwt(&Contents { subject, tenant: request.tenant(), client_id, scope, lifetime }, &settings.claims)
        };
        let mut body = fields(json!({
            "token_type": "Bearer",
            "expires_in": settings.lifetime.as_secs(),
            "ext_expires_in": settings.lifetime.as_secs(),
            "access_token": access_token,
        }));
        state.access_tokens.push(access_token);
        if let (Subject::User, Some(scope)) = (subject, scope) {
            body.insert("scope".to_owned(), scope.into());
        }
        if with_refresh_token {
            let refresh_token = format!("refresh-token-{}", Uuid::new_v4().simple());
            body.insert("refresh_token".to_owned(), refresh_token.as_str().into());
            state.refresh_tokens.push(refresh_token);
        }
        for (name, value) in &settings.response_fields {
            match value {
                Value::Null => body.remove(name),
                value => body.insert(name.clone(), value.clone()),
            };
        }
        body
    }
}

fn required<'a>(request: &'a TokenRequest, name: &str) -> Result<&'a str, OAuthError> {
    request.field(name).ok_or_else(|| OAuthError::missing_field(name))
}

/// Whether `value` is one of the set values, or none are set.
fn is_known(known: &[String], value: &str) -> bool {
    known.is_empty() || known.iter().any(|known| known == value)
}

/// Checks what the endpoint can check without the certificate.
fn check_assertion(request: &TokenRequest) -> Result<(), &'static str> {
    if request.field("client_assertion_type") != Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer") {
        return Err("client_assertion_type is not jwt-bearer");
    }
    let (_, claims) = request.client_assertion().ok_or("it is not a JWT")?;
    let client_id = request.field("client_id");
    if claims["iss"].as_str() != client_id || claims["sub"].as_str() != client_id {
        return Err("iss and sub are not the client id");
    }
    // The host may be an alias, the path must match.
    if !claims["aud"].as_str().is_some_and(|audience| audience.ends_with(request.request().path())) {
        return Err("aud is not this endpoint");
    }
    Ok(())
}

fn fields(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
