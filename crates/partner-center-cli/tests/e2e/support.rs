//! A mock Partner Center per test, and runs of the binary against it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use partner_center_mock::MockResponse;
use partner_center_mock::examples::get_customer_organization as examples;
use partner_center_mock::faults::tls::TlsIdentity;
use partner_center_mock::faults::{FaultResponse, FaultServer, Request};
use partner_center_mock::serve::{RateLimit, Service, customer_id};
use partner_center_mock::token_endpoint::{DevicePoll, TokenEndpoint, TokenEndpointBuilder};
use tokio::runtime::Runtime;

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_partner-center");
pub(crate) const CLIENT_ID: &str = "f768bd32-e7db-46eb-a5c2-6ea579cea98a";
/// An unknown customer.
pub(crate) const UNKNOWN: &str = "7d3a9f0c-52f4-4b0e-9c3e-6b1f2a8d4e55";
pub(crate) const CORRELATION_ID: &str = "b1a7c0de-0000-4000-8000-00000000c0de";
/// An address without a message bus, so without a keyring on Linux.
const NO_BUS: &str = "unix:path=/nonexistent/bus";

/// The service, the sign-in and the folder of one test.
pub(crate) struct World {
    pub(crate) service: Service,
    pub(crate) entra: TokenEndpoint,
    pub(crate) folder: tempfile::TempDir,
    has_token: bool,
    runtime: Runtime,
}

/// How the service behaves.
#[derive(Clone, Copy, Default)]
pub(crate) struct Behaviour {
    pub(crate) customers: u64,
    pub(crate) faults: bool,
    pub(crate) latency: Duration,
    pub(crate) limit: Option<RateLimit>,
}

impl World {
    /// Ten customers and an access token in the environment.
    pub(crate) fn new() -> Self {
        Self::of(Behaviour { customers: 10, ..Behaviour::default() })
    }

    pub(crate) fn of(behaviour: Behaviour) -> Self {
        Self::build(behaviour, TokenEndpoint::builder(), true)
    }

    /// Ten customers and this token endpoint, without a sign-in.
    pub(crate) fn signed_out(entra: TokenEndpointBuilder) -> Self {
        Self::build(Behaviour { customers: 10, ..Behaviour::default() }, entra, false)
    }

    fn build(behaviour: Behaviour, entra: TokenEndpointBuilder, has_token: bool) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let mut service = Service::builder().customers(behaviour.customers);
        service = service.faults(behaviour.faults).latency(behaviour.latency);
        if let Some(limit) = behaviour.limit {
            service = service.rate_limit(limit);
        }
        let service = runtime.block_on(service.start()).expect("two ports");
        // The first poll is approved, after the minimum interval of one second.
        let entra = entra.device_interval(Duration::from_secs(1)).device_polls([DevicePoll::Approved]);
        let entra = runtime.block_on(entra.start()).expect("a port");
        let folder = tempfile::tempdir().expect("a folder");
        Self { service, entra, folder, has_token, runtime }
    }

    /// Another service, which sends this response.
    pub(crate) fn serving(&self, mut response: impl FnMut() -> MockResponse + Send + 'static) -> FaultServer {
        self.serving_with(move |_| FaultResponse::respond(response()))
    }

    pub(crate) fn serving_with(&self, response: impl FnMut(&Request) -> FaultResponse + Send + 'static) -> FaultServer {
        self.runtime.block_on(FaultServer::start_with(response)).expect("a port")
    }

    /// Another service, with this certificate.
    pub(crate) fn serving_with_tls(&self, identity: TlsIdentity) -> FaultServer {
        let builder = FaultServer::builder().tls(identity).responses([MockResponse::new(404)]);
        self.runtime.block_on(builder.start()).expect("a port")
    }

    /// Another service, which denies calls after the first `count` ones.
    pub(crate) fn denying_after(&self, count: usize) -> FaultServer {
        let mut asked = 0;
        self.serving(move || {
            asked += 1;
            if asked > count { examples::MFA_MISSING_WITHOUT_BODY.into() } else { examples::CONTOSO.into() }
        })
    }

    /// The only environment variables of the binary.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let mut variables = vec![
            ("PARTNER_CENTER_BASE_URL", self.service.base_url()),
            ("PARTNER_CENTER_AUTHORITY", self.entra.authority()),
            ("PARTNER_CENTER_CONFIG_DIR", self.path("config").display().to_string()),
            ("AZURE_TENANT_ID", "contoso.onmicrosoft.com".to_owned()),
            ("AZURE_CLIENT_ID", CLIENT_ID.to_owned()),
            ("DBUS_SESSION_BUS_ADDRESS", NO_BUS.to_owned()),
        ];
        if self.has_token {
            variables.push(("PARTNER_CENTER_ACCESS_TOKEN", "a-secret-token".to_owned()));
        }
        // Windows requires it to open sockets.
        variables.extend(std::env::var("SystemRoot").map(|folder| ("SystemRoot", folder)));
        variables
    }

    /// Keeps sign-ins out of the keyring of the person who runs the tests.
    pub(crate) fn arguments<'a>(&self, arguments: &[&'a str]) -> Vec<&'a str> {
        let is_login = arguments.first() == Some(&"login") && !arguments.contains(&"--no-keyring");
        let more: &[&str] = if is_login && !cfg!(target_os = "linux") { &["--no-keyring"] } else { &[] };
        [arguments, more].concat()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command.env_clear().envs(self.environment()).current_dir(self.folder.path());
        command.args(self.arguments(arguments));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        self.command(arguments).output().expect("the binary runs").into()
    }

    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Outcome {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().expect("the binary runs");
        child.stdin.take().expect("a pipe").write_all(input).expect("it is read");
        ended(child)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a list of customers and returns its name.
    pub(crate) fn list(&self, lines: impl IntoIterator<Item = String>) -> String {
        let text: String = lines.into_iter().map(|line| line + "\n").collect();
        std::fs::write(self.path("customers.txt"), text).expect("it can be written");
        "customers.txt".to_owned()
    }

    /// Replaces addresses and folders, which differ between runs, with names.
    pub(crate) fn named(&self, text: &str) -> String {
        let text = text
            .replace(&self.folder.path().display().to_string(), "FOLDER")
            .replace(CLIENT_ID, "an-application")
            .replace(&self.service.base_url(), "SERVICE")
            .replace(&self.entra.authority(), "AUTHORITY");
        // Use `/` in paths on every platform.
        let mut parts = text.split("FOLDER");
        let mut named = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (path, rest) = part.split_at(part.find([' ', ',', '\n']).unwrap_or(part.len()));
            named.extend(["FOLDER", &path.replace('\\', "/"), rest]);
        }
        named
    }
}

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        let outcome = Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
        assert!(!outcome.err.contains("panicked"), "{}", outcome.err);
        outcome
    }
}

pub(crate) fn ended(child: Child) -> Outcome {
    child.wait_with_output().expect("it ends").into()
}

#[cfg(unix)]
pub(crate) fn send_signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([format!("-{name}"), child.id().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "the signal is sent");
}

pub(crate) fn id(number: u64) -> String {
    customer_id(number).to_string()
}

pub(crate) fn ids(count: u64) -> impl Iterator<Item = String> {
    (0..count).map(id)
}

/// The lines of a file, which must all be complete.
pub(crate) fn lines(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).expect("it can be read");
    assert!(text.is_empty() || text.ends_with('\n'), "the last line of {} is whole", path.display());
    text.lines().map(str::to_owned).collect()
}
