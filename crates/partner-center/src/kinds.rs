//! Defines an enum of error kinds from a table: each row has the kind, its word for logs, what happened, and what to
//! do.

macro_rules! kinds {
    ($(#[$about:meta])+ $kinds:ident; $($(#[$doc:meta])+ $kind:ident: $word:literal, $summary:literal, $help:literal;)+) => {
        $(#[$about])+
        ///
        /// More kinds may be added; match with a wildcard arm.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $kinds {
            $($(#[$doc])+ $kind,)+
        }

        impl $kinds {
            const fn row(self) -> (&'static str, &'static str, &'static str) {
                match self {
                    $(Self::$kind => ($word, $summary, $help),)+
                }
            }

            /// The kind as a machine-readable word, in kebab case.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                self.row().0
            }

            /// The kind of such a word; `None` if no kind has it.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                [$(Self::$kind),+].into_iter().find(|kind| kind.as_str() == word)
            }

            pub(crate) fn summary(self) -> &'static str {
                self.row().1
            }

            pub(crate) fn help(self) -> &'static str {
                self.row().2
            }
        }

        impl std::fmt::Display for $kinds {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use kinds;
