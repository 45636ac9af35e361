//! One logical call: the loop of its attempts.

use std::borrow::Cow;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::StatusCode;
use partner_center_gen as generated;
use tokio::time::Instant;
use tracing::Instrument;
use uuid::Uuid;

use crate::auth::Authorization;
use crate::client::Client;
use crate::error::{Error, ErrorKind as Kind};
use crate::pipeline::outcome::outcome;
use crate::pipeline::retry::{self, Next, Progress};
use crate::pipeline::telemetry;
use crate::received::Received;
use crate::request::{CallOptions, Request};
use crate::response::{Meta, Response};
use crate::runtime;
use crate::seam::{Attempt, CallHeaders};

/// What a generated method returns.
type Decoded<T, E> = Result<generated::ResponseValue<T>, generated::Error<E>>;

/// Makes a request to an endpoint.
///
/// `send` calls the generated method, which builds a new request for each attempt, without the headers that every call
/// has: the attempt adds them. `read` makes the value from what the method decoded (`None` if the body does not match
/// the contract) and from the body.
pub(crate) fn request<T, E, U, F>(
    client: &Client,
    send: impl Fn(generated::Client) -> F + Send + Sync + 'static,
    read: impl Fn(Option<T>, &[u8]) -> Result<U, Error> + Send + Sync + 'static,
) -> Request<U>
where
    T: Send + 'static,
    E: Send + 'static,
    U: Send + 'static,
    F: Future<Output = Decoded<T, E>> + Send + 'static,
{
    let client = client.clone();
    let options = client.inner().defaults.clone();
    Request::new(options, move |options| async move { Call::new(client, options)?.run(send, read).await })
}

/// One logical call, with all its attempts.
struct Call {
    client: Client,
    options: CallOptions,
    headers: CallHeaders,
    started: Instant,
}

/// A longer time limit counts as none.
const FAR_FUTURE: Duration = Duration::from_secs(60 * 60 * 24 * 365 * 30);

impl Call {
    /// Begins a call; its time counts from here.
    fn new(client: Client, mut options: CallOptions) -> Result<Self, Error> {
        runtime::current()?;
        let headers = CallHeaders {
            request_id: options.request_id.unwrap_or_else(Uuid::new_v4),
            correlation_id: options.correlation_id.unwrap_or_else(Uuid::new_v4),
            application_name: options.application_name.take(),
            validate_mfa: options.validate_mfa,
        };
        client.inner().recent_ids.insert(headers.request_id);
        Ok(Self { client, options, headers, started: Instant::now() })
    }

    /// Makes attempts until one succeeds, a failure is final, or the deadline passes.
    async fn run<T, E, U, F: Future<Output = Decoded<T, E>>>(
        self,
        send: impl Fn(generated::Client) -> F,
        read: impl Fn(Option<T>, &[u8]) -> Result<U, Error>,
    ) -> Result<Response<U>, Error> {
        let (inner, headers) = (self.client.inner(), &self.headers);
        let (policy, attempt_timeout) = (self.options.retry, self.options.attempt_timeout.min(FAR_FUTURE));
        let mut deadline = self.started + self.options.timeout.min(FAR_FUTURE);
        let (mut attempts, mut progress) = (0, Progress::default());
        let (mut earlier, mut old_tokens, mut needs_new_connection) = (None, Vec::new(), false);
        inner.budget.deposit();

        let span = telemetry::call_span(&inner.base_url, headers.request_id, headers.correlation_id);
        let result = async {
            loop {
                let token = self.ready(policy.respects_throttle, &mut deadline).await?;
                let until = deadline.min(Instant::now() + attempt_timeout);
                let attempt = Arc::new(Attempt {
                    client: self.client.clone(),
                    headers: headers.clone(),
                    token: token.clone(),
                    until,
                    number: attempts,
                    needs_new_connection,
                    exchange: Mutex::default(),
                });
                attempts += 1;
                let decoded = send(attempt.generated_client()).await;
                let limit = if until < deadline { "the attempt" } else { "the call" };
                let redact = |text: &str| redact(old_tokens.iter().chain([&token]), text);
                let result = outcome(attempt.take_exchange(), limit, &inner.base_url, redact)
                    .and_then(|received| self.check_owner(received))
                    .and_then(|received| match value(decoded).and_then(|value| read(value, received.body())) {
                        Ok(value) => Ok((value, received)),
                        Err(error) => Err(error.with_response(received)),
                    });
                self.record(result.as_ref().err());
                let error = match result {
                    Ok(success) => return Ok(success),
                    Err(error) => error,
                };

                if matches!(error.kind(), Kind::Unauthenticated | Kind::MfaRequired | Kind::AudienceRetired) {
                    inner.tokens.forget(&token);
                }
                let patience = self.options.waits_out_throttling.as_deref();
                let is_last = patience.is_some_and(|is_last| is_last.load(Ordering::Relaxed));
                progress.count_throttling(&error, inner.throttle.throttled_since(), is_last);
                let time_left = deadline.saturating_duration_since(Instant::now());
                if retry::may_replace_connection(&error, &policy, &progress) && inner.budget.replace_connection() {
                    progress.has_replaced_connection = true;
                } else {
                    match retry::next(&error, &policy, patience.is_some(), &progress, time_left) {
                        Next::Stop => return Err(error),
                        Next::NewToken => match self.token(deadline).await {
                            Ok(other) if other != token => progress.has_new_token = true,
                            // The service's own response says more than a failed sign-in.
                            _ => return Err(error),
                        },
                        Next::After(_) if policy.is_budgeted && !inner.budget.withdraw() => return Err(error),
                        Next::After(delay) => {
                            progress.retries += 1;
                            tokio::time::sleep(delay).await;
                        }
                        Next::AfterThrottling(delay) => {
                            progress.retries += 1;
                            tokio::time::sleep(delay).await;
                            deadline += delay;
                        }
                    }
                }
                needs_new_connection = error.is_without_response();
                earlier = Some(error.after(earlier.take()));
                old_tokens.push(token);
            }
        }
        .instrument(span.clone())
        .await;
        let (request_id, correlation_id, elapsed) =
            (headers.request_id, headers.correlation_id, self.started.elapsed());
        let result = match result {
            Ok((value, received)) => {
                Ok(Response::new(value, Meta { received, request_id, correlation_id, attempts, elapsed }))
            }
            Err(error) => Err(error.after(earlier).with_call(request_id, correlation_id, attempts, elapsed)),
        };
        telemetry::finish_call(&span, &result);
        result
    }

    /// Waits until the client may send, and returns the token to send with.
    async fn ready(&self, respects_throttle: bool, deadline: &mut Instant) -> Result<Authorization, Error> {
        let inner = self.client.inner();
        loop {
            while respects_throttle && let Some(until) = inner.throttle.held_until() {
                self.wait_until(until, deadline, "the service throttles this client for longer than the call may take")
                    .await?;
            }
            // A sign-in after taking a turn would waste it, and a token may expire while the call waits for its turn.
            let token = self.token(*deadline).await?;
            if !respects_throttle {
                return Ok(token);
            }
            let mut has_waited = false;
            for rate in [Some(&inner.rate), self.options.rate.as_deref()].into_iter().flatten() {
                if let Some(turn) = rate.reserve() {
                    self.wait_until(turn, deadline, "at the allowed rate, the call cannot be sent before its deadline")
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
        if self.options.waits_out_throttling.is_some() {
            *deadline += delay;
        } else if time >= *deadline {
            return Err(Error::new(Kind::Throttled, reason).with_retry_after(Some(delay)));
        }
        tokio::time::sleep_until(time).await;
        Ok(())
    }

    async fn token(&self, deadline: Instant) -> Result<Authorization, Error> {
        let tokens = &self.client.inner().tokens;
        if let Some(authorization) = tokens.fresh() {
            return Ok(authorization);
        }
        match tokio::time::timeout_at(deadline, tokens.authorization(deadline)).await {
            Ok(authorization) => Ok(authorization?),
            Err(_) => Err(Error::new(Kind::Timeout, "the deadline passed before an access token was obtained")),
        }
    }

    /// An error if the response belongs to another call of this client; nothing of it is kept.
    fn check_owner(&self, received: Received) -> Result<Received, Error> {
        let ids = &self.client.inner().recent_ids;
        match received.request_id() {
            Some(id) if ids.is_of_another_call(id, self.headers.request_id) => {
                let error = Error::new(Kind::Connection, "the response belongs to another call");
                Err(error.with_may_have_been_sent(true))
            }
            _ => Ok(received),
        }
    }

    /// Records the result of an attempt in throttle, rate and budget.
    fn record(&self, error: Option<&Error>) {
        let inner = self.client.inner();
        match error.map(|error| (error.status(), error.retry_after())) {
            Some((None, _)) => {}
            Some((Some(StatusCode::TOO_MANY_REQUESTS), delay)) => {
                if let Some(until) = inner.throttle.hold(delay.unwrap_or_default()) {
                    inner.rate.record_throttling(until);
                }
            }
            _ => {
                inner.budget.record_response();
                inner.throttle.record_response();
                inner.rate.record_response();
            }
        }
    }
}

/// The value that the generated method decoded; `None` if the body of the success does not match the contract.
fn value<T, E>(decoded: Decoded<T, E>) -> Result<Option<T>, Error> {
    match decoded {
        Ok(value) => Ok(Some(value.into_inner())),
        Err(generated::Error::InvalidResponsePayload(..)) => Ok(None),
        Err(_) => Err(Error::new(Kind::UnexpectedStatus, "")),
    }
}

/// The text without the tokens, in case the service repeats one.
fn redact<'a>(tokens: impl Iterator<Item = &'a Authorization>, text: &str) -> String {
    let mut text = Cow::Borrowed(text);
    for token in tokens {
        if let Cow::Owned(redacted) = token.redact(&text) {
            text = Cow::Owned(redacted);
        }
    }
    text.into_owned()
}
