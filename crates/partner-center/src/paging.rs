//! Pagination of the list of customers: the request for the next page, or the end of the list.
//!
//! The service documents paging only for other lists; `openapi/SOURCES.md` has the sources.

use std::borrow::Cow;

use partner_center_gen::types::{CustomerPage, Link};
use reqwest::Url;
use serde_json::json;

use crate::error::{Error, ErrorKind};

/// The parameters of the request for one page.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct PageRequest {
    pub(crate) size: Option<i64>,
    pub(crate) filter: Option<String>,
    pub(crate) seek_operation: Option<String>,
    pub(crate) continuation_token: Option<String>,
}

impl PageRequest {
    pub(crate) fn set_size(&mut self, size: u32) -> Result<(), &'static str> {
        self.size = Some(size.into());
        if (1..=500).contains(&size) { Ok(()) } else { Err("the page size is not between 1 and 500") }
    }

    /// Filters by a prefix of a field; an empty prefix is no filter.
    pub(crate) fn set_filter(&mut self, field: &str, prefix: &str) -> Result<(), &'static str> {
        if self.filter.is_some() {
            return Err("the service takes one filter, by name or by domain");
        }
        let filter = format!(r#"{{"Field":"{field}","Value":{},"Operator":"starts_with"}}"#, json!(prefix));
        // A space in a query would be sent as `+`, which only some readers take for a space.
        self.filter = (!prefix.is_empty()).then(|| filter.replace(' ', r"\u0020"));
        Ok(())
    }

    /// The request for the page after `page`, which this request returned; `None` if that is the last one.
    pub(crate) fn next(&self, page: &CustomerPage, base_url: &Url) -> Result<Option<Self>, Cow<'static, str>> {
        let link = page.links.as_ref().and_then(|links| links.next.as_ref());
        let token = link.and_then(token).or_else(|| text(page.continuation_token.as_ref()));
        if token.is_some_and(|token| !token.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())) {
            return Err("the continuation token contains a character that a header cannot carry".into());
        }
        let mut next = Self { seek_operation: None, continuation_token: token.map(str::to_owned), ..self.clone() };
        match link.map(|link| text(link.uri.as_ref())) {
            Some(Some(uri)) => next.follow(uri, base_url)?,
            _ if token.is_some() => next.seek_operation = Some("Next".to_owned()),
            Some(None) => return Err("the link to the next page is empty".into()),
            None => return Ok(None),
        }
        Ok(Some(next))
    }

    /// Takes over the query of a link; the address stays the list's own, so that no other host gets a token.
    ///
    /// Links come as `/customers?…` and as `/v1/customers?…`, and with a second `?` in place of a `&`.
    fn follow(&mut self, uri: &str, base_url: &Url) -> Result<(), Cow<'static, str>> {
        let (address, query) = uri.split_once('?').unwrap_or((uri, ""));
        let path = match Url::parse(address) {
            Ok(url) if url.origin() == base_url.origin() => Cow::Owned(url.path().to_owned()),
            Ok(_) => return Err("the link to the next page leads to another host".into()),
            Err(_) => Cow::Borrowed(address),
        };
        let path = path.strip_prefix(base_url.path().trim_end_matches('/')).unwrap_or(&path);
        if path.split('/').any(|step| !matches!(step, "" | "v1" | "customers")) {
            return Err("the link to the next page does not lead to the list".into());
        }
        for (name, value) in form_urlencoded::parse(query.replace('?', "&").as_bytes()) {
            match &*name.to_ascii_lowercase() {
                "size" => self.size = Some(value.parse().map_err(|_| "the link to the next page has an invalid size")?),
                "seekoperation" => self.seek_operation = Some(value.into_owned()),
                // What the list began with stays.
                "filter" => _ = self.filter.get_or_insert_with(|| value.into_owned()),
                _ => return Err(format!("the link to the next page has the unknown parameter `{name}`").into()),
            }
        }
        Ok(())
    }

    /// Whether the error is the end of the list: 400 with the code 2000 after a page with a continuation token.
    ///
    /// [Microsoft's migration tool](https://github.com/microsoft/Partner-Center-DotNet-Samples) takes it for that.
    pub(crate) fn is_end(&self, error: &Error) -> bool {
        self.continuation_token.is_some() && error.kind() == ErrorKind::InvalidInput && error.code() == Some("2000")
    }
}

/// The continuation token among the headers of a link; every other header is ignored.
fn token(link: &Link) -> Option<&str> {
    let is_token = |key: &String| key.eq_ignore_ascii_case("MS-ContinuationToken");
    let header = link.headers.iter().flatten().find(|header| header.key.as_ref().is_some_and(is_token))?;
    text(header.value.as_ref())
}

/// The text, unless it is empty: for a missing value the service sends no field, `null` or an empty string.
pub(crate) fn text(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.trim().is_empty())
}
