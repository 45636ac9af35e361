//! An invalid setting, for the errors of calls and of credentials.

use std::borrow::Cow;

#[derive(Debug)]
pub(crate) struct InvalidConfiguration {
    pub(crate) message: Cow<'static, str>,
    pub(crate) source: Option<reqwest::Error>,
}

impl InvalidConfiguration {
    pub(crate) fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self { message: message.into(), source: None }
    }
}
