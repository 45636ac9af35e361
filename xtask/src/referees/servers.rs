//! Referees of behaviour: Prism serves the contract to the client, schemathesis holds the mock server against it.

use anyhow::Result;

use super::process::{self, Server};
use super::tools::Tools;

/// The tests of the client that hold every documented answer, and ask a referee's server for it where there is one.
const TESTS: &[&str] = &["test", "-q", "-p", "partner-center", "--test", "contract", "examples::"];

/// The variable that names the server to those tests.
const ADDRESS: &str = "PARTNER_CENTER_REFEREE";

/// The server that schemathesis asks. It listens on the port given after this, and on the next one.
const MOCK: &[&str] = &["run", "-q", "-p", "partner-center-mock", "--", "serve", "--customers", "10", "--port"];

/// What schemathesis holds answers against.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";

pub(super) fn prism(tools: &Tools) -> Result<Option<String>> {
    let port = process::free_port()?;
    let mut prism = tools.node("prism")?;
    prism.args(["mock", "-h", "127.0.0.1", "--errors", "-p", &port.to_string()]).arg(tools.contract());
    let server = Server::start(&mut prism, port)?;
    process::failed_tests(crate::ci::command(&tools.root, TESTS).env(ADDRESS, &server.url))
}

/// Asks for customers that the server does not have, and then for one that it has.
pub(super) fn schemathesis(tools: &Tools) -> Result<Option<String>> {
    let build = ["build", "-q", "-p", "partner-center-mock"];
    process::succeed(&mut crate::ci::command(&tools.root, &build), "cargo")?;
    let port = process::free_port()?;
    let server = Server::start(crate::ci::command(&tools.root, MOCK).arg(port.to_string()), port)?;
    let listed = ["run", "-q", "-p", "partner-center-mock", "--", "customers", "--count", "1"];
    let listed = crate::ci::command(&tools.root, &listed).output()?;
    let customer = String::from_utf8_lossy(&listed.stdout).trim().to_owned();
    let folder = tools.output("schemathesis")?;
    let known = format!("[parameters]\n\"path.customer-tenant-id\" = \"{customer}\"\n");
    for (name, settings) in [("any", ""), ("known", known.as_str())] {
        let file = folder.join(format!("{name}.toml"));
        std::fs::write(&file, settings)?;
        let mut command = tools.python("schemathesis")?;
        command.current_dir(&folder).arg("--config-file").arg(&file).arg("run").arg(tools.contract());
        command.args(["--url", &server.url, "-H", "Authorization: Bearer token", "--checks", CHECKS]);
        command.args(["--max-examples", "50", "--seed", "1", "--no-color"]);
        if let Some(said) = process::objection(&mut command)? {
            return Ok(Some(said));
        }
    }
    Ok(None)
}
