//! Prints reports on standard output, as text or JSON.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write};

/// Prints a line of a report.
macro_rules! say {
    ($($part:tt)*) => { $crate::report::print(format_args!("{}\n", format_args!($($part)*))) };
}

/// Prints a part of a report; a closed pipe, such as that of `head`, is not an error.
pub(crate) fn print(text: Arguments<'_>) {
    if let Err(error) = std::io::stdout().lock().write_fmt(text)
        && error.kind() != ErrorKind::BrokenPipe
    {
        eprintln!("error: cannot write the report: {error}");
        std::process::exit(2);
    }
}

/// The format of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Human-readable text.
    #[default]
    Text,
    /// One JSON object.
    Json,
}
