//! The result of an export: what was fetched, the failures by kind, and the exit code.

use super::lines::FailureLine;
use crate::exit::Exit;

#[derive(Default)]
pub(super) struct Summary {
    pub(super) done: u64,
    pub(super) done_earlier: u64,
    /// The first failure of each kind, and how many there are.
    failures: Vec<(FailureLine, u64)>,
    retryable: u64,
    /// The lines of the list that name no customer, and those that name one again.
    pub(super) unreadable: usize,
    pub(super) repeated: usize,
}

impl Summary {
    pub(super) fn add_failure(&mut self, failure: FailureLine) {
        self.retryable += u64::from(failure.is_retryable);
        match self.failures.iter_mut().find(|(known, _)| known.kind == failure.kind) {
            Some((_, count)) => *count += 1,
            None => self.failures.push((failure, 1)),
        }
    }

    pub(super) fn failed(&self) -> u64 {
        self.failures.iter().map(|(_, count)| count).sum()
    }

    /// How many customers have a line, of this run and of earlier ones.
    pub(super) fn settled(&self) -> u64 {
        self.done + self.done_earlier + self.failed()
    }

    /// The human-readable lines; `is_total` says whether `not_fetched` includes all customers.
    pub(super) fn lines(&self, not_fetched: u64, is_total: bool) -> Vec<String> {
        let done = self.done + self.done_earlier;
        let mut first = count(done, "organization");
        if self.done_earlier > 0 {
            first.push_str(&format!(" ({} of them earlier)", self.done_earlier));
        }
        first.push_str(&format!(", {} failed", self.failed()));
        if not_fetched > 0 {
            first.push_str(&format!(", {not_fetched} not fetched"));
        }
        if !is_total {
            first.push_str(", the list of customers was not read to its end");
        }
        if self.unreadable > 0 {
            let verb = if self.unreadable == 1 { "names" } else { "name" };
            first.push_str(&format!(", {} of the list {verb} no customer", count(self.unreadable as u64, "line")));
        }
        if self.repeated > 0 {
            first.push_str(&format!(", {} repeated", self.repeated));
        }
        let mut failures: Vec<_> = self.failures.iter().collect();
        failures.sort_by_key(|(_, count)| std::cmp::Reverse(count));
        let lines = failures.iter().map(|(FailureLine { kind, help, .. }, count)| format!("{count:>6} {kind}: {help}"));
        std::iter::once(first + ".").chain(lines).collect()
    }

    /// How to fetch the failed customers again, if any failed.
    pub(super) fn retry(&self) -> Option<String> {
        match (self.failed(), self.retryable) {
            (0, _) => None,
            (failed, 0) => Some(format!(
                "To retry {}, fix the cause and run the same command with --resume --retry-failed=all.",
                if failed == 1 { "it" } else { "them" }
            )),
            (_, retryable) => Some(format!(
                "To retry the temporary failures ({retryable}), run the same command with --resume --retry-failed."
            )),
        }
    }

    /// The exit code of a run that came to its end.
    pub(super) fn exit(&self) -> Exit {
        match (self.failed(), self.done + self.done_earlier, self.unreadable) {
            (0, _, 0) => Exit::Success,
            (1.., 0, 0) => {
                self.failures.first().and_then(|(first, _)| Exit::of_word(&first.kind)).unwrap_or(Exit::Partial)
            }
            _ => Exit::Partial,
        }
    }
}

/// `1 organization`, `2 organizations`.
fn count(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
