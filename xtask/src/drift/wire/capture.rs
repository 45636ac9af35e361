//! Reads captured answers: raw JSON, an HTTP message, or the HAR file of a browser or proxy.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::drift::message::{self, Message};

/// One answer of the service.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Capture {
    /// Method and path of the request, where the file has them.
    pub(crate) request: Option<(String, String)>,
    /// The status; a raw body is taken for a success.
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Body,
}

/// The body of an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Body {
    #[default]
    Empty,
    Json(Value),
    Other,
}

/// Every answer in a file.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Capture>> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if let Some(first) = message::read(text) {
        let request = first.request.as_ref().map(|(method, url)| request(method, url));
        // A whole exchange has the answer after the request.
        let answer = if first.request.is_some() { message::read(first.body.trim_start()) } else { Some(first) };
        let Some(Message { status: Some(status), headers, body, .. }) = answer else {
            bail!("it holds a request and no answer");
        };
        return Ok(vec![Capture { request, status, body: body_of(&headers, &body), headers }]);
    }
    let json: Value = serde_json::from_str(text).context("it is no JSON, no HTTP message and no HAR file")?;
    match json.pointer("/log/entries").and_then(Value::as_array) {
        Some(entries) => Ok(entries.iter().filter_map(entry).collect()),
        None => Ok(vec![Capture { status: 200, body: Body::Json(json), ..Capture::default() }]),
    }
}

fn request(method: &str, url: &str) -> (String, String) {
    (method.to_owned(), message::path_of(url).unwrap_or_default().to_owned())
}

fn body_of(headers: &[(String, String)], text: &str) -> Body {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Body::Empty;
    }
    if let Ok(json) = serde_json::from_str(text) {
        return Body::Json(json);
    }
    let is_chunked = |(name, value): &(String, String)| {
        name.eq_ignore_ascii_case("Transfer-Encoding") && value.eq_ignore_ascii_case("chunked")
    };
    let whole = if headers.iter().any(is_chunked) { whole(text) } else { None };
    whole
        .and_then(|text| serde_json::from_str(text.trim_start_matches('\u{feff}')).ok())
        .map_or(Body::Other, Body::Json)
}

/// A chunked body in one piece.
fn whole(mut text: &str) -> Option<String> {
    let mut whole = String::new();
    loop {
        let (size, rest) = text.split_once('\n').unwrap_or((text, ""));
        let size = usize::from_str_radix(size.trim().split(';').next()?, 16).ok()?;
        if size == 0 {
            return Some(whole);
        }
        whole.push_str(rest.get(..size)?);
        text = rest.get(size..)?.trim_start_matches(['\r', '\n']);
    }
}

/// An entry of a HAR file; nothing where the browser got no answer.
fn entry(entry: &Value) -> Option<Capture> {
    let (asked, answer) = (entry.get("request")?, entry.get("response")?);
    let status = u16::try_from(answer.get("status")?.as_u64()?).ok().filter(|status| *status > 0)?;
    let headers = answer.get("headers").and_then(Value::as_array).into_iter().flatten();
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let headers = headers.filter_map(|header| Some((text(header, "name")?, text(header, "value")?))).collect();
    let content = answer.get("content")?;
    let body = match (text(content, "text"), content.get("encoding").and_then(Value::as_str)) {
        (Some(body), Some("base64")) => String::from_utf8_lossy(&decoded(&body)?).into_owned(),
        (body, _) => body.unwrap_or_default(),
    };
    let request = request(asked.get("method")?.as_str()?, asked.get("url")?.as_str()?);
    Some(Capture { request: Some(request), status, body: body_of(&[], &body), headers })
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn only(text: &str) -> Capture {
        read(text.as_bytes()).expect("it is readable").remove(0)
    }

    #[test]
    fn reads_a_raw_body_as_a_success() {
        assert_eq!(only("\u{feff}[1]"), Capture { status: 200, body: Body::Json(json!([1])), ..Capture::default() });
    }

    #[test]
    fn reads_a_message_with_its_head_and_chunks() {
        let capture = only(
            "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n",
        );
        assert_eq!((capture.status, capture.body), (404, Body::Json(json!([1, 2]))));
        assert_eq!(capture.headers[1], ("A".to_owned(), "b".to_owned()));
    }

    #[test]
    fn reads_an_exchange_of_request_and_answer() {
        let capture = only("GET https://host/v1/a HTTP/1.1\nAccept: x\n\nHTTP/1.1 200 OK\n\n{}");
        assert_eq!(capture.request, Some(("GET".to_owned(), "/v1/a".to_owned())));
        assert_eq!(capture.body, Body::Json(json!({})));
    }

    #[test]
    fn reads_a_har_file_and_passes_over_requests_without_answer() {
        let entry = |status: u16, text: &str| {
            json!({
                "request": { "method": "GET", "url": "https://host/v1/a?b=c" },
                "response": {
                    "status": status, "headers": [{ "name": "A", "value": "b" }],
                    "content": { "text": text, "encoding": "base64" },
                },
            })
        };
        let har = json!({ "log": { "entries": [entry(0, ""), entry(200, "WzFd")] } }).to_string();
        let captures = read(har.as_bytes()).expect("it is readable");
        assert_eq!(captures.len(), 1);
        assert_eq!(captures[0].request, Some(("GET".to_owned(), "/v1/a".to_owned())));
        assert_eq!(captures[0].body, Body::Json(json!([1])));
    }

    #[test]
    fn refuses_what_is_no_capture() {
        let reason = read(b"hello").expect_err("it is no capture").to_string();
        assert!(reason.contains("no JSON, no HTTP message and no HAR file"), "{reason}");
        let reason = read(b"GET /v1/a HTTP/1.1\nA: b\n\n").expect_err("no answer").to_string();
        assert!(reason.contains("no answer"), "{reason}");
    }
}
