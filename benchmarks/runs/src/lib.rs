//! What a run is given, and what it tells about itself.

use std::time::{Duration, Instant};

use uuid::Uuid;

/// Into how many equal parts of the calls a run is divided, to see when it settles.
const PARTS: u64 = 60;

/// What a run is given on the command line: server, customers, concurrency, and calls a second if they are known.
pub struct Settings {
    pub server: String,
    pub customers: u64,
    pub concurrency: usize,
    pub rate: Option<u32>,
}

impl Settings {
    pub fn from_arguments() -> Self {
        let mut arguments = std::env::args().skip(1);
        let mut next = |name: &str| arguments.next().unwrap_or_else(|| panic!("{name} is missing"));
        Self {
            server: next("the server's address"),
            customers: next("the number of customers").parse().expect("a number of customers"),
            concurrency: next("the concurrency").parse().expect("a concurrency"),
            rate: arguments.next().map(|rate| rate.parse().expect("calls a second")),
        }
    }

    /// Customers, made up one by one.
    pub fn ids(&self) -> impl Iterator<Item = Uuid> + Send + 'static {
        (0..self.customers).map(|_| Uuid::new_v4())
    }
}

/// Notes down how a run goes.
pub struct Progress {
    began: Instant,
    customers: u64,
    answered: u64,
    failed: u64,
    /// When each part of the calls had been answered.
    marks: Vec<Duration>,
}

impl Progress {
    pub fn begin(settings: &Settings) -> Self {
        Self { began: Instant::now(), customers: settings.customers, answered: 0, failed: 0, marks: Vec::new() }
    }

    /// One customer is done with.
    pub fn answered(&mut self, is_well: bool) {
        self.answered += 1;
        self.failed += u64::from(!is_well);
        if self.answered * PARTS / self.customers > self.marks.len() as u64 {
            self.marks.push(self.began.elapsed());
        }
    }

    /// Prints what came of the run, in JSON; times in seconds, memory in KiB.
    pub fn report(self) {
        let marks: Vec<String> = self.marks.iter().map(|mark| format!("{:.4}", mark.as_secs_f64())).collect();
        println!(
            r#"{{"answered": {}, "failed": {}, "cpu": {:.3}, "peak_memory": {}, "marks": [{}]}}"#,
            self.answered,
            self.failed,
            processor_time(),
            peak_memory(),
            marks.join(", ")
        );
    }
}

/// The most memory this process has held, in KiB; 0 where the system does not tell.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// The processor time of this process so far, in seconds; 0 where the system does not tell.
fn processor_time() -> f64 {
    let status = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name in parentheses may hold spaces; user and system time are the 14th and 15th fields, in hundredths.
    let fields = status.rsplit(") ").next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}
