//! HTTP messages as text: samples on a page, or what a tool saved.

/// A request or a response.
#[derive(Default)]
pub(super) struct Message {
    /// Method and URL; the one before it, where a response has been captured.
    pub(super) request: Option<(String, String)>,
    pub(super) status: Option<u16>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

/// Every message among the lines. Pages lose the empty line between head and body, so the first line that is not a
/// header starts the body.
pub(super) fn read<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<Message> {
    let (mut messages, mut is_head) = (Vec::<Message>::new(), false);
    for line in lines {
        if let Some(message) = start(line) {
            messages.push(message);
            is_head = true;
        } else if let Some(message) = messages.last_mut() {
            let is_token = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
            match line.split_once(':').filter(|(name, _)| is_head && is_token(name)) {
                Some((name, value)) => message.headers.push((name.to_owned(), value.trim().to_owned())),
                None => {
                    is_head = false;
                    message.body.extend([line, "\n"]);
                }
            }
        }
    }
    messages
}

/// The first line of a message; in a table, method and URL are cells.
fn start(line: &str) -> Option<Message> {
    let mut words = line.split(['|', ' ', '\t']).filter(|word| !word.is_empty());
    let (first, second) = (words.next()?, words.next()?);
    if first.starts_with("HTTP/") {
        return Some(Message { status: Some(second.parse().ok()?), ..Message::default() });
    }
    let is_method = first.len() > 2 && first.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_request = is_method && (second.starts_with(['/', '{']) || second.contains("://"));
    is_request.then(|| Message { request: Some((first.to_owned(), second.to_owned())), ..Message::default() })
}
