//! The account: for each call, the server's responses against the client's result.

use std::collections::HashMap;
use std::fmt;
use std::sync::Mutex;

use partner_center::models::Organization;
use partner_center::{Error, ErrorKind, Response, uuid::Uuid};

/// What the server did with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Verdict {
    Good,
    Broken,
    TooSlow,
    Status(u16),
    Unreadable,
    TooLarge,
}

/// What the server did, by request id, in order.
#[derive(Default)]
pub(crate) struct Ledger(Mutex<HashMap<String, Vec<Verdict>>>);

impl Ledger {
    pub(crate) fn note(&self, request_id: &str, verdict: Verdict) {
        self.0.lock().expect("the ledger").entry(request_id.to_owned()).or_default().push(verdict);
    }

    fn take(&self, request_id: Uuid) -> Vec<Verdict> {
        self.0.lock().expect("the ledger").remove(&request_id.to_string()).unwrap_or_default()
    }

    /// Requests that belong to no completed call.
    pub(crate) fn open(&self) -> usize {
        self.0.lock().expect("the ledger").len()
    }
}

type Ended = Result<(Uuid, Result<Response<Organization>, Error>), tokio::task::JoinError>;

/// The totals of a run.
#[derive(Default)]
pub(crate) struct Account {
    pub(crate) calls: u64,
    succeeded: u64,
    failed: u64,
    lost: u64,
    mixed_up: u64,
    wrong: Vec<String>,
    pub(crate) unclaimed: usize,
    pub(crate) seconds: f64,
    pub(crate) growth: Option<f64>,
    pub(crate) sockets: usize,
    pub(crate) tasks: usize,
    requests: u64,
}

impl Account {
    /// Accounts for one call.
    pub(crate) fn close(&mut self, ledger: &Ledger, ended: Ended) {
        let Ok((customer, result)) = ended else {
            self.lost += 1;
            return;
        };
        let (request_id, attempts) = match &result {
            Ok(response) => (Some(response.request_id()), response.attempts()),
            Err(error) => (error.request_id(), error.attempts()),
        };
        let verdicts = request_id.map(|id| ledger.take(id)).unwrap_or_default();
        self.requests += verdicts.len() as u64;
        let last = verdicts.last().copied();
        let is_right = match &result {
            Ok(response) => {
                self.succeeded += 1;
                let echoed = response.received_request_id() == Some(&response.request_id().to_string())
                    && response.received_correlation_id() == Some(&response.correlation_id().to_string());
                if response.display_name.as_deref() != Some(&customer.to_string()) || !echoed {
                    self.mixed_up += 1;
                }
                last == Some(Verdict::Good)
            }
            Err(error) => {
                self.failed += 1;
                let echo = error.received_request_id();
                if echo.is_some_and(|echo| Some(echo) != request_id.map(|id| id.to_string()).as_deref()) {
                    self.mixed_up += 1;
                }
                last.is_some_and(|last| explains(last, error))
            }
        };
        // A request sent while its connection closes may never reach the server, so a call can have more attempts than
        // the server has seen requests, but not fewer.
        if !is_right || (attempts as usize) < verdicts.len().saturating_sub(1) {
            self.wrong.push(format!("{verdicts:?} gave {result:?}"));
        }
    }

    /// Whether nothing was lost, mixed up, wrong or left behind.
    pub(crate) fn adds_up(&self) -> bool {
        self.succeeded + self.failed == self.calls
            && self.lost + self.mixed_up == 0
            && self.wrong.is_empty()
            && self.unclaimed + self.sockets + self.tasks == 0
            && self.growth.is_none_or(|growth| self.calls < 10_000 || growth < 1.5)
    }
}

/// Whether the error follows from the server's last response.
fn explains(last: Verdict, error: &Error) -> bool {
    match last {
        Verdict::Good => false,
        Verdict::Broken => error.kind() == ErrorKind::Connection,
        Verdict::TooSlow => error.kind() == ErrorKind::Timeout,
        Verdict::Status(status) => error.status().is_some_and(|got| got.as_u16() == status),
        Verdict::Unreadable => matches!(error.kind(), ErrorKind::UnexpectedBody | ErrorKind::UnexpectedStatus),
        Verdict::TooLarge => error.kind() == ErrorKind::UnexpectedBody,
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "calls                 {:>9}", self.calls)?;
        writeln!(f, "requests              {:>9}", self.requests)?;
        writeln!(f, "succeeded             {:>9}", self.succeeded)?;
        writeln!(f, "failed as expected    {:>9}", self.failed - self.wrong.len().min(self.failed as usize) as u64)?;
        writeln!(f, "wrong                 {:>9}", self.wrong.len())?;
        writeln!(f, "lost                  {:>9}", self.lost)?;
        writeln!(f, "mixed up              {:>9}", self.mixed_up)?;
        writeln!(f, "requests of no call   {:>9}", self.unclaimed)?;
        writeln!(f, "sockets left          {:>9}", self.sockets)?;
        writeln!(f, "tasks left            {:>9}", self.tasks)?;
        if let Some(growth) = self.growth {
            writeln!(f, "memory, end ÷ warm    {growth:>9.2}")?;
        }
        write!(f, "seconds               {:>9.1}", self.seconds)?;
        for wrong in self.wrong.iter().take(5) {
            write!(f, "\nwrong: {wrong}")?;
        }
        Ok(())
    }
}
