//! The record of one logical call: its ids, its deadline, what it has tried and what came back.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use partner_center_gen as generated;
use reqwest::ResponseBuilderExt;
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use tracing::{Instrument, Span};
use uuid::Uuid;

use crate::auth::Authorization;
use crate::client::Client;
use crate::endpoint;
use crate::error::{Error, ErrorKind};
use crate::fresh_id::fresh_id;
use crate::header_text;
use crate::pipeline::{self, telemetry};
use crate::received::Received;
use crate::request::CallOptions;
use crate::response::{Meta, Response};
use crate::retry_policy::RetryPolicy;
use crate::unknown_fields;

/// One logical call, however many attempts it takes.
pub(crate) struct Call {
    pub(crate) client: Client,
    /// Whom the call is about; nobody in particular for calls about the partner itself.
    pub(crate) customer: Option<Uuid>,
    pub(crate) request_id: Uuid,
    pub(crate) correlation_id: Uuid,
    pub(crate) retry: RetryPolicy,
    pub(crate) attempt_timeout: Duration,
    started: Instant,
    pub(crate) deadline: Instant,
    options: CallOptions,
    record: Mutex<Record>,
}

/// What a call has done so far.
#[derive(Default)]
struct Record {
    attempts: u32,
    may_have_been_sent: bool,
    /// The newest answer among the attempts that were given up.
    earlier: Option<Received>,
    span: Option<Span>,
    /// Whether the service has refused the token, and the one that takes its place until it is used.
    has_renewed: bool,
    renewed: Option<Authorization>,
    /// The last attempt failed, and another one is to be made.
    is_due_again: bool,
    outcome: Option<Result<Received, Error>>,
}

/// The headers of a call as the generated client takes them.
pub(crate) struct CallHeaders<'a> {
    pub(crate) contract_version: Option<&'a str>,
    pub(crate) correlation_id: Option<&'a Uuid>,
    pub(crate) application_name: Option<&'a str>,
    pub(crate) request_id: Option<&'a Uuid>,
    pub(crate) validate_mfa: Option<bool>,
    pub(crate) locale: Option<&'a str>,
}

/// A time that never comes within the life of a process, for limits too long to add up.
const FAR_FUTURE: Duration = Duration::from_secs(60 * 60 * 24 * 365 * 30);

impl Call {
    /// Begins a call; the clock runs from here.
    pub(crate) fn new(client: Client, customer: Option<Uuid>, options: CallOptions) -> Result<Arc<Self>, Error> {
        for (name, text) in [("application name", &options.application_name), ("locale", &options.locale)] {
            if let Some(text) = text {
                header_text::check(name, text)?;
            }
        }
        let defaults = &client.inner().defaults;
        let started = Instant::now();
        let timeout = options.timeout.unwrap_or(defaults.timeout);
        Ok(Arc::new(Self {
            customer,
            request_id: options.request_id.unwrap_or_else(fresh_id),
            correlation_id: options.correlation_id.unwrap_or_else(fresh_id),
            retry: options.retry.unwrap_or(defaults.retry),
            attempt_timeout: options.attempt_timeout.unwrap_or(defaults.attempt_timeout),
            started,
            deadline: started.checked_add(timeout).unwrap_or_else(|| started + FAR_FUTURE),
            options,
            record: Mutex::default(),
            client,
        }))
    }

    /// The generated client, with this call as its transport.
    pub(crate) fn generated(self: &Arc<Self>) -> generated::Client {
        let inner = self.client.inner();
        generated::Client::new_with_client(endpoint::text(&inner.base_url), inner.http.clone(), self.clone())
    }

    /// What the call says about itself in its headers.
    pub(crate) fn headers(&self) -> CallHeaders<'_> {
        let defaults = &self.client.inner().defaults;
        CallHeaders {
            contract_version: defaults.contract_version,
            correlation_id: Some(&self.correlation_id),
            application_name: self.options.application_name.as_deref().or(defaults.application_name.as_deref()),
            request_id: Some(&self.request_id),
            validate_mfa: self.options.validate_mfa.unwrap_or(defaults.validate_mfa).then_some(true),
            locale: self.options.locale.as_deref().or(defaults.locale.as_deref()),
        }
    }

    /// Counts one more attempt; gives how many there are with it.
    pub(crate) fn count_attempt(&self) -> u32 {
        let mut record = self.record();
        record.attempts += 1;
        record.attempts
    }

    /// Notes down that an attempt may have reached the service.
    pub(crate) fn note_sent(&self) {
        self.record().may_have_been_sent = true;
    }

    /// Another attempt takes the place of one that failed; its answer, if it had one, is kept.
    pub(crate) fn supersede(&self, failed: Error) {
        if let Some(received) = failed.into_received() {
            self.record().earlier = Some(received);
        }
    }

    /// The service has refused the token; this one goes onto the next attempt.
    pub(crate) fn renew_token(&self, token: Authorization) {
        let mut record = self.record();
        (record.has_renewed, record.renewed) = (true, Some(token));
    }

    /// The token that takes the place of a refused one, if it has not been used yet.
    pub(crate) fn renewed_token(&self) -> Option<Authorization> {
        self.record().renewed.take()
    }

    /// Whether the token was replaced already; another refusal is final.
    pub(crate) fn has_renewed(&self) -> bool {
        self.record().has_renewed
    }

    /// How many attempts there have been.
    pub(crate) fn attempts(&self) -> u32 {
        self.record().attempts
    }

    /// How much time is left.
    pub(crate) fn time_left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Sends the request that `send` has the generated client build, and sends it anew for every further attempt.
    ///
    /// Nearly every call is answered at once, so a request is built again rather than kept in a copy.
    pub(crate) async fn perform<F: Future>(&self, mut send: impl FnMut() -> F) -> F::Output {
        loop {
            let answer = send().await;
            if !std::mem::take(&mut self.record().is_due_again) {
                return answer;
            }
        }
    }

    /// Joins what the generated code made of the answer with what the call saw itself.
    ///
    /// `repair` reads a body that is not in the documented form, where the endpoint knows how; `narrow` makes of a good
    /// answer what was asked for.
    pub(crate) fn finish<T: DeserializeOwned, U, E>(
        &self,
        answer: Result<generated::ResponseValue<T>, generated::Error<E>>,
        repair: impl FnOnce(&Bytes) -> Option<T>,
        narrow: impl FnOnce(Response<T>) -> Result<Response<U>, Error>,
    ) -> Result<Response<U>, Error> {
        let Record { attempts, may_have_been_sent, earlier, span, outcome, .. } = std::mem::take(&mut *self.record());
        let elapsed = self.started.elapsed();
        let result = match (outcome, answer) {
            (Some(Err(error)), _) => Err(error),
            // The JSON reader skips over fields it does not know without looking at their bytes.
            (Some(Ok(received)), Ok(_)) if std::str::from_utf8(&received.raw).is_err() => {
                Err(misfit::<T>(&received.body()).answered_with(received))
            }
            (Some(Ok(received)), Ok(value)) => Ok((value.into_inner(), received)),
            (Some(Ok(received)), Err(generated::Error::InvalidResponsePayload(body, _))) => match repair(&body) {
                Some(value) => Ok((value, received)),
                None => Err(misfit::<T>(&body).answered_with(received)),
            },
            (Some(Ok(received)), Err(_)) => Err(Error::new(ErrorKind::UnexpectedStatus, "").answered_with(received)),
            (None, Err(generated::Error::InvalidRequest(reason))) => Err(Error::configuration(reason)),
            (None, _) => Err(Error::configuration("the request could not be built; check the base URL")),
        };
        let (request_id, correlation_id) = (self.request_id, self.correlation_id);
        let result = match result {
            Ok((value, received)) => {
                if self.client.inner().defaults.reports_unknown_fields {
                    span.as_ref().unwrap_or(&Span::none()).in_scope(|| unknown_fields::tell::<T>(&received.body()));
                }
                narrow(Response::new(value, Meta { received, request_id, correlation_id, attempts, elapsed }))
            }
            Err(error) => {
                let may_have_been_sent = may_have_been_sent || error.may_have_been_sent();
                let error = error.after(earlier);
                Err(error.maybe_sent(may_have_been_sent).of_call(request_id, correlation_id, attempts, elapsed))
            }
        };
        telemetry::ended(span.as_ref(), &result);
        result
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        // Nothing panics while the lock is held, and each change is whole.
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl generated::Transport for Call {
    fn execute<'a>(
        &'a self,
        request: reqwest::Request,
        operation: &'static str,
    ) -> generated::BoxFuture<'a, reqwest::Result<reqwest::Response>> {
        let known = self.record().span.clone();
        let span = known.unwrap_or_else(|| telemetry::call_span(self, &request, operation));
        self.record().span = Some(span.clone());
        // The future is small enough to be cheap as long as it does not hold the request itself.
        let request = Box::new(request);
        Box::pin(async move {
            let outcome = pipeline::run(self, request, operation).instrument(span).await;
            // The generated code only reads status and body. Where there is no answer for it, it gets an empty one: what
            // it makes of that is never looked at.
            let (status, body) = match &outcome {
                Some(Ok(received)) => (received.status, received.body()),
                _ => (StatusCode::OK, Bytes::new()),
            };
            // Without an address of its own, reqwest would make one up and parse it.
            let url = self.client.inner().base_url.clone();
            let response = http::Response::builder().status(status).url(url).body(body);
            let mut record = self.record();
            record.is_due_again = outcome.is_none();
            record.outcome = outcome;
            Ok(response.unwrap_or_default().into())
        })
    }
}

/// Why a body is not what the contract promises, with the place where it departs.
fn misfit<T: DeserializeOwned>(body: &Bytes) -> Error {
    let start = body.iter().find(|byte| !byte.is_ascii_whitespace());
    let detail: Cow<'static, str> = match start {
        None => "the body is empty".into(),
        Some(b'<') => "an HTML or XML page where JSON was expected".into(),
        Some(_) if std::str::from_utf8(body).is_err() => "the body is not UTF-8".into(),
        Some(_) => {
            let read = serde_path_to_error::deserialize::<_, T>(&mut serde_json::Deserializer::from_slice(body));
            match read {
                Err(error) => {
                    let is_within = error.path().iter().next().is_some();
                    let place = if is_within { format!("at {}: ", error.path()) } else { String::new() };
                    let cause = without_value(error.into_inner());
                    return Error::new(ErrorKind::UnexpectedBody, format!("{place}{cause}")).caused_by(cause);
                }
                // The value was whole and something followed it.
                Ok(_) => "there is more after the JSON value".into(),
            }
        }
    };
    Error::new(ErrorKind::UnexpectedBody, detail)
}

/// What the reader missed and where. What it found instead is left out: that is a customer's data.
fn without_value(error: serde_json::Error) -> serde_json::Error {
    let text = error.to_string();
    match text.rfind(", expected ") {
        Some(place) if error.is_data() => serde::de::Error::custom(&text[place + ", ".len()..]),
        _ => error,
    }
}

#[cfg(test)]
mod properties {
    use proptest::prelude::*;

    use super::*;
    use crate::models::Organization;

    proptest! {
        #[test]
        fn any_body_that_is_no_array_of_organizations_is_told_in_words(body: Vec<u8>) {
            prop_assume!(serde_json::from_slice::<Vec<Organization>>(&body).is_err());
            let error = misfit::<Vec<Organization>>(&Bytes::from(body));
            prop_assert_eq!(error.kind(), ErrorKind::UnexpectedBody);
            prop_assert!(error.to_string().len() > ErrorKind::UnexpectedBody.to_string().len() + 2);
        }
    }
}
