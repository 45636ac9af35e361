//! What is asked of documents: links that lead somewhere, decisions that can be found, actions that cannot change.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use serde_json::Value;

use super::Text;

/// The page that names every decision.
const INDEX: &str = "ARCHITECTURE.md";

/// Where decisions are written down.
const DECISIONS: &str = "docs/adr/";

pub(super) fn findings(texts: &[Text], exists: impl Fn(&str) -> bool) -> Vec<String> {
    let mut findings = Vec::new();
    let index = texts.iter().find(|(path, _)| path == INDEX).map(|(_, text)| links(text)).unwrap_or_default();
    for (path, text) in texts {
        if path.starts_with(DECISIONS) && !index.contains(path) {
            findings.push(format!("{path}: {INDEX} does not link this decision"));
        }
        // A sample stands for a page from elsewhere, with its links.
        if path.ends_with(".md") && !path.contains("/samples/") {
            let here = links(text).into_iter().filter(|link| !link.contains(':'));
            findings.extend(here.filter_map(|link| dead(path, &link, texts, &exists)));
        }
        if path.starts_with(".github/workflows/") {
            findings.extend(actions(path, text));
        }
    }
    findings
}

/// What is wrong with a link of the page at `path`, if anything.
fn dead(path: &str, link: &str, texts: &[Text], exists: impl Fn(&str) -> bool) -> Option<String> {
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if file.is_empty() { path.to_owned() } else { target(path, file) };
    if !exists(&target) {
        return Some(format!("{path}: the link {link} leads nowhere"));
    }
    let (_, page) = texts.iter().find(|(known, _)| *known == target && target.ends_with(".md"))?;
    let is_dead = !anchor.is_empty() && !anchors(page).iter().any(|known| known == anchor);
    is_dead.then(|| format!("{path}: the link {link} leads to a page without that heading"))
}

/// The links of a page.
fn links(page: &str) -> Vec<String> {
    let links = Parser::new(page).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url.to_string()),
        _ => None,
    });
    links.collect()
}

/// The anchors of the headings, as the forges make them: one that comes again gets a number.
fn anchors(page: &str) -> Vec<String> {
    let (mut slugs, mut heading): (Vec<String>, Option<String>) = (Vec::new(), None);
    for event in Parser::new(page) {
        match (event, &mut heading) {
            (Event::Start(Tag::Heading { .. }), _) => heading = Some(String::new()),
            (Event::Text(text) | Event::Code(text), Some(heading)) => heading.push_str(&text),
            (Event::End(TagEnd::Heading(_)), Some(text)) => {
                let lower = text.to_lowercase().replace(' ', "-");
                slugs.push(lower.chars().filter(|one| one.is_alphanumeric() || "-_".contains(*one)).collect());
                heading = None;
            }
            _ => {}
        }
    }
    let numbered = slugs.iter().enumerate().map(|(index, slug)| {
        let before = slugs[..index].iter().filter(|known| *known == slug).count();
        if before == 0 { slug.clone() } else { format!("{slug}-{before}") }
    });
    numbered.collect()
}

/// Where a link of the page at `path` leads, from the root.
fn target(path: &str, link: &str) -> String {
    let mut steps: Vec<&str> = path.split('/').collect();
    steps.pop();
    for step in link.split('/') {
        match step {
            "." | "" => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// The actions of a workflow that are not named by the hash of a commit, wherever and however they are written.
fn actions(path: &str, workflow: &str) -> Vec<String> {
    let Ok(workflow) = serde_saphyr::from_str::<Value>(workflow) else {
        return vec![format!("{path}: it is not valid YAML")];
    };
    let mut used = Vec::new();
    uses(&workflow, &mut used);
    let loose = used.into_iter().filter(|action| !is_pinned(action));
    loose.map(|action| format!("{path}: {action} is not pinned by a hash")).collect()
}

fn uses<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("uses").and_then(Value::as_str));
            members.values().for_each(|member| uses(member, found));
        }
        Value::Array(elements) => elements.iter().for_each(|element| uses(element, found)),
        _ => {}
    }
}

fn is_pinned(action: &str) -> bool {
    let version = action.split_once('@').map(|(_, version)| version);
    action.starts_with("./")
        || version.is_some_and(|hash| hash.len() == 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(texts: &[(&str, &str)]) -> Vec<String> {
        let texts: Vec<Text> = texts.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        findings(&texts, |path| texts.iter().any(|(known, _)| known == path))
    }

    #[test]
    fn finds_a_decision_that_is_not_linked() {
        let pages = |link| about(&[(INDEX, link), ("docs/adr/0001-a.md", "# 1")]);
        assert_eq!(pages("[1](docs/adr/0001-a.md)"), Vec::<String>::new());
        assert_eq!(pages("docs/adr/0001-a.md").len(), 1);
    }

    #[test]
    fn finds_a_link_that_leads_nowhere() {
        let page = |link: &str| about(&[("docs/a.md", link), ("docs/b.md", "# x\n## One\n## One\n"), ("c.md", "")]);
        for good in [
            "[b](b.md)",
            "[b](./b.md#x)",
            "[c](../c.md)",
            "[c][1]\n\n[1]: ../c.md",
            "[x](https://x.example)",
            "# The `h`, again\n\n[h](#the-h-again)",
            "[b](b.md#one-1)",
        ] {
            assert_eq!(page(good), Vec::<String>::new(), "{good}");
        }
        for bad in ["[b](c.md)", "![b](b.png)", "[c][1]\n\n[1]: c.md#x", "[h](#h)", "[b](b.md#one-2)"] {
            assert_eq!(page(bad).len(), 1, "{bad}");
        }
    }

    #[test]
    fn finds_an_action_that_can_change() {
        let workflow = |line: &str| about(&[(".github/workflows/ci.yml", line)]);
        let hash = "0123456789abcdef0123456789abcdef01234567";
        for good in [
            format!("- uses: actions/checkout@{hash} # v4\n"),
            format!("- {{uses: a/b@{hash}}}"),
            "- uses: ./a".to_owned(),
        ] {
            assert_eq!(workflow(&good), Vec::<String>::new(), "{good}");
        }
        for bad in ["- uses: actions/checkout@v4", "uses: actions/checkout@main", "- {uses: a/b}", "- \"uses\": a/b@v1"]
        {
            assert_eq!(workflow(bad).len(), 1, "{bad}");
        }
    }
}
