//! Reads captured answers: raw JSON, an HTTP message, or the HAR file of a browser or proxy.

use anyhow::{Context, Result, ensure};
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
    /// It was there, and is not known; why not.
    Unread(&'static str),
}

/// Every answer in a file.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Capture>> {
    let text =
        std::str::from_utf8(bytes).context("it is not UTF-8; packed or binary bodies have to be unpacked first")?;
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if message::read(text).is_some() {
        return messages(text);
    }
    let json: Value = serde_json::from_str(text).context("it is no JSON, no HTTP message and no HAR file")?;
    match json.pointer("/log/entries").and_then(Value::as_array) {
        Some(entries) => {
            let entries = entries.iter().enumerate().map(|(index, value)| {
                entry(value).with_context(|| format!("entry {index} of the HAR file lacks what every entry has"))
            });
            Ok(entries.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
        }
        None => Ok(vec![Capture { status: 200, body: Body::Json(json), ..Capture::default() }]),
    }
}

/// The answers among HTTP messages that follow each other, each with the request before it.
fn messages(text: &str) -> Result<Vec<Capture>> {
    let (mut captures, mut asked) = (Vec::new(), None);
    for piece in pieces(text) {
        let Some(message) = message::read(piece) else { continue };
        let Message { request: of_request, status, headers, body } = message;
        if let Some((method, url)) = of_request {
            ensure!(asked.is_none(), "it holds a request and no answer");
            asked = Some(request(&method, &url));
        }
        let Some(status) = status else { continue };
        // `100 Continue` and the answer of a proxy to `CONNECT` come before the one that counts.
        if status >= 200 && !message::is_tunnel(piece) {
            captures.push(Capture { request: asked.take(), status, body: body_of(&headers, &body), headers });
        }
    }
    ensure!(asked.is_none(), "it holds a request and no answer");
    Ok(captures)
}

/// The text of each message: a line that starts one ends the body before it.
fn pieces(text: &str) -> Vec<&str> {
    let mut starts = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_answer = words.first().is_some_and(|word| word.starts_with("HTTP/")) && words.len() > 1;
        let is_request = words.len() == 3 && words[2].starts_with("HTTP/");
        if at == 0 || ((is_answer || is_request) && message::read(line).is_some()) {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().zip(ends).map(|(start, end)| &text[*start..end]).collect()
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
    let says = |name: &str| headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    let is_chunked = says("Transfer-Encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
    let whole = if is_chunked { whole(text) } else { None };
    let json = whole.and_then(|text| serde_json::from_str(text.trim_start_matches('\u{feff}')).ok());
    match (json, says("Content-Encoding")) {
        (Some(json), _) => Body::Json(json),
        (None, Some(coding)) if !coding.eq_ignore_ascii_case("identity") => {
            Body::Unread("its body is packed: save it unpacked, such as with `curl --compressed`")
        }
        (None, _) => Body::Other,
    }
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

/// An entry of a HAR file; nothing inside where the browser got no answer, nothing at all where it is none.
fn entry(entry: &Value) -> Option<Option<Capture>> {
    let (asked, answer) = (entry.get("request")?, entry.get("response")?);
    let status = u16::try_from(answer.get("status")?.as_u64()?).ok()?;
    if status == 0 {
        return Some(None);
    }
    let headers = answer.get("headers").and_then(Value::as_array).into_iter().flatten();
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let headers = headers.filter_map(|header| Some((text(header, "name")?, text(header, "value")?))).collect();
    let content = answer.get("content").unwrap_or(&Value::Null);
    let body = match (text(content, "text"), content.get("encoding").and_then(Value::as_str)) {
        (Some(body), Some("base64")) => match decoded(&body) {
            Some(body) => body_of(&[], &body),
            None => Body::Unread("its body is no text in base64"),
        },
        (Some(_), Some(_)) => Body::Unread("its body is in an unknown encoding"),
        (Some(body), None) => body_of(&[], &body),
        (None, _) if content.get("size") == Some(&Value::from(0)) => Body::Empty,
        (None, _) => Body::Unread("its body was not saved: save the HAR file with contents"),
    };
    let request = request(asked.get("method")?.as_str()?, asked.get("url")?.as_str()?);
    Some(Some(Capture { request: Some(request), status, body, headers }))
}

fn decoded(text: &str) -> Option<String> {
    use base64::Engine;
    String::from_utf8(base64::engine::general_purpose::STANDARD.decode(text.trim()).ok()?).ok()
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
    fn reads_every_message_of_a_file_each_with_its_request() {
        let one = "GET https://host/v1/a HTTP/1.1\nA: b\n\nHTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\n\n[1]\n";
        let text = format!("{one}{}", one.replace("/v1/a", "/v1/b").replace("[1]", "[2]"));
        let captures = read(text.as_bytes()).expect("it is readable");
        let told: Vec<_> = captures.iter().map(|capture| (capture.request.clone(), capture.body.clone())).collect();
        let wanted = |path: &str, body: u8| (Some(("GET".to_owned(), path.to_owned())), Body::Json(json!([body])));
        assert_eq!(told, [wanted("/v1/a", 1), wanted("/v1/b", 2)]);
    }

    #[test]
    fn knows_of_a_body_that_it_cannot_read() {
        let packed = "HTTP/1.1 200 OK\nContent-Encoding: gzip\n\n\u{1f}\u{8}x";
        assert!(matches!(only(packed).body, Body::Unread(why) if why.contains("packed")));
        // As `curl --compressed` saves it.
        assert_eq!(only("HTTP/1.1 200 OK\nContent-Encoding: gzip\n\n[1]").body, Body::Json(json!([1])));
        for content in
            [json!({}), json!({ "text": "!", "encoding": "base64" }), json!({ "text": "/w==", "encoding": "base64" })]
        {
            let response = json!({ "status": 200, "content": content });
            let entry = json!({ "request": { "method": "GET", "url": "/v1/a" }, "response": response });
            let har = json!({ "log": { "entries": [entry] } }).to_string();
            assert!(matches!(only(&har).body, Body::Unread(_)), "{har}");
        }
        assert!(read(b"[\"\xff\"]").expect_err("it is not UTF-8").to_string().contains("UTF-8"));
        let har = json!({ "log": { "entries": [{ "request": {} }] } }).to_string();
        assert!(read(har.as_bytes()).expect_err("no entry").to_string().contains("entry 0"));
    }

    #[test]
    fn refuses_what_is_no_capture() {
        let reason = read(b"hello").expect_err("it is no capture").to_string();
        assert!(reason.contains("no JSON, no HTTP message and no HAR file"), "{reason}");
        let reason = read(b"GET /v1/a HTTP/1.1\nA: b\n\n").expect_err("no answer").to_string();
        assert!(reason.contains("no answer"), "{reason}");
    }
}
