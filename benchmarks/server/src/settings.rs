//! What the command line says about the server.

use std::time::Duration;

use crate::limit::{Kind, Limit};

pub(crate) struct Settings {
    pub(crate) latency: Duration,
    pub(crate) limit: Option<Limit>,
    /// Whether to look for requests without ever sleeping, and to answer them at once.
    pub(crate) spins: bool,
}

impl Settings {
    /// Reads `--latency-ms N`, `--window N` or `--bucket N` (calls a second), `--halve-after N` (calls served), and
    /// `--spin`.
    pub(crate) fn from_arguments() -> Self {
        let mut settings = Self { latency: Duration::ZERO, limit: None, spins: false };
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            if name == "--spin" {
                settings.spins = true;
                continue;
            }
            let value = arguments.next().and_then(|value| value.parse().ok());
            let value: u64 = value.unwrap_or_else(|| panic!("{name} needs a number"));
            match name.as_str() {
                "--latency-ms" => settings.latency = Duration::from_millis(value),
                "--window" => settings.limit = Some(Limit { kind: Kind::Window, rate: value, halve_after: None }),
                "--bucket" => settings.limit = Some(Limit { kind: Kind::Bucket, rate: value, halve_after: None }),
                "--halve-after" => {
                    settings.limit.as_mut().expect("a limit before --halve-after").halve_after = Some(value);
                }
                _ => panic!("unknown argument {name}"),
            }
        }
        settings
    }
}
