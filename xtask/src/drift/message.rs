//! HTTP messages as text: samples on a page, or what a tool saved.

/// A request or a response with its headers and body.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Message {
    /// Method and URL, where it is a request.
    pub(crate) request: Option<(String, String)>,
    /// The status code, where it is a response.
    pub(crate) status: Option<u16>,
    /// Names as written, in order.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Message {
    /// The value of a header, whatever the case of its name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.as_str())
    }
}

/// Reads a message; nothing where the text does not start as one.
///
/// The empty line between head and body may be missing, as on pages that were copied as text: a body is taken to begin
/// where a line is no header.
pub(crate) fn read(text: &str) -> Option<Message> {
    let mut rest = text.trim_start();
    let mut next = || {
        let (line, after) = rest.split_at(rest.find('\n').map_or(rest.len(), |end| end + 1));
        let before = std::mem::replace(&mut rest, after);
        (!line.is_empty()).then_some((line.trim(), before, after))
    };
    let mut message = start(next()?.0)?;
    let mut body = "";
    while let Some((line, before, after)) = next() {
        match header(line) {
            Some((name, value)) => message.headers.push((name.to_owned(), value.to_owned())),
            None => {
                body = if line.is_empty() { after } else { before };
                break;
            }
        }
    }
    // Proxies and `100 Continue` put answers of their own before the one that counts.
    let is_preliminary = message.status.is_some_and(|status| status < 200) || is_tunnel(text);
    if is_preliminary && body.trim_start().starts_with("HTTP/") {
        return read(body);
    }
    message.body = body.to_owned();
    Some(message)
}

fn start(line: &str) -> Option<Message> {
    let mut words = line.split_whitespace();
    let (first, second) = (words.next()?, words.next()?);
    if first.starts_with("HTTP/") {
        return Some(Message { status: Some(second.parse().ok()?), ..Message::default() });
    }
    let is_method = first.len() > 2 && first.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_url = second.starts_with('/') || second.contains("://") || second.starts_with('{');
    (is_method && is_url)
        .then(|| Message { request: Some((first.to_owned(), second.to_owned())), ..Message::default() })
}

/// The answer of a proxy to `CONNECT`, by its usual words.
pub(crate) fn is_tunnel(text: &str) -> bool {
    text.lines().next().is_some_and(|line| line.to_ascii_lowercase().contains("connection established"))
}

fn header(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    is_name.then(|| (name, value.trim()))
}

/// The path of an absolute URL or of a path, without query.
pub(crate) fn path_of(url: &str) -> Option<&str> {
    let path = match url.split_once("://") {
        Some((_, rest)) => &rest[rest.find('/')?..],
        None => url,
    };
    path.starts_with('/').then(|| path.split(['?', '#']).next().unwrap_or(path))
}

/// Headers of HTTP itself and of the machines on the way, which say nothing about the service's contract.
const STANDARD_HEADERS: &[&str] = &[
    "accept-ranges",
    "age",
    "alt-svc",
    "cache-control",
    "connection",
    "content-encoding",
    "content-language",
    "content-length",
    "content-type",
    "date",
    "etag",
    "expires",
    "keep-alive",
    "last-modified",
    "location",
    "nel",
    "pragma",
    "report-to",
    "server",
    "set-cookie",
    "strict-transport-security",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "vary",
    "via",
    "warning",
    "www-authenticate",
    "x-cache",
    "x-content-type-options",
    "x-frame-options",
    "x-powered-by",
    "x-xss-protection",
];

/// Whether a response header belongs to the transport.
pub(crate) fn is_standard_header(name: &str) -> bool {
    STANDARD_HEADERS.contains(&name.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_response_with_or_without_the_empty_line() {
        for gap in ["\n", ""] {
            let message = read(&format!("HTTP/1.1 200 OK\nA: b: c\n{gap}[\n1]")).expect("a message");
            assert_eq!((message.status, message.header("a"), &message.body[..]), (Some(200), Some("b: c"), "[\n1]"));
        }
    }

    #[test]
    fn reads_a_request() {
        let message = read("GET https://host/v1/a?b HTTP/1.1\r\nAccept: x\r\n\r\n").expect("a message");
        assert_eq!(message.request, Some(("GET".to_owned(), "https://host/v1/a?b".to_owned())));
        assert_eq!(path_of("https://host/v1/a?b"), Some("/v1/a"));
    }

    #[test]
    fn passes_over_answers_that_come_before_the_one_that_counts() {
        let text = "HTTP/1.1 200 Connection established\n\nHTTP/1.1 100 Continue\n\nHTTP/2 404\n\n{}";
        let message = read(text).expect("a message");
        assert_eq!((message.status, &message.body[..]), (Some(404), "{}"));
    }

    #[test]
    fn takes_prose_for_no_message() {
        assert_eq!(read("GET the customer"), None);
        assert_eq!(read("{\"a\": 1}"), None);
    }
}
