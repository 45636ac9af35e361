//! A fault made on purpose, and what became of it.

/// What is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Subject {
    Contract,
    Code,
    Page,
    Accepted,
    Wire,
}

impl Subject {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::Code => "generated code",
            Self::Page => "page",
            Self::Accepted => "accepted differences",
            Self::Wire => "wire sample",
        }
    }
}

/// What should catch it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Check {
    Codegen,
    Lint,
    Diff,
    Page,
    Wire,
}

impl Check {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Codegen => "codegen",
            Self::Lint => "lint",
            Self::Diff => "diff",
            Self::Page => "page",
            Self::Wire => "wire",
        }
    }
}

/// One fault.
#[derive(Clone, Debug, serde::Serialize)]
pub(super) struct Mutant {
    pub(super) subject: Subject,
    /// Such as `field renamed`.
    pub(super) kind: &'static str,
    /// What exactly was changed.
    pub(super) what: String,
    /// The checks that have to catch it, each of them.
    pub(super) expected: Vec<Check>,
    /// Those of them that did.
    pub(super) caught: Vec<Check>,
}

impl Mutant {
    pub(super) fn is_caught(&self) -> bool {
        !self.expected.is_empty() && self.expected.iter().all(|check| self.caught.contains(check))
    }
}
