//! What is asked of documents: links that lead somewhere, decisions that can be found, actions that cannot change.

use pulldown_cmark::{Event, Parser, Tag};

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
            let dead = links(text).into_iter().filter(|link| !link.contains(':') && !link.is_empty());
            let dead = dead.filter(|link| !exists(&target(path, link)));
            findings.extend(dead.map(|link| format!("{path}: the link {link} leads nowhere")));
        }
        if path.starts_with(".github/workflows/") {
            findings.extend(
                text.lines()
                    .enumerate()
                    .filter(|(_, line)| !is_pinned(line))
                    .map(|(index, line)| format!("{path}:{}: {} is not pinned by a hash", index + 1, line.trim())),
            );
        }
    }
    findings
}

/// The links of a page, without what stands after `#`.
fn links(page: &str) -> Vec<String> {
    let links = Parser::new(page).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url),
        _ => None,
    });
    links.map(|link| link.split('#').next().unwrap_or_default().to_owned()).collect()
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

/// Whether a line of a workflow uses no action, or one by the hash of a commit.
fn is_pinned(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches("- ");
    let Some(action) = line.strip_prefix("uses:").map(str::trim) else { return true };
    let version = action.split_once('@').and_then(|(_, version)| version.split_whitespace().next());
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
        let page = |link: &str| about(&[("docs/a.md", link), ("docs/b.md", ""), ("c.md", "")]);
        for good in [
            "[b](b.md)",
            "[b](./b.md#x)",
            "[c](../c.md)",
            "[c][1]\n\n[1]: ../c.md",
            "[x](https://x.example)",
            "[h](#h)",
        ] {
            assert_eq!(page(good), Vec::<String>::new(), "{good}");
        }
        for bad in ["[b](c.md)", "![b](b.png)", "[c][1]\n\n[1]: c.md#x"] {
            assert_eq!(page(bad).len(), 1, "{bad}");
        }
    }

    #[test]
    fn finds_an_action_that_can_change() {
        let workflow = |line: &str| about(&[(".github/workflows/ci.yml", line)]);
        let hash = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(workflow(&format!("      - uses: actions/checkout@{hash} # v4\n")), Vec::<String>::new());
        for bad in ["      - uses: actions/checkout@v4", "        uses: actions/checkout@main", "- uses: a/b"] {
            assert_eq!(workflow(bad).len(), 1, "{bad}");
        }
    }
}
