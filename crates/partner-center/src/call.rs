//! One logical call: the loop of its attempts, and the SDK's end of the seam to the generated client.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::AUTHORIZATION;
use partner_center_gen as generated;
use reqwest::ResponseBuilderExt;
use tokio::time::Instant;
use tracing::Instrument;
use uuid::Uuid;

use crate::auth::Authorization;
use crate::client::Client;
use crate::connection;
use crate::endpoint;
use crate::error::{Error, ErrorKind as Kind};
use crate::exchange::{Exchange, exchange, without_byte_order_mark};
use crate::header_text;
use crate::pipeline::outcome::outcome;
use crate::pipeline::retry::{self, Next, Progress};
use crate::pipeline::telemetry;
use crate::received::Received;
use crate::request::CallOptions;
use crate::response::{Meta, Response};
use crate::runtime;

/// One logical call, however many attempts it takes.
pub(crate) struct Call {
    client: Client,
    request_id: Uuid,
    correlation_id: Uuid,
    started: Instant,
    timeout: Duration,
    options: CallOptions,
    seam: Arc<Seam>,
}

/// The headers of a call as the generated client takes them.
pub(crate) struct CallHeaders<'a> {
    pub(crate) contract_version: Option<&'a str>,
    pub(crate) correlation_id: Option<&'a Uuid>,
    pub(crate) application_name: Option<&'a str>,
    pub(crate) request_id: Option<&'a Uuid>,
    pub(crate) validate_mfa: Option<bool>,
}

/// What a generated method returns.
type Decoded<T, E> = Result<generated::ResponseValue<T>, generated::Error<E>>;

/// Longer limits are as good as none.
const FAR_FUTURE: Duration = Duration::from_secs(60 * 60 * 24 * 365 * 30);

impl Call {
    /// Begins a call; the clock runs from here.
    pub(crate) fn new(client: Client, options: CallOptions) -> Result<Self, Error> {
        runtime::current()?;
        if let Some(name) = &options.application_name {
            header_text::check("application name", name)?;
        }
        let request_id = options.request_id.unwrap_or_else(Uuid::new_v4);
        client.inner().recent_ids.insert(request_id);
        Ok(Self {
            request_id,
            correlation_id: options.correlation_id.unwrap_or_else(Uuid::new_v4),
            started: Instant::now(),
            timeout: options.timeout.unwrap_or(client.inner().defaults.timeout).min(FAR_FUTURE),
            seam: Arc::new(Seam { client: client.clone(), slot: Mutex::default() }),
            options,
            client,
        })
    }

    /// The generated client, with this call at the other end of its seam.
    pub(crate) fn generated(&self) -> generated::Client {
        let inner = self.client.inner();
        generated::Client::new_with_client(endpoint::text(&inner.base_url), inner.http.clone(), self.seam.clone())
    }

    pub(crate) fn headers(&self) -> CallHeaders<'_> {
        let defaults = &self.client.inner().defaults;
        CallHeaders {
            contract_version: Some("v1"),
            correlation_id: Some(&self.correlation_id),
            application_name: self.options.application_name.as_deref().or(defaults.application_name.as_deref()),
            request_id: Some(&self.request_id),
            validate_mfa: self.options.validate_mfa.unwrap_or(defaults.validate_mfa).then_some(true),
        }
    }

    /// Makes attempts until one succeeds, the failure is final, or the time is up.
    ///
    /// `send` calls the generated method, which builds the request anew for each attempt. `read` makes the value of what
    /// that method decoded (`None` if the body has another form than the contract's) and of the response.
    pub(crate) async fn run<T, E, U, F>(
        &self,
        send: impl Fn() -> F,
        read: impl Fn(Option<T>, &Received) -> Result<U, Error>,
    ) -> Result<Response<U>, Error>
    where
        F: Future<Output = Decoded<T, E>>,
    {
        let span = telemetry::call_span(&self.client.inner().base_url, self.request_id, self.correlation_id);
        let result = self.attempts(send, read).instrument(span.clone()).await;
        telemetry::finish_call(&span, &result);
        result
    }

    async fn attempts<T, E, U, F>(
        &self,
        send: impl Fn() -> F,
        read: impl Fn(Option<T>, &Received) -> Result<U, Error>,
    ) -> Result<Response<U>, Error>
    where
        F: Future<Output = Decoded<T, E>>,
    {
        let inner = self.client.inner();
        let policy = self.options.retry.unwrap_or(inner.defaults.retry);
        let attempt_timeout = self.options.attempt_timeout.unwrap_or(inner.defaults.attempt_timeout).min(FAR_FUTURE);
        let mut deadline = self.started + self.timeout;
        // All attempts, those that count against the policy, and those that were throttled.
        let (mut attempts, mut failed, mut throttled) = (0, 0, 0);
        let (mut old_tokens, mut has_new_token) = (Vec::new(), false);
        let (mut last_throttled, mut has_replaced_connection) = (None, false);
        let (mut may_have_been_sent, mut needs_new_connection, mut earlier) = (false, false, None);
        inner.budget.deposit();

        let result = loop {
            let token = match self.ready(policy.respects_throttle, &mut deadline).await {
                Ok(token) => token,
                Err(error) => break Err(error),
            };
            let until = deadline.min(Instant::now() + attempt_timeout);
            self.seam.set(Attempt { token: token.clone(), until, number: attempts, needs_new_connection });
            attempts += 1;
            let decoded = send().await;
            let exchange = self.seam.take();
            let limit = if until < deadline { "the attempt" } else { "the call" };
            let result =
                outcome(exchange, limit, &inner.base_url, |text| redact(old_tokens.iter().chain([&token]), text))
                    .and_then(|received| self.check_owner(received))
                    .and_then(|received| match decoded_value(decoded).and_then(|value| read(value, &received)) {
                        Ok(value) => Ok((value, received)),
                        Err(error) => Err(error.with_response(received)),
                    });
            let error = match result {
                Ok(success) => {
                    self.record_response();
                    break Ok(success);
                }
                Err(error) => error,
            };

            let throttled_since = inner.throttle.throttled_since();
            match error.status() {
                Some(StatusCode::TOO_MANY_REQUESTS) => self.record_throttling(&error),
                Some(_) => self.record_response(),
                None => {}
            }
            if matches!(error.kind(), Kind::Unauthenticated | Kind::MfaRequired | Kind::AudienceRetired) {
                inner.tokens.forget(&token);
            }
            may_have_been_sent |= error.may_have_been_sent();
            failed += 1;
            if error.kind() == Kind::Throttled {
                // A time of nothing but 429 is not held against this call.
                throttled += u32::from(
                    last_throttled.is_none() || throttled_since.is_none_or(|since| Some(since) > last_throttled),
                );
                last_throttled = Some(Instant::now());
            }
            let progress = Progress {
                failed,
                throttled,
                throttled_for: throttled_since.map_or(Duration::ZERO, |since| since.elapsed()),
                has_new_token,
                has_replaced_connection,
                time_left: deadline.saturating_duration_since(Instant::now()),
            };
            match retry::next(&error, &policy, self.options.waits_out_throttling, progress) {
                Next::Stop => break Err(error),
                Next::NewToken => {
                    match self.token(deadline).await {
                        Ok(other) if other != token => has_new_token = true,
                        // The service's own response says more than a failed sign-in.
                        _ => break Err(error),
                    }
                    failed -= 1;
                }
                Next::NewConnection(_) if inner.budget.replace_connection() => {
                    has_replaced_connection = true;
                    failed -= 1;
                }
                Next::NewConnection(None) => break Err(error),
                Next::NewConnection(Some(delay)) | Next::After(delay) => {
                    if policy.is_budgeted && !inner.budget.withdraw() {
                        break Err(error);
                    }
                    tokio::time::sleep(delay).await;
                }
                Next::AfterThrottling(delay) => {
                    tokio::time::sleep(delay).await;
                    deadline += delay;
                }
            }
            needs_new_connection = error.is_without_response();
            earlier = error.into_received().or(earlier);
            old_tokens.push(token);
        };

        let elapsed = self.started.elapsed();
        let (request_id, correlation_id) = (self.request_id, self.correlation_id);
        match result {
            Ok((value, received)) => {
                Ok(Response::new(value, Meta { received, request_id, correlation_id, attempts, elapsed }))
            }
            Err(error) => {
                let may_have_been_sent = may_have_been_sent || error.may_have_been_sent();
                let error = error.with_earlier_response(earlier).with_may_have_been_sent(may_have_been_sent);
                Err(error.with_call(request_id, correlation_id, attempts, elapsed))
            }
        }
    }

    /// Waits until the client may send, and returns the token to send with.
    async fn ready(&self, respects_throttle: bool, deadline: &mut Instant) -> Result<Authorization, Error> {
        let inner = self.client.inner();
        loop {
            while respects_throttle && let Some(until) = inner.throttle.held_until() {
                self.wait_until(until, deadline, "the service asks for a delay longer than the call may take").await?;
            }
            // A sign-in after taking a turn would waste it, and a token may expire while the call waits for its turn.
            let token = self.token(*deadline).await?;
            if !respects_throttle {
                return Ok(token);
            }
            let mut has_waited = false;
            for rate in [Some(&inner.rate), self.options.rate.as_deref()].into_iter().flatten() {
                if let Some(turn) = rate.reserve() {
                    self.wait_until(turn, deadline, "the call's turn at the allowed rate is later than its deadline")
                        .await?;
                    has_waited = true;
                }
            }
            if inner.throttle.held_until().is_none() {
                return if has_waited { self.token(*deadline).await } else { Ok(token) };
            }
        }
    }

    /// Sleeps until `time`, unless that is past the deadline. A call that waits out throttling has its deadline moved.
    async fn wait_until(&self, time: Instant, deadline: &mut Instant, reason: &'static str) -> Result<(), Error> {
        let delay = time.saturating_duration_since(Instant::now());
        if self.options.waits_out_throttling {
            *deadline += delay;
        } else if time >= *deadline {
            return Err(Error::new(Kind::Throttled, reason).with_retry_after(Some(delay)));
        }
        tokio::time::sleep_until(time).await;
        Ok(())
    }

    async fn token(&self, deadline: Instant) -> Result<Authorization, Error> {
        match tokio::time::timeout_at(deadline, self.client.inner().tokens.authorization(deadline)).await {
            Ok(authorization) => Ok(authorization?),
            Err(_) => Err(Error::new(Kind::Timeout, "the call's time was up before there was an access token")),
        }
    }

    /// An error if the response belongs to another call of this client; nothing of it is kept.
    fn check_owner(&self, received: Received) -> Result<Received, Error> {
        let ids = &self.client.inner().recent_ids;
        match received.request_id() {
            Some(id) if ids.is_of_another_call(id, self.request_id) => {
                let error = Error::new(Kind::Connection, "the response belongs to another call");
                Err(error.with_may_have_been_sent(true))
            }
            _ => Ok(received),
        }
    }

    fn record_response(&self) {
        self.client.inner().budget.record_response();
        self.client.inner().throttle.record_response();
        self.client.inner().rate.record_response();
    }

    fn record_throttling(&self, error: &Error) {
        if let Some(until) = self.client.inner().throttle.hold(error.retry_after().unwrap_or_default()) {
            self.client.inner().rate.record_throttling(until);
        }
    }
}

/// The value that the generated method decoded; `None` if the body of the success has another form.
fn decoded_value<T, E>(decoded: Decoded<T, E>) -> Result<Option<T>, Error> {
    match decoded {
        Ok(value) => Ok(Some(value.into_inner())),
        Err(generated::Error::InvalidResponsePayload(..)) => Ok(None),
        Err(_) => Err(Error::new(Kind::UnexpectedStatus, "")),
    }
}

/// The text without the tokens, should the service repeat one.
fn redact<'a>(tokens: impl Iterator<Item = &'a Authorization>, text: &str) -> String {
    let mut text = Cow::Borrowed(text);
    for token in tokens {
        if let Cow::Owned(redacted) = token.redact(&text) {
            text = Cow::Owned(redacted);
        }
    }
    text.into_owned()
}

/// The SDK's end of the seam: makes one attempt with what the loop hands over, and keeps what came of it for the loop.
struct Seam {
    client: Client,
    slot: Mutex<Slot>,
}

#[derive(Default)]
struct Slot {
    attempt: Option<Attempt>,
    /// What came of it.
    done: Option<Exchange>,
}

/// What one attempt needs beside the request.
struct Attempt {
    token: Authorization,
    until: Instant,
    number: u32,
    needs_new_connection: bool,
}

impl Seam {
    fn set(&self, attempt: Attempt) {
        *self.lock() = Slot { attempt: Some(attempt), done: None };
    }

    /// What came of the attempt; nothing if the generated method could not build its request.
    fn take(&self) -> Exchange {
        self.lock().done.take().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl generated::Transport for Seam {
    fn execute<'a>(
        &'a self,
        mut request: reqwest::Request,
        operation: &'static str,
    ) -> generated::BoxFuture<'a, reqwest::Result<reqwest::Response>> {
        telemetry::name_call(operation);
        let inner = self.client.inner();
        let attempt = self.lock().attempt.take();
        let exchange = attempt.map(|attempt| {
            let span = telemetry::attempt_span(&request, attempt.number);
            request.headers_mut().insert(AUTHORIZATION, attempt.token.header());
            if attempt.needs_new_connection {
                connection::use_new(&mut request);
            }
            let exchange = exchange(&inner.http, request, attempt.until, inner.defaults.body_limit);
            (exchange.instrument(span.clone()), span)
        });
        Box::pin(async move {
            let (mut status, mut body) = (StatusCode::BAD_GATEWAY, Bytes::new());
            if let Some((exchange, span)) = exchange {
                let exchange = exchange.await;
                telemetry::finish_attempt(&span, &exchange);
                // The generated code decodes a complete response; what it makes of anything else is not used.
                if let (Some(head), None) = (&exchange.head, &exchange.failure) {
                    (status, body) = (head.status, exchange.body.slice_ref(without_byte_order_mark(&exchange.body)));
                }
                self.lock().done = Some(exchange);
            }
            // Without an address of its own, reqwest would make one up and parse it.
            let response =
                http::Response::builder().status(status).url(self.client.inner().base_url.clone()).body(body);
            Ok(response.unwrap_or_default().into())
        })
    }
}
